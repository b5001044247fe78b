import { LocalLogFiles } from "../adapters/logs/local-log-files.js";
import { systemClock } from "../adapters/clock/system-clock.js";
import { discover as search } from "../discovery/discover.js";
import { parseDuration, parseTime } from "../time.js";
import { createOutput } from "../ui/output.js";
import { clusterdataOf, inventoryFiles } from "./discovery-sources.js";
import { LOG_STORES } from "../config/log-store.js";
import { configOf } from "./configuration.js";
import { logPlacesOf } from "./log-places.js";
import { withPorts } from "./with-ports.js";
import { secrets } from "./failure.js";
import type { DiscoverArguments, GlobalArguments } from "./options.js";

type Sources = Parameters<typeof search>[0]["sources"];

/** Log files need no log-in; Cloud Foundry is asked only with --cf-events. */
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
  const { patterns, stores } = logPlacesOf(given);
  const logs = patterns.length === 0 ? undefined : { files, patterns };
  const inventory = await inventoryFiles(given.inventory);
  const ask = (asked: Pick<Sources, "cf" | "clusterdata" | "stores">): ReturnType<typeof search> =>
    search({ sources: { ...asked, logs, inventory, now }, query });
  const { clusterdata } = given;
  const sections = [
    ...(stores.length > 0 ? LOG_STORES : []),
    ...(given["cf-events"] ? ["cf" as const] : []),
    ...(clusterdata === undefined ? [] : ["s3" as const]),
  ];
  const result =
    sections.length === 0
      ? await ask({})
      : await withPorts(given, { ...configOf(given, sections), logStores: stores }, ({ ports }) =>
          ask({
            stores: ports.logStores,
            ...(given["cf-events"] ? { cf: ports.cf } : {}),
            ...(clusterdata === undefined ? {} : { clusterdata: clusterdataOf(clusterdata, ports.store) }),
          }),
        );
  if (given.json) output.json(result.document);
  else for (const line of result.table.trimEnd().split("\n")) output.line(line);
  return result.exitCode;
}
