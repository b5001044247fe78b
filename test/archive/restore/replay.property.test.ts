/**
 * Never "restorable" if PostgreSQL would not get there: any archive of several timelines with any damage is judged, and
 * a model of how PostgreSQL looks for its segments (9.6 and 13, xlog.c, XLogFileReadAnyTLI) replays what the verdict
 * promises.
 */
import { fc, inputs } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { keyIn } from "../../../src/archive/names/location.ts";
import { baseNamed } from "../../../src/archive/names/layout.ts";
import { parseSegment } from "../../../src/archive/names/segment.ts";
import { LZOP_MAGIC, sortEntries, type ArchiveFacts } from "../../../src/archive/reading/facts.ts";
import { planRestore } from "../../../src/archive/restore/plan.ts";
import { verifyArchive } from "../../../src/archive/judgement/verify.ts";
import { OLD, segment, sentinelText, stamp, SYSID } from "../sample-archive.ts";

const ETAG = "0123456789abcdef0123456789abcdef";
const LAST = 14;

interface Fork {
  readonly parent: number;
  /** Segment of the switch, and the byte in it. */
  readonly number: number;
  readonly offset: number;
}

interface World {
  /** Timeline 2 and on. */
  readonly forks: readonly Fork[];
  readonly bases: readonly { readonly timeline: number; readonly start: number; readonly length: number }[];
  /** `TIMELINE:NUMBER` of absent segments, `hTIMELINE` of histories, `pTIMELINE:NUMBER` of parts of bases. */
  readonly lost: ReadonlySet<string>;
  readonly ends: readonly number[];
}

const fork = fc.record({
  parent: fc.integer({ min: 1, max: 3 }),
  number: fc.integer({ min: 2, max: LAST - 2 }),
  offset: fc.constantFrom(0, 0x98, 0xf7, 0xf8, 0xf9, 0x1000),
});
const place = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: LAST })).map((at) => at.join(":"));
const worlds: fc.Arbitrary<World> = fc
  .record({
    forks: fc.array(fork, { maxLength: 3 }),
    bases: fc.uniqueArray(
      fc.record({
        timeline: fc.integer({ min: 1, max: 4 }),
        start: fc.integer({ min: 1, max: LAST - 3 }),
        length: fc.integer({ min: 0, max: 2 }),
      }),
      { minLength: 1, maxLength: 3, selector: ({ timeline, start }) => `${timeline}:${start}` },
    ),
    lost: fc.array(
      fc.oneof(
        place,
        fc.integer({ min: 2, max: 4 }).map((t) => `h${t}`),
        place.map((at) => `p${at}`),
      ),
      {
        maxLength: 5,
      },
    ),
    ends: fc.array(fc.integer({ min: 3, max: LAST }), { minLength: 4, maxLength: 4 }),
  })
  .map(({ lost, forks, ...world }) => ({
    ...world,
    // A parent is always older than its child, and a child begins no earlier than its parent.
    forks: forks.reduce<Fork[]>((all, each, index) => {
      const parent = Math.min(each.parent, index + 1);
      const least = all[parent - 2]?.number ?? 0;
      const offset = each.number <= least ? (all[parent - 2]?.offset ?? 0) + each.offset : each.offset;
      return [...all, { parent, number: Math.max(each.number, least), offset }];
    }, []),
    lost: new Set(lost),
  }));

/** Lines of a history, oldest first. */
function ancestry(world: World, timeline: number): readonly (Fork & { readonly child: number })[] {
  const own = world.forks[timeline - 2];
  return own === undefined ? [] : [...ancestry(world, own.parent), { ...own, child: timeline }];
}

const hex = (value: number): string => value.toString(16).toUpperCase();

function factsOf(world: World): ArchiveFacts {
  const files = new Map<string, string>([["sysids/sysid", SYSID]]);
  const timelines = [1, ...world.forks.map((_, index) => index + 2)];
  for (const timeline of timelines) {
    const from = world.forks[timeline - 2]?.number ?? 1;
    for (let number = from; number <= (world.ends[timeline - 1] ?? LAST); number += 1)
      if (!world.lost.has(`${timeline}:${number}`)) files.set(`wal_005/${segment(number, timeline)}.lzo`, "");
    const lines = ancestry(world, timeline).map(
      (line) => `${line.parent}\t0/${hex(line.number * 0x1000000 + line.offset)}\tx`,
    );
    if (lines.length > 0 && !world.lost.has(`h${timeline}`))
      files.set(`wal_005/0000000${timeline}.history.lzo`, lines.join("\n"));
  }
  for (const { timeline, start, length } of world.bases.filter((base) => timelines.includes(base.timeline))) {
    const name = `basebackups_005/base_${segment(start, timeline)}_00000040`;
    files.set(`${name}/extended_version.txt`, "PostgreSQL 9.6.24 on x");
    if (!world.lost.has(`p${timeline}:${start}`)) files.set(`${name}/tar_partitions/part_00000000.tar.lzo`, "");
    files.set(`${name}_backup_stop_sentinel.json`, sentinelText(segment(start + length, timeline)));
  }
  const objects = [...files.keys()].map((relative) => ({
    key: keyIn(OLD, relative),
    size: 1000,
    etag: ETAG,
    lastModified: stamp(2),
    storageClass: "STANDARD",
  }));
  const heads = new Map([...files.keys()].map((key) => [key, LZOP_MAGIC]));
  return { location: OLD, entries: sortEntries(OLD, objects), texts: files, heads };
}

