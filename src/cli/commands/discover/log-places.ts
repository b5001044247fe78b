/** The places where `discover` looks for log lines: those of the command line, or else those of the configuration. */
import type { LogStoreConfig } from "../../../config/settings/config.ts";
import { LOG_STORES, logStoreAt } from "../../../config/settings/log-store.ts";
import { configOf } from "../../session/configuration.ts";
import type { DiscoverArguments, GlobalArguments } from "../../options/options.ts";

export interface LogPlaces {
  /** Globs, or "-" for stdin. */
  readonly patterns: readonly string[];
  readonly stores: readonly LogStoreConfig[];
}

/** Throws `usage`, `config-invalid`, `config-untrusted`; the configuration is not read where files alone were named. */
export async function logPlacesOf(given: GlobalArguments & DiscoverArguments): Promise<LogPlaces> {
  const urls = LOG_STORES.flatMap((section) => given[section].map((url) => ({ section, url })));
  if (given.logs.length > 0 && urls.length === 0) return { patterns: given.logs, stores: [] };
  const named = given.logs.length > 0 || urls.length > 0;
  const { logs, logStores: configured = [] } = await configOf(given, named ? LOG_STORES : ["logs", ...LOG_STORES]);
  if (!named) return { patterns: logs, stores: configured };
  const stores = urls.map(({ section, url }) => logStoreAt(url, section, { configured, env: process.env }));
  return { patterns: given.logs, stores };
}
