/**
 * Instances that went together with their space (`cf delete-space`): usually all of them are wanted back. One run for
 * each, one after another, so that the first unexpected result stops the rest (dingo.md §7).
 */
import { quote } from "../shell-quote.js";
import type { Candidate } from "./candidate.js";

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
    spaces.set(each.spaceGuid, [...(spaces.get(each.spaceGuid) ?? []), each]);
  }
  return [...spaces].flatMap(([spaceGuid, found]) => {
    const last = Math.max(...found.map(timeOf));
    const members = found.filter((each) => last - timeOf(each) <= SAME_DELETION_MS).sort(byName);
    return members.length < 2 ? [] : [{ spaceGuid, members }];
  });
}

/** What recovers one of them; the place is the one that it is recovered into, by name. */
export function recoverCommand(member: Candidate, place: { readonly org: string; readonly space: string }): string {
  const inputs = [
    `service=${member.name ?? "NAME"}`,
    `org=${place.org}`,
    `space=${place.space}`,
    `instance_guid=${member.guid}`,
  ];
  return quote(["dingo-recover", "run", ...inputs.flatMap((input) => ["--input", input])]);
}

const timeOf = ({ deletedAt = "" }: Candidate): number => Date.parse(deletedAt);

function byName(a: Candidate, b: Candidate): number {
  return `${a.name ?? ""} ${a.guid}` < `${b.name ?? ""} ${b.guid}` ? -1 : 1;
}