type Target = "latest" | "current" | number;

interface Replayed {
  readonly reached: readonly string[];
  /** A segment of a timeline that had been left by then. */
  readonly wrong: string | undefined;
  readonly refused: boolean;
}

/** Timelines newest first, each with the segment that it begins in: PostgreSQL's expectedTLEs. */
function expected(world: World, target: number): readonly { readonly timeline: number; readonly begin: number }[] {
  if (world.lost.has(`h${target}`)) return [{ timeline: target, begin: 0 }];
  const line = ancestry(world, target);
  return [{ timeline: 1, begin: 0 }, ...line.map(({ child, number }) => ({ timeline: child, begin: number }))]
    .filter(({ timeline }) => timeline === target || line.some(({ parent }) => parent === timeline))
    .reverse();
}

function replay(world: World, base: { readonly timeline: number; readonly number: number }, asked: Target): Replayed {
  const target = timelineOf(world, base.timeline, asked);
  // FATAL: recovery target timeline 2 does not exist.
  const unknown = typeof asked === "number" && asked > 1 && world.lost.has(`h${asked}`);
  const there = new Set(factsOf(world).entries.map(({ relative }) => relative));
  const ways = expected(world, target);
  const stop =
    base.number +
    (world.bases.find((each) => each.start === base.number && each.timeline === base.timeline)?.length ?? 0);
  const left = ancestry(world, target).find(({ parent }) => parent === base.timeline);
  const stopAt = stop * 0x1000000 + 248;
  const refused =
    unknown || (base.timeline !== target && (left === undefined || left.number * 0x1000000 + left.offset < stopAt));
  const reached: string[] = [];
  for (let number = base.number, current = 0; ; number += 1) {
    const found = ways.find(
      ({ timeline, begin }) =>
        timeline >= current && number >= begin && there.has(`wal_005/${segment(number, timeline)}.lzo`),
    );
    if (found === undefined) return { reached, wrong: undefined, refused };
    const right = ways.find(({ begin }) => number >= begin);
    if (found.timeline !== right?.timeline) return { reached, wrong: segment(number, found.timeline), refused };
    reached.push(segment(number, found.timeline));
    current = found.timeline;
  }
}

function timelineOf(world: World, own: number, asked: Target): number {
  return asked === "latest" ? latestOf(world, own) : asked === "current" ? own : asked;
}

/** The timeline that `latest` leads to: histories are probed one by one from the base backup's own timeline. */
function latestOf(world: World, from: number): number {
  const has = (timeline: number): boolean => world.forks[timeline - 2] !== undefined && !world.lost.has(`h${timeline}`);
  let newest = from;
  while (has(newest + 1)) newest += 1;
  return newest;
}

describe("a verdict on any archive of several timelines with any damage", () => {
  it.each(["person", "container"] as const)("promises a %s nothing that PostgreSQL would not replay", (restorer) => {
    let restorable = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        const verdict = verifyArchive(factsOf(world), { restorer });
        if (!verdict.restorable) return;
        restorable += 1;
        const base = baseNamed(verdict.chosenBase ?? "")?.start;
        if (base === undefined) throw new Error("restorable from nothing");
        const real = replay(world, base, verdict.targetTimeline ?? 0);
        expect([real.refused, real.wrong, real.reached.at(-1)]).toEqual([
          false,
          undefined,
          verdict.recoveryPoint?.segment,
        ]);
        expect(real.reached).toContain(verdict.needed?.last);
        expect(real.reached).toHaveLength(verdict.segmentsToReplay);
        expect(real.reached.filter((name) => [...verdict.missing, ...verdict.unreachable].includes(name))).toEqual([]);
      }),
      { numRuns: inputs(120) },
    );
    expect(restorable).toBeGreaterThan(20);
  });

  it("plans a restore that PostgreSQL replays to its end, with the loss that the verdict tells", () => {
    let restorable = 0;
    fc.assert(
      fc.property(worlds, (world) => {
        const verdict = verifyArchive(factsOf(world), { restorer: "person" });
        if (!verdict.restorable) return;
        restorable += 1;
        const plan = planRestore(factsOf(world));
        const real = replay(world, plan.start, plan.target);
        expect([real.refused, real.wrong, real.reached]).toEqual([
          false,
          undefined,
          plan.segments.map(({ name }) => name),
        ]);
        expect(plan.base).toBe(verdict.chosenBase);
        expect(plan.lost).toEqual(verdict.loss);
      }),
      { numRuns: inputs(120) },
    );
    expect(restorable).toBeGreaterThan(20);
  });

  it("calls nothing whole that lacks a segment which the restore needs", () => {
    fc.assert(
      fc.property(worlds, fc.nat(), (world, which) => {
        const before = verifyArchive(factsOf(world), { restorer: "person" });
        if (!before.restorable || before.needed === null) return;
        const [first, last] = [parseSegment(before.needed.first), parseSegment(before.needed.last)];
        if (first === undefined || last === undefined) throw new Error("no names");
        const number = first.number + (which % (last.number - first.number + 1));
        const facts = factsOf(world);
        const entries = facts.entries.filter(({ kind }) => kind.kind !== "segment" || kind.segment.number !== number);
        const after = verifyArchive({ ...facts, entries }, { restorer: "person" });
        expect(after.chosenBase === before.chosenBase && after.restorable).toBe(false);
      }),
      { numRuns: inputs(50) },
    );
  });
});
