import { LocalLogFiles } from "../../../discovery/adapters/logs/local-log-files.ts";
import { LOG_STORES, logStoreAt } from "../../../config/settings/log-store.ts";
import { configOf } from "../../session/configuration.ts";
import { clusterdataOf, inventoryFiles } from "./discovery-sources.ts";
import type { DiscoverArguments, GlobalArguments } from "../../options/options.ts";
import { systemClock } from "../../../kit/clock/system-clock.ts";
import { discover as search, type DiscoverOptions } from "../../../discovery/answer/discover.ts";
import { refuse } from "../../../errors.ts";
import { parseDuration, parseTime } from "../../../kit/text/time.ts";
import { growLittle } from "../../../kit/process/optimizing.ts";
import { createOutput, type Output } from "../../screen/output.ts";
import { wrapHanging } from "../../screen/text.ts";
import { searchRate } from "../../screen/rate.ts";
import { secrets } from "../../process/own-secrets.ts";
import { REHEARSAL_VARIABLE } from "../../../rehearsal/variable.ts";
import type { LogStoreConfig } from "../../../config/settings/config.ts";

/** Log files need no log-in; Cloud Foundry is asked only with --cf-events. */
export async function discover(given: GlobalArguments & DiscoverArguments): Promise<number> {
  const { patterns, stores } = await logPlacesOf(given);
  const logs = patterns.length === 0 ? undefined : { files: new LocalLogFiles(), patterns };
  const files = { logs, inventory: await inventoryFiles(given.inventory) };
  const { clusterdata } = given;
  const sections = [
    ...(stores.length > 0 ? LOG_STORES : []),
    ...(given["cf-events"] ? ["cf" as const] : []),
    ...(clusterdata === undefined ? [] : ["s3" as const]),
  ];
  if (sections.length === 0) return await printDiscovery(given, files);
  const output = createOutput({ secrets, color: given.color });
  const clear = process.env[REHEARSAL_VARIABLE] === undefined ? stores.filter(isInClear) : [];
  for (const { url } of clear) output.error(`${url} is spoken to without TLS: its log-in can be read on the way`);
  const { withPorts } = await import("../../session/with-ports.ts");
  return await withPorts(given, { ...(await configOf(given, sections)), logStores: stores }, ({ ports }) =>
    printDiscovery(given, {
      ...files,
      stores: ports.logStores,
      ...(given["cf-events"] ? { cf: ports.cf } : {}),
      ...(clusterdata === undefined ? {} : { clusterdata: clusterdataOf(clusterdata, ports.store) }),
    }),
  );
}

interface DiscoverQuestion {
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

/** Asks, tells how far the search is if it takes long, and prints the answer. `sources` come without their time. */
async function printDiscovery(asked: DiscoverQuestion, sources: Omit<Sources, "now">): Promise<number> {
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
  growLittle(40);
  const progress = searchRate(clock, (line) => output.error(line));
  const logs = sources.logs === undefined ? {} : { logs: { ...sources.logs, progress } };
  const found = await search({
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

/** Has a log-in that goes over the wire in the clear. */
const isInClear = ({ url, login }: LogStoreConfig): boolean => login !== undefined && url.startsWith("http:");

interface LogPlaces {
  /** Globs, or "-" for stdin. */
  readonly patterns: readonly string[];
  readonly stores: readonly LogStoreConfig[];
}

/** Throws `usage`, `config-invalid`, `config-untrusted`; the configuration is not read if files alone were named. */
async function logPlacesOf(given: GlobalArguments & DiscoverArguments): Promise<LogPlaces> {
  const urls = LOG_STORES.flatMap((section) => given[section].map((url) => ({ section, url })));
  if (given.logs.length > 0 && urls.length === 0) return { patterns: given.logs, stores: [] };
  const named = given.logs.length > 0 || urls.length > 0;
  const { logs, logStores: configured = [] } = await configOf(given, named ? LOG_STORES : ["logs", ...LOG_STORES]);
  if (!named) return { patterns: logs, stores: configured };
  const stores = urls.map(({ section, url }) => logStoreAt(url, section, { configured, env: process.env }));
  return { patterns: given.logs, stores };
}
