/** The commands that move an instance's archive aside and back, as a person types them; `target` may be a placeholder. */
import type { PrintedCommand } from "../../../action.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { placeBesideWal, type PrintedPlace } from "./printed-place.ts";

/** `replaced`: the new instance's objects; `undone`: objects that an undo took out of the way. */
type Aside = "replaced" | "undone";

/** The place of the objects that a run moved aside: of both kinds when `aside` is not given. */
const placeAside = (archive: string, run: string, aside?: Aside): PrintedPlace =>
  placeBesideWal(archive, `/dingo-recover/${run}/${aside === undefined ? "" : `${aside}/`}`);

/**
 * `aws s3` writes over present objects. So the line looks first, and only "nothing found" (1) lets the command run: an
 * error of the store is another exit code.
 */
export function intoNothing(place: string, command: string): string {
  return `aws s3 ls ${place}; test $? -eq 1 && ${command}`;
}

export function printedMoveAside(target: string, run: string, aside: Aside): PrintedCommand {
  const { word, ...rest } = placeAside(target, run, aside);
  const move = `${quote(["aws", "s3", "mv", "--recursive", `${target}/`])} ${word}`;
  return { on: "here", line: intoNothing(word, move), ...rest };
}

export function printedPutBack(target: string, run: string): PrintedCommand {
  const { word, ...rest } = placeAside(target, run, "replaced");
  const to = quote([`${target}/`]);
  return { on: "here", line: intoNothing(to, `aws s3 cp --recursive ${word} ${to}`), ...rest };
}

/** Lists or removes all objects that a run moved aside. */
export function printedOfAside(verb: "ls" | "rm", archive: string, run: string): PrintedCommand {
  const { word, ...rest } = placeAside(archive, run);
  return { on: "here", line: `aws s3 ${verb} --recursive ${word}`, ...rest };
}
