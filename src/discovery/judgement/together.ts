/**
 * Instances that went together with their space (`cf delete-space`): usually all of them are wanted back, by a batch of
 * runs, one after another (dingo.md §7).
 */
import { quote } from "../../kit/commands/shell-quote.ts";
import type { Candidate, DiscoveryQuery } from "./candidate.ts";
import { isGuid } from "../lines/guid.ts";

/** A space of many services takes minutes to be deleted. */
const SAME_DELETION_MS = 10 * 60_000;

export interface Together {
  readonly spaceGuid: string;
  /** By name: at least two. */
  readonly members: readonly Candidate[];
}

export function deletedTogether(candidates: readonly Candidate[]): readonly Together[] {
  const spaces = new Map<string, Candidate[]>();
  for (const each of candidates) {
    if (each.spaceGuid === undefined || each.deletedAt === undefined) continue;
    const found = spaces.get(each.spaceGuid);
    if (found === undefined) spaces.set(each.spaceGuid, [each]);
    else found.push(each);
  }
  return [...spaces].flatMap(([spaceGuid, found]) => {
    const last = found.reduce((latest, each) => Math.max(latest, timeOf(each)), 0);
    const members = found.filter((each) => last - timeOf(each) <= SAME_DELETION_MS).sort(byName);
    return members.length < 2 ? [] : [{ spaceGuid, members }];
  });
}

/**
 * The command that recovers the candidate into its own place. For names that no source knows it takes the asked ones,
 * or the run asks for them.
 */
export function recoverCommand(
  { name, org, space, guid }: Candidate,
  asked: Pick<DiscoveryQuery, "name" | "space"> = {},
): string {
  const service = name ?? nameOf(asked.name);
  const place = { org, space: space ?? nameOf(asked.space) };
  return quote(["dingo-recover", "run", ...given({ service, ...place, instance_guid: guid })]);
}

const nameOf = (asked: string | undefined): string | undefined =>
  asked === undefined || isGuid(asked.toLowerCase()) ? undefined : asked;

/** Brings all of them back that are not there again: one review, one consent, a run for each. */
export function batchCommand({ org, space }: { readonly org: string; readonly space: string }): string {
  return quote(["dingo-recover", "run", "recover-deleted-space", ...given({ org, space })]);
}

/** A log can claim a name with a NUL, which nobody can type: it is asked for. */
function given(inputs: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(inputs).flatMap(([input, value]) =>
    value === undefined || value.includes("\0") ? [] : ["--input", `${input}=${value}`],
  );
}

const timeOf = ({ deletedAt = "" }: Candidate): number => Date.parse(deletedAt);

function byName(a: Candidate, b: Candidate): number {
  return `${a.name ?? ""} ${a.guid}` < `${b.name ?? ""} ${b.guid}` ? -1 : 1;
}
