/** Sorts facts by instance and time; a line seen in several files is one event with several places. */
import type { Fact } from "../lines/fact.ts";
import { compareStamps } from "../lines/stamp.ts";

export interface LifeEvent {
  readonly fact: Fact;
  /** The same line elsewhere: in another file, another format, or in the standard error that repeats errors. */
  readonly copies: readonly Fact[];
}

/** Events of each instance, oldest first. */
export function timelines(facts: readonly Fact[]): Map<string, LifeEvent[]> {
  const sorted = assignOwners([...facts].sort((a, b) => compareStamps(a.at, b.at)));
  const byGuid = new Map<string, Map<string, { fact: Fact; copies: Fact[] }>>();
  for (const fact of sorted) {
    if (fact.guid === undefined) continue;
    const events = byGuid.get(fact.guid) ?? new Map<string, { fact: Fact; copies: Fact[] }>();
    byGuid.set(fact.guid, events);
    const event = events.get(identity(fact));
    if (event === undefined) events.set(identity(fact), { fact, copies: [] });
    else event.copies.push(fact);
  }
  return new Map([...byGuid].map(([guid, events]) => [guid, [...events.values()]]));
}

function identity({ at, body }: Fact): string {
  const node = "node" in body ? body.node : "";
  const said = "said" in body ? body.said : "";
  return `${body.kind} ${at.text} ${node} ${said}`;
}

/** Gives lines without an instance id to the instance that they can only belong to; the others stay without. */
function assignOwners(sorted: readonly Fact[]): readonly Fact[] {
  const owners = nodeOwners(sorted);
  const deleting = new Set<string>();
  return sorted.map((fact) => {
    const { body, guid } = fact;
    if (guid !== undefined && body.kind === "deletion-began" && body.style === "deprovision") deleting.add(guid);
    if (guid !== undefined && body.kind === "deletion-done") deleting.delete(guid);
    if (guid !== undefined) return fact;
    const owner = ownerOf(body, owners, deleting);
    return owner === undefined ? fact : { ...fact, guid: owner };
  });
}

function nodeOwners(facts: readonly Fact[]): Map<string, string> {
  const owners = new Map<string, string>();
  for (const { body, guid } of facts) {
    const tells = body.kind === "node-removed" || body.kind === "described";
    if (tells && body.node !== undefined && guid !== undefined) owners.set(body.node, guid);
  }
  return owners;
}

function ownerOf(
  body: Fact["body"],
  owners: ReadonlyMap<string, string>,
  deleting: ReadonlySet<string>,
): string | undefined {
  if (body.kind === "container-destroyed" || body.kind === "archives-nothing" || body.kind === "container-said")
    return owners.get(body.node);
  if (body.kind === "cell-unreachable" && body.node !== undefined) return owners.get(body.node);
  // Era C's stop-cluster: only if one deletion alone is under way.
  if (body.kind === "deletion-planned" && deleting.size === 1) return [...deleting][0];
  return undefined;
}
