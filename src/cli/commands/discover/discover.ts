import { LocalLogFiles } from "../../../discovery/adapters/logs/local-log-files.ts";
import { LOG_STORES } from "../../../config/settings/log-store.ts";
import { configOf } from "../../session/configuration.ts";
import { clusterdataOf, inventoryFiles } from "./discovery-sources.ts";
import { logPlacesOf } from "./log-places.ts";
import type { DiscoverArguments, GlobalArguments } from "../../options/options.ts";
import { printDiscovery } from "./print-discovery.ts";

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
