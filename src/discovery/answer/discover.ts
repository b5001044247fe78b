/** The core of `dingo-recover discover`: asks the sources and says how it ended. The command line prints. */
import { EXIT, refuse } from "../../errors.ts";
import { withAppNames } from "../sources/app-names.ts";
import type { Discovery, DiscoveryQuery } from "../judgement/candidate.ts";
import { toDocument, type DiscoverDocument } from "./document.ts";
import { findDeletedInstance, type DiscoverySources } from "./find.ts";
import { isConfirmed, withOpenQuestions } from "../judgement/open-questions.ts";
import { withoutShortLived } from "../judgement/set-aside.ts";
import { toTable } from "./table.ts";

export interface DiscoverOptions {
  readonly sources: DiscoverySources;
  readonly query: DiscoveryQuery;
}

export interface DiscoverResult {
  readonly document: DiscoverDocument;
  /**
   * 0 if the first candidate is confirmed; 20 if there are candidates and none is; 17 if nothing was found and
   * everything was looked at; 15 if nothing was found and something was not looked at.
   */
  readonly exitCode: number;
  /** For a person; ends with a newline. Made when it is asked for. */
  readonly table: string;
  /** The same with every candidate, source and piece of proof. */
  readonly longTable: string;
}

/** Throws `usage` when there is nothing to search. */
export async function discover({ sources, query }: DiscoverOptions): Promise<DiscoverResult> {
  const { cf, logs, stores = [], inventory, clusterdata } = sources;
  const files = (logs !== undefined && logs.patterns.length > 0) || stores.length > 0;
  if (cf === undefined && !files && inventory === undefined && clusterdata === undefined) {
    throw refuse("usage", "there is no source to search").advise(
      "Give log files with --logs FILE_OR_GLOB_OR_- or as `logs:` in the configuration, or a log store with --elasticsearch URL or --opensearch URL. Or ask Cloud Foundry with --cf-events.",
    );
  }
  const found = withoutShortLived(await findDeletedInstance(sources, query), query);
  const discovery = withOpenQuestions(await withAppNames(cf, found), query);
  return {
    document: toDocument(discovery),
    exitCode: exitCodeOf(discovery),
    get table() {
      return toTable(discovery, query);
    },
    get longTable() {
      return toTable(discovery, query, { verbose: true });
    },
  };
}

function exitCodeOf({ candidates, complete }: Discovery): number {
  const [best] = candidates.filter(({ misfit }) => misfit !== true);
  if (best !== undefined) return isConfirmed(best) ? EXIT.done : EXIT.warning;
  return complete ? EXIT.nothing : EXIT.unreachable;
}
