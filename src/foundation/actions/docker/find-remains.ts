import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { type Argv, asRoot, CONTAINERS_DIRECTORY } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { type Remains, remainsText, type Search, searchRemains } from "./old-remains.ts";
import { printedContainers } from "./printed-containers.ts";
import { RecoverError, refuse } from "../../../errors.ts";
import type { ChoiceQuestion } from "../../../ports/operator.ts";

const input = z.strictObject({
  guid: z.guid(),
  /** Node GUIDs of the deleted instance, if the evidence named them. */
  nodes: z.array(z.string()),
  deployment: z.string(),
});
const output = z.object({
  cells_searched: z.array(z.string()),
  /** Directories without a container that do not say whose they are. */
  unclaimed: z.array(z.string()),
  remains: z.array(z.string()),
  /** Containers that are to be stopped. */
  to_stop: z.array(z.object({ cell: z.string(), container: z.string() })),
  /** Whether it lives and goes on writing to its archive. */
  goes_on: z.boolean(),
  /** Its database's directory if that is the source, with its cell; "" for the archive. */
  database: z.string(),
  cell: z.string(),
  /** Addresses that the new instance must be placed on; empty for any. */
  place_on: z.array(z.string()),
});
type Output = z.infer<typeof output>;

/**
 * A logged deletion can have failed: the broker swallows every error of the cell (dingo.md §2.11). A container that
 * lives still writes to the archive, and its volume can be newer than the archive, so the run looks for it before
 * anything, and the operator chooses the source of the recovery.
 */
export const findRemains = defineAction({
  id: "docker.find-remains",
  title: "See that the deleted instance is gone from every cell",
  effect: "read",
  input,
  output,
  tell: tellOutput,
  describe: ({ guid }) => [
    { on: "each cell", line: `${quote(filesThatName(guid))}  # no directory may be left` },
    printedContainers(guid, "none may be left"),
  ],
  async run(context, old): Promise<Output> {
    const { cells, remains, unclaimed } = await searchRemains(context, old);
    if (unclaimed.length > 0)
      context.progress({ message: `directories without a container, owner not known: ${unclaimed.join(", ")}` });
    const origin = remains.length === 0 ? ARCHIVE_ALONE : await chooseOrigin(context, { guid: old.guid, remains });
    return outputOf(origin, { cells, remains, unclaimed });
  },
  /** A container that ran may have been stopped since, by this run. */
  async verify(context, old, found) {
    const { remains } = await searchRemains(context, old);
    const living = remains.filter(({ state }) => state === "running");
    const unexpected = living.filter(
      ({ container }) => !found.goes_on && !found.to_stop.some((each) => each.container === container),
    );
    const gone = found.database !== "" && !remains.some(({ database }) => database === found.database);
    return {
      holds: unexpected.length === 0 && !gone && (remains.length === 0) === (found.remains.length === 0),
      evidence: remains.length === 0 ? "nothing of it on any cell" : remains.map(remainsText).join("; "),
    };
  },
});

/** A directory says whose it is by the prefix that its container pushed to (dingo.md §2.8). */
const filesThatName = (guid: string): Argv =>
  asRoot(
    ...["find", CONTAINERS_DIRECTORY, "-maxdepth", "5", "-path", "*/data/wal-e/env/WALE_S3_PREFIX"],
    ...["-exec", "grep", "-q", "-F", "--", guid, "{}", ";", "-print"],
  );

const ARCHIVE_ALONE: Origin = { stop: [], goesOn: false, database: undefined };

function tellOutput({ remains, cells_searched, database, to_stop }: Output): string {
  if (remains.length === 0) return `no container and no directory of it on ${cells_searched.join(", ")}`;
  const source = database === "" ? "the archive is recovered" : `${database} is recovered`;
  const stop = to_stop.length === 0 ? "" : `; to be stopped: ${to_stop.map(({ container }) => container).join(", ")}`;
  return [...remains, `${source}${stop}`].join("\n");
}

function outputOf({ stop, goesOn, database }: Origin, found: Search): Output {
  return {
    cells_searched: [...found.cells],
    unclaimed: [...found.unclaimed],
    remains: found.remains.map(remainsText),
    to_stop: stop.map(({ cell, container }) => ({ cell, container })),
    goes_on: goesOn,
    database: database?.database ?? "",
    cell: database?.cell ?? "",
    place_on: database === undefined ? [] : [database.cell_address],
  };
}

