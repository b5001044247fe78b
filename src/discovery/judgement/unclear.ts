/** Instances of which no source tells whether they ever lived: neither deleted nor "nothing to recover" (law 5). */
import { lookOnCells } from "../../kit/commands/host-commands.ts";
import type { Candidate, Coverage, DiscoveryQuery, Unclear } from "./candidate.ts";
import { rank } from "./rank.ts";
import { shown } from "../lines/safe-text.ts";
import { plainTime } from "../lines/stamp.ts";

const SAW_NONE = "the broker saw no node of it when it was deleted, and the logs show no node of its earlier life";

/** Beside a candidate of another source. */
export const unclearNote = ({ guid }: Unclear): string =>
  `It may never have had a node: ${SAW_NONE}. ${lookOnCells(guid)}`;

/** Those that may be meant. */
export function unclearThatFit(all: readonly Unclear[], query: DiscoveryQuery): readonly Unclear[] {
  const fitting = rank(all.map(asCandidate), query).filter(({ misfit }) => misfit !== true);
  const guids = new Set(fitting.map(({ guid }) => guid));
  return all.filter(({ guid }) => guids.has(guid));
}

function asCandidate(unclear: Unclear): Candidate {
  return { ...unclear, kind: "deleted", why: SAW_NONE, score: 0, sources: ["logs"], notes: [] };
}

/** It may exist: nothing that was looked at tells. */
export function unclearGap({ guid, name, deletedAt }: Unclear): Coverage {
  const called = name === undefined ? "" : ` ("${shown(name)}")`;
  const at = deletedAt === undefined ? "" : ` at ${plainTime(deletedAt)}`;
  return {
    source: "logs",
    complete: false,
    why: `whether ${guid}${called}, deleted${at}, ever had a node is not known: ${SAW_NONE}`,
    remedy: `Older logs may hold its create: name them with --logs, or as \`logs:\` in the configuration. ${lookOnCells(guid)}`,
  };
}

/** A broker keeps the name that a service was made with: an instance with another name there may be the asked one. */
export function renamedGap(renamed: readonly Candidate[]): readonly Coverage[] {
  const [first] = renamed;
  if (first === undefined) return [];
  const one = renamed.length === 1;
  return [
    {
      source: "logs",
      complete: false,
      why: `the service may have been renamed, and logs know only its first name: ${one ? "a deletion of another name" : `one of ${renamed.length} deletions of other names`} may be the one that was asked for`,
      remedy:
        "Cloud Foundry's own records (--cf-events) and inventories (--inventory) know the last name; --all lists what was deleted.",
    },
  ];
}
