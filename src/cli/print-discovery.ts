/** Asks, tells how far the search is where it takes long, and prints the answer of `discover`. */
import { systemClock } from "../adapters/clock/system-clock.js";
import { discover, type DiscoverOptions } from "../discovery/discover.js";
import { RecoverError } from "../errors.js";
import { parseDuration, parseTime } from "../time.js";
import { createOutput, type OutputOptions } from "../ui/output.js";
import { SearchRate } from "../ui/search-rate.js";
import { secrets } from "./own-secrets.js";

export interface DiscoverQuestion {
  readonly name?: string | undefined;
  readonly space?: string | undefined;
  readonly around?: string | undefined;
  readonly window: string;
  readonly all: boolean;
  readonly json: boolean;
  readonly color: boolean;
}

/** Of the time asked for, to both sides. */
export const DEFAULT_WINDOW = "2h";

type Sources = DiscoverOptions["sources"];

/** `sources` without their time, and with files that tell how far they are; `streams` are the process's own by default. */
export async function printDiscovery(
  asked: DiscoverQuestion,
  sources: Omit<Sources, "now">,
  streams: Pick<OutputOptions, "stdout" | "stderr"> = {},
): Promise<number> {
  const output = createOutput({ secrets, color: asked.color, ...streams });
  const clock = systemClock();
  const now = clock.now();
  refuseWindowAlone(asked);
  const around = asked.around === undefined ? undefined : parseTime(asked.around, now);
  if (around?.bare === true) output.error(`--around was read as ${around.text}`);
  const { name, space, all } = asked;
  const windowMs = around === undefined ? undefined : parseDuration(asked.window);
  const rate = new SearchRate(clock, (line) => output.error(line));
  const logs = sources.logs === undefined ? {} : { logs: { ...sources.logs, progress: rate.progress } };
  const { document, table, exitCode } = await discover({
    sources: { ...sources, ...logs, now },
    query: { name, space, around: around?.at, windowMs, all },
  });
  if (asked.json) output.json(document);
  else for (const line of table.trimEnd().split("\n")) output.line(line);
  return exitCode;
}

/** All time is searched then, which is not what was asked for. */
function refuseWindowAlone({ around, window }: DiscoverQuestion): void {
  if (around !== undefined || window === DEFAULT_WINDOW) return;
  throw new RecoverError("usage", "--window says how far from --around to look, and there is no --around", {
    remedy: "Give --around TIME too, or leave out --window: all time is searched then.",
    effect: "none",
  });
}