/**
 * OLD still alive, or its directory left behind (dingo.md §2.11): a clean stop of it, which its full GUID confirms (law 7's one
 * exception), its directory as the source, or the archive as it is. Nothing is stopped but by a person at a terminal.
 */
interface Origin {
  readonly stop: readonly Remains[];
  /** It goes on living, and writing to its archive. */
  readonly goesOn: boolean;
  /** The database that is the source instead of the archive. */
  readonly database: Remains | undefined;
}

interface Left {
  readonly guid: string;
  readonly remains: readonly Remains[];
}

/** Throws `question-unanswered` if nobody is there, `guard-refused` if the GUID is not typed. */
async function chooseOrigin(context: Context, left: Left): Promise<Origin> {
  const running = left.remains.filter(({ state }) => state === "running");
  const [database, ...others] = left.remains.filter((each) => each.database !== "");
  const only = others.length === 0 ? database : undefined;
  const answer = await answerOf(context, questionOf(left, { running, only }));
  if (answer === "archive") return { stop: [], goesOn: running.length > 0, database: undefined };
  if (answer !== "stop" && !(answer === "directory" && only !== undefined))
    throw refuse("input-invalid", `"${answer}" is none of the choices`).advise("Choose one of those that were shown.");
  if (running.length > 0) await requireGuid(context, left.guid, running);
  return { stop: running, goesOn: false, database: answer === "directory" ? only : undefined };
}

function questionOf(
  { remains }: Left,
  { running, only }: { readonly running: readonly Remains[]; readonly only: Remains | undefined },
): ChoiceQuestion {
  const stop = {
    value: "stop",
    label: "stop it cleanly, then recover its archive",
    consequence:
      "PostgreSQL archives its last segment as it shuts down; releases before 0.8.1 are killed instead, and lose it",
    byPerson: true,
  } as const;
  const directory = {
    value: "directory",
    label: `recover ${only?.database ?? ""} itself`,
    consequence: `it holds what its own server wrote, which is little when that ended early; the proof wants all that the archive holds; it is copied on its cell${running.length > 0 ? " once its container is stopped" : ""}, and stays as it is`,
    // Nobody has looked how far it goes: a replica that died long ago leaves a directory too.
    byPerson: true,
  } as const;
  const archive = {
    value: "archive",
    label: "recover the archive as it is",
    consequence: `what was never archived is not recovered${running.length > 0 ? "; the old container goes on, and writes on to its archive" : ""}`,
  };
  return {
    kind: "choice",
    id: "old-instance",
    prompt: "What is to be recovered?",
    why: "A logged deletion can have failed on the cell. What is left there can be newer than the archive.",
    details: remains.map(remainsText),
    choices: [...(running.length > 0 ? [stop] : []), ...(only === undefined ? [] : [directory]), archive],
    recommended: only === undefined ? (running.length > 0 ? "stop" : "archive") : "directory",
  };
}

async function answerOf(context: Context, question: ChoiceQuestion): Promise<string> {
  try {
    return (await context.ask(question)).value;
  } catch (error) {
    if (!(error instanceof RecoverError) || error.code !== "question-unanswered") throw error;
    throw refuse("question-unanswered", (question.details ?? []).join("; ")).advise(
      `Its data can be newer than the archive: choose between a clean stop, its data directory and the archive as it is. ${error.remedy}`,
      error,
    );
  }
}

async function requireGuid(context: Context, guid: string, running: readonly Remains[]): Promise<void> {
  const answer = await context.ask({
    kind: "typed",
    id: "old-guid",
    prompt: "Type the full GUID of the deleted instance to have it stopped",
    why: "Its clients lose the connection. It is stopped, not removed: it can be started again.",
    expected: guid,
    details: running.map(remainsText),
  });
  if (answer.value === guid) return;
  throw refuse("guard-refused", `"${answer.value}" is not the GUID of the deleted instance`)
    .at(guid)
    .advise("Nothing was stopped. Resume and type its full GUID, or begin anew and choose the archive as it is.");
}
