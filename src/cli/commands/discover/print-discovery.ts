/** Asks, tells how far the search is where it takes long, and prints the answer of `discover`. */
import { systemClock } from "../../../kit/clock/system-clock.ts";
import { discover, type DiscoverOptions } from "../../../discovery/answer/discover.ts";
import { refuse } from "../../../errors.ts";
import { parseDuration, parseTime } from "../../../kit/text/time.ts";
import { createOutput, type Output } from "../../screen/output.ts";
import { wrapHanging } from "../../screen/text.ts";
import { searchRate } from "../../screen/rate.ts";
import { secrets } from "../../process/own-secrets.ts";

export interface DiscoverQuestion {
  readonly name?: string | undefined;
  readonly space?: string | undefined;
  readonly around?: string | undefined;
  readonly window: string;
  readonly all: boolean;
  readonly json: boolean;
  readonly color: boolean;
  readonly verbose?: boolean | undefined;
}

/** Of the time asked for, to both sides. */
const DEFAULT_WINDOW = "2h";

const TYPED = "Reading lines from standard input, which is this terminal; Ctrl-D ends it.";

type Sources = DiscoverOptions["sources"];

/** `sources` without their time, and with files that tell how far they are. */
export async function printDiscovery(asked: DiscoverQuestion, sources: Omit<Sources, "now">): Promise<number> {
  const output = createOutput({ secrets, color: asked.color });
  const clock = systemClock();
  const now = clock.now();
  refuseWindowAlone(asked);
  refuseEmpty(asked);
  const around = asked.around === undefined ? undefined : parseTime(asked.around, now);
  if (around?.bare === true) output.error(`--around was read as ${around.text}`);
  const { name, space, all } = asked;
  const windowMs = around === undefined ? undefined : parseDuration(asked.window);
  if (sources.logs?.patterns.includes("-") === true && process.stdin.isTTY) output.error(TYPED);
  const progress = searchRate(clock, (line) => output.error(line));
  const logs = sources.logs === undefined ? {} : { logs: { ...sources.logs, progress } };
  const found = await discover({
    sources: { ...sources, ...logs, now },
    query: { name, space, around: around?.at, windowMs, all },
  });
  if (asked.json) output.json(found.document);
  else
    for (const line of (asked.verbose === true ? found.longTable : found.table).trimEnd().split("\n"))
      for (const part of broken(line, output)) output.line(part);
  return found.exitCode;
}

/** Off a terminal a line stays whole, so that it can be searched. */
function broken(line: string, { isTerminal, columns }: Output): readonly string[] {
  return isTerminal ? wrapHanging(line, columns) : [line];
}

/** All time is searched then, which is not what was asked for. */
function refuseWindowAlone({ around, window }: DiscoverQuestion): void {
  if (around !== undefined || window === DEFAULT_WINDOW) return;
  throw refuse("usage", "--window says how far from --around to look, and there is no --around").advise(
    "Give --around TIME too, or leave out --window: all time is searched then.",
  );
}

/** A shell makes an empty word of `--name "$NAME"` when the variable is unset. */
function refuseEmpty({ name, space }: DiscoverQuestion): void {
  const option = name === "" ? "--name" : space === "" ? "--space" : undefined;
  if (option === undefined) return;
  throw refuse("usage", `${option} is empty`).advise(
    `Write what is meant behind ${option}, or leave it out: then every one is listed.`,
  );
}
