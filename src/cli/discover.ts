import { LocalLogFiles } from "../adapters/logs/local-log-files.js";
import { systemClock } from "../adapters/clock/system-clock.js";
import { discover as search } from "../discovery/discover.js";
import { parseDuration, parseTime } from "../time.js";
import { createOutput } from "../ui/output.js";
import { configOf } from "./configuration.js";
import { withPorts } from "./with-ports.js";
import { secrets } from "./failure.js";
import type { DiscoverArguments, GlobalArguments } from "./options.js";

/** Log files need no log-in, and without --logs are those of the configuration; Cloud Foundry is asked only with --cf-events. */
export async function discover(given: GlobalArguments & DiscoverArguments): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const now = systemClock().now();
  const around = given.around === undefined ? undefined : parseTime(given.around, now);
  if (around?.bare === true) output.error(`--around was read as ${around.text}`);
  const query = {
    name: given.name,
    space: given.space,
    around: around?.at,
    windowMs: around === undefined ? undefined : parseDuration(given.window),
    all: given.all,
  };
  const files = new LocalLogFiles();
  const patterns = given.logs.length > 0 ? given.logs : configOf(given, ["logs"]).logs;
  const logs = patterns.length === 0 ? undefined : { files, patterns };
  const ask = (cf?: Parameters<typeof search>[0]["sources"]["cf"]): ReturnType<typeof search> =>
    search({ sources: { cf, logs, now }, query });
  const result = given["cf-events"] ? await withPorts(given, ["cf"], ({ ports }) => ask(ports.cf)) : await ask();
  if (given.json) output.json(result.document);
  else for (const line of result.table.trimEnd().split("\n")) output.line(line);
  return result.exitCode;
}
