/**
 * Discovery in what the broker itself says over its administrative addresses (dingo.md §2.10): by name and space it tells
 * who an instance was, also of one that was deleted; by GUID, what it still manages. It never says that something went.
 */
import type { BrokerRecord, BrokerRecords } from "../ports/broker-records.js";
import type { Candidate, Coverage, DiscoveryQuery, KnownInstance, SourceReport } from "./candidate.js";
import { isGuid } from "./guid.js";
import { shown } from "./safe-text.js";
import { attempt, remedyOf } from "./tried.js";

/** Each is a request; beyond these nobody reads on. */
const MOST_ASKED = 20;
const MOST_SPACES = 10;

const UNASKED =
  "it is asked by a name and the GUID of a space: give --name, and --space with a GUID, or with --cf-events a name that its events know";

export interface BrokerAsked {
  readonly query: DiscoveryQuery;
  /** What other sources tell: a space's name stands there beside its GUID. */
  readonly others: readonly SourceReport[];
  readonly now: Date;
}

export async function fromBroker(broker: BrokerRecords, { query, others, now }: BrokerAsked): Promise<SourceReport> {
  const { name } = query;
  const spaces = spacesOf(query, others);
  const known: KnownInstance[] = [];
  const doubts: string[] = [];
  const told = new Set<string>();
  if (name === undefined || spaces.length === 0) doubts.push(UNASKED);
  else
    for (const spaceGuid of spaces.slice(0, MOST_SPACES)) {
      const { value, failures, remedies } = await attempt(() => broker.named({ spaceGuid, name }));
      doubts.push(...failures);
      for (const remedy of remedies) told.add(remedy);
      if (value === undefined) continue;
      if ("record" in value) known.push(knownOf(value.record, now));
      else doubts.push(`of "${name}" in the space ${spaceGuid}: ${value.unknown}`);
    }
  if (spaces.length > MOST_SPACES)
    doubts.push(`${spaces.length - MOST_SPACES} spaces of that name were not asked about`);
  return { sightings: [], notDeleted: [], coverage: [{ ...coverageOf(broker, doubts), ...remedyOf(told) }], known };
}

function spacesOf({ space, spaceGuid }: DiscoveryQuery, others: readonly SourceReport[]): readonly string[] {
  const told = others
    .flatMap(({ sightings, known = [] }) => [...sightings, ...known])
    .filter((each) => space !== undefined && each.space === space);
  const asked = space !== undefined && isGuid(space) ? [space] : [];
  return [...new Set([...asked, ...[spaceGuid, ...told.map((each) => each.spaceGuid)].flatMap((each) => each ?? [])])];
}

function knownOf({ nodes: _nodes, ...record }: BrokerRecord, now: Date): KnownInstance {
  return { ...record, source: "broker", notedAt: now.toISOString() };
}

function coverageOf({ place }: BrokerRecords, doubts: readonly string[]): Coverage {
  const why = [...new Set(doubts)].map(shown).join("; ");
  return { source: "broker", store: shown(place), complete: why === "", ...(why === "" ? {} : { why }) };
}

export interface StillManaged {
  readonly candidates: readonly Candidate[];
  /** One entry where the broker could not be asked. */
  readonly coverage: readonly Coverage[];
}

/** What the broker still manages may live on its cells, whatever was deleted elsewhere; its silence says nothing. */
export async function markManaged(broker: BrokerRecords, ranked: readonly Candidate[]): Promise<StillManaged> {
  const marked: Candidate[] = [];
  const asked = await attempt(async () => {
    for (const candidate of ranked.slice(0, MOST_ASKED)) {
      const answer = await broker.current(candidate.guid);
      marked.push("record" in answer ? withRecord(candidate, answer.record) : candidate);
    }
  });
  const why = asked.failures.map((failure) => `whether it still manages candidates is unknown: ${failure}`);
  return {
    candidates: [...marked, ...ranked.slice(marked.length)],
    coverage: why.length === 0 ? [] : [{ ...coverageOf(broker, why), ...remedyOf(asked.remedies) }],
  };
}

function withRecord(candidate: Candidate, { nodes, guid: _guid, ...known }: BrokerRecord): Candidate {
  const count = nodes === undefined ? "" : `, with ${nodes} node${nodes === 1 ? "" : "s"}`;
  const note = `The broker still manages it${count}: its containers may run and write to the archive.`;
  const { cleanStop: _cleanStop, ...rest } = candidate;
  return { ...known, ...rest, mayLive: true, notes: [...candidate.notes, note] };
}
