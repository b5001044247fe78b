import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { asRoot, type Argv, CONTAINERS_DIRECTORY } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { chooseOrigin, type Origin } from "./choose-origin.ts";
import { type Remains, remainsText, searchRemains } from "./old-remains.ts";
import { printedContainers } from "./printed-containers.ts";

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

function outputOf(
  { stop, goesOn, database }: Origin,
  found: {
    readonly cells: readonly string[];
    readonly remains: readonly Remains[];
    readonly unclaimed: readonly string[];
  },
): Output {
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
