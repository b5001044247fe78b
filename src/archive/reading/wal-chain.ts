/**
 * Follows the records from segment to segment, as these are read in the order of their names: along each timeline, and from a
 * parent into its child where the child's history says that it begins.
 */
import { plainKind } from "../names/layout.ts";
import { firstByte } from "../names/lsn.ts";
import type { Segment } from "../names/segment.ts";
import { parseWalgSentinel } from "../names/walg-sentinel.ts";
import { type Checkpoints, type HowToRead, RecordWalk, type WalEnd } from "../wal/record-walk.ts";
import type { ArchiveFacts, WalEnds } from "./archive-facts.ts";
import { historiesOf } from "./histories.ts";

interface Known {
  readonly number: number;
  readonly walk: RecordWalk | undefined;
}

export class WalChain {
  readonly #parents: ReadonlyMap<number, Segment>;
  readonly #forks: ReadonlySet<string>;
  readonly #starts: readonly bigint[];
  /** By timeline: the walks behind the last segments, and behind those in which a child begins. */
  readonly #walks = new Map<number, readonly Known[]>();

  constructor(facts: ArchiveFacts) {
    this.#parents = parentsIn(facts);
    this.#forks = new Set([...this.#parents.values()].map(({ timeline, number }) => `${timeline} ${number - 1}`));
    this.#starts = startsIn(facts);
  }

  /** `content`: of the segment, whole. */
  follow(segment: Segment, content: Uint8Array): WalEnds {
    const first = firstByte(segment);
    const coming = this.#before(segment)?.fork();
    const checkpoints: Checkpoints = new Map();
    coming?.read(content, first, { checkpoints });
    const isBegun = coming !== undefined && (coming.end === undefined || coming.end.at > first);
    const before = !isBegun && coming?.end?.flawed === true ? coming.end : undefined;
    const inside: WalEnd[] = [];
    let walk = isBegun ? coming : anew(content, { first, checkpoints });
    while (walk.end !== undefined) {
      const { at } = walk.end;
      inside.push(walk.end);
      const next = this.#starts.find((start) => start > at && start < first + BigInt(content.length));
      if (next === undefined) break;
      walk = anew(content, { first, checkpoints, from: Number(next - first) });
    }
    this.#keep(segment, walk.end === undefined ? walk : undefined);
    const cutAt = walk.end === undefined ? walk.cutAt : undefined;
    return {
      inside,
      ...(before === undefined ? {} : { before }),
      ...(cutAt === undefined ? {} : { cutAt }),
      ...(walk.reached === undefined ? {} : { checkpoints }),
    };
  }

  #before({ timeline, number }: Segment): RecordWalk | undefined {
    const parent = this.#parents.get(timeline);
    const line = parent?.number === number ? parent.timeline : timeline;
    return this.#walks.get(line)?.find((known) => known.number === number - 1)?.walk;
  }

  #keep({ timeline, number }: Segment, walk: RecordWalk | undefined): void {
    const known = (this.#walks.get(timeline) ?? []).filter(
      (each) => each.number === number - 1 || this.#forks.has(`${timeline} ${each.number}`),
    );
    this.#walks.set(timeline, [...known.filter((each) => each.number !== number), { number, walk }]);
  }
}

function anew(content: Uint8Array, { first, ...how }: HowToRead & { readonly first: bigint }): RecordWalk {
  const walk = new RecordWalk();
  walk.read(content, first, how);
  return walk;
}

/** By timeline: its parent, and the segment in which it begins. */
function parentsIn(facts: ArchiveFacts): ReadonlyMap<number, Segment> {
  const found = new Map<number, Segment>();
  for (const [timeline, history] of historiesOf(facts)) {
    const last = history?.at(-1);
    if (last !== undefined) found.set(timeline, last);
  }
  return found;
}

/** Where replays begin, lowest first. */
function startsIn({ entries, texts }: ArchiveFacts): readonly bigint[] {
  const starts = entries.flatMap(({ kind, relative }) => {
    const plain = plainKind(kind);
    if (plain.kind !== "sentinel") return [];
    const { start, offset } = plain.base;
    if (offset !== undefined) return [firstByte(start) + BigInt(offset)];
    const parsed = parseWalgSentinel(texts.get(relative) ?? "");
    return parsed.ok ? [parsed.sentinel.startLsn] : [];
  });
  return starts.sort((a, b) => (a < b ? -1 : 1));
}
