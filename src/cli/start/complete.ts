/** Completions that yargs cannot know: runs, scenarios, runbooks and codes. It asks no system. */
import { CATALOGUE } from "../../errors.ts";
import { SCENARIOS } from "../../rehearsal/scenarios/registry.ts";
import { allRuns } from "../runs/open-runs.ts";
import type { Offer } from "../commands/command.ts";
import { TABLE } from "../commands/table.ts";
import { buildParser } from "./parser.ts";
import { readOnce } from "../runs/read-once.ts";
import { shippedNames } from "../process/runbook-files.ts";
import { openStateDirectory } from "../process/state.ts";

/** Ends the process with the candidates. The typed command is not run, even if it is whole. */
export function complete(words: readonly string[]): void {
  void buildParser(words, () => undefined)
    .completion("get-yargs-completions", false, offer)
    .middleware(() => {
      throw new Error("a command line that is completed came to its command");
    })
    .parse();
}

/** Commands, options and their values are what yargs knows itself. */
// oxlint-disable-next-line max-params -- yargs wants a function of four
function offer(
  current: string,
  { _: typed, "state-dir": stateDir }: Typed,
  others: () => unknown,
  done: (found: string[]) => unknown,
): void {
  const found = current.startsWith("-") ? undefined : operands(typed.map(String), current, stateDir);
  if (found === undefined) others();
  else done([...found]);
}

interface Typed {
  /** Without options, with or without the program's name; the last may be the one that is being typed. */
  readonly _: readonly (string | number)[];
  readonly "state-dir"?: string;
}

/** Undefined if yargs has to tell. */
function operands(words: readonly string[], current: string, stateDir?: string): readonly string[] | undefined {
  const names = (words[0] === "dingo-recover" ? words.slice(1) : words).filter((word) => word !== "");
  const known =
    OPERANDS.get(names.join(" ")) ??
    (names.at(-1) === current ? OPERANDS.get(names.slice(0, -1).join(" ")) : undefined);
  return known?.(stateDir);
}

const OFFERS: Readonly<Record<Offer, (stateDir: string | undefined) => readonly string[]>> = {
  runbooks: shippedNames,
  scenarios: () => SCENARIOS.map(({ name }) => name),
  codes: () => Object.keys(CATALOGUE),
  runs,
};

const OPERANDS = new Map(
  TABLE.flatMap(({ name, offers }) => (offers === undefined ? [] : [[name, OFFERS[offers]] as const])),
);

function runs(stateDir: string | undefined): readonly string[] {
  try {
    return allRuns(readOnce(openStateDirectory({ stateDir })))
      .toReversed()
      .map(({ run }) => run);
  } catch {
    return [];
  }
}
