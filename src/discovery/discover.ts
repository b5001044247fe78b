/** The core of `dingo-recover discover`: asks the sources and says how it ended. The command line prints. */
import { EXIT, RecoverError } from "../errors.js";
import { withAppNames } from "./app-names.js";
import type { DiscoveryQuery } from "./candidate.js";
import { toDocument, type DiscoverDocument } from "./document.js";
import { findDeletedInstance, type DiscoverySources } from "./find.js";
import { withoutShortLived } from "./set-aside.js";
import { toTable } from "./table.js";

export interface DiscoverOptions {
  readonly sources: DiscoverySources;
  readonly query: DiscoveryQuery;
}

export interface DiscoverResult {
  readonly document: DiscoverDocument;
  /** 0 with candidates; 17 nothing found and everything looked at; 15 nothing found and something not looked at. */
  readonly exitCode: number;
  /** For a person; ends with a newline. Made when it is asked for. */
  readonly table: string;
}

/** Throws `usage` when there is nothing to search. */
export async function discover({ sources, query }: DiscoverOptions): Promise<DiscoverResult> {
  const { cf, logs, stores = [], inventory, clusterdata, broker } = sources;
  const files = (logs !== undefined && logs.patterns.length > 0) || stores.length > 0;
  if (cf === undefined && !files && inventory === undefined && clusterdata === undefined && broker === undefined) {
    throw new RecoverError("usage", "there is no source to search", {
      remedy:
        "Give log files with --logs FILE_OR_GLOB_OR_- or as `logs:` in the configuration, a log store with --elasticsearch URL or --opensearch URL, or ask Cloud Foundry with --cf-events.",
      effect: "none",
    });
  }
  const found = withoutShortLived(await findDeletedInstance(sources, query), query);
  const discovery = await withAppNames(cf, found);
  const fits = discovery.candidates.some(({ misfit }) => misfit !== true);
  const exitCode = fits ? EXIT.done : discovery.complete ? EXIT.nothing : EXIT.unreachable;
  return {
    document: toDocument(discovery),
    exitCode,
    get table() {
      return toTable(discovery, query);
    },
  };
}
