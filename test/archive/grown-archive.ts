/** Parts that the sample archive can have beside its one base backup and timeline. */
import { lzop } from "../../src/rehearsal/world/formats/lzop.ts";
import { readArchive } from "../../src/archive/reading/facts.ts";
import type { ArchiveVerdict } from "../../src/archive/judgement/verdict.ts";
import { type Beside, verifyArchive } from "../../src/archive/judgement/verify.ts";
import { planRestore, type PlanTerms, type RestorePlan } from "../../src/archive/restore/plan.ts";
import type { MemoryObjectStore } from "../fakes/memory-object-store.ts";
import { add, lzopLike, OLD, sampleArchive, segment, sentinelText, stamp } from "./sample-archive.ts";

/** For a person, by names and small objects. */
export async function judged(store: MemoryObjectStore, beside: Beside = {}): Promise<ArchiveVerdict> {
  return verifyArchive(await readArchive(store.reader(), OLD, { times: true }), { restorer: "person", ...beside });
}

export async function planned(store: MemoryObjectStore, terms: PlanTerms = {}): Promise<RestorePlan> {
  return planRestore(await readArchive(store.reader(), OLD, { times: true }), terms);
}

export const codesOf = (verdict: ArchiveVerdict): readonly string[] => verdict.problems.map(({ code }) => code);

export const packedText = (text: string, mtime = 0): Uint8Array =>
  lzop([Buffer.from(text)], { mtime, fileMode: 0o100600 });

/** A line of a history. */
export const left = (timeline: number, lsn: string): string => `${timeline}\t${lsn}\tno recovery target specified\n`;

export function addHistory(store: MemoryObjectStore, timeline: number, lines: string): void {
  add(store, `wal_005/0000000${timeline}.history.lzo`, packedText(lines));
}

export function addBase(store: MemoryObjectStore, at: number, { timeline = 1, stored = at } = {}): string {
  const name = `base_${segment(at, timeline)}_00000040`;
  const seed = { lastModified: stamp(stored) };
  add(store, `basebackups_005/${name}/extended_version.txt`, "PostgreSQL 9.6.24 on x86_64", seed);
  add(store, `basebackups_005/${name}/tar_partitions/part_00000000.tar.lzo`, lzopLike(name), seed);
  add(store, `basebackups_005/${name}_backup_stop_sentinel.json`, sentinelText(segment(at, timeline)), seed);
  return name;
}

export function addSegments(store: MemoryObjectStore, numbers: readonly number[], timeline: number): void {
  for (const number of numbers)
    add(store, `wal_005/${segment(number, timeline)}.lzo`, lzopLike(`${timeline} ${number}`), {
      lastModified: stamp(number),
    });
}

/** Timeline 1 in segments 1 to 6, left at 0/5000098 for timeline 2, which goes on to 8. */
export function failedOver(): MemoryObjectStore {
  const store = sampleArchive();
  addHistory(store, 2, left(1, "0/5000098"));
  addSegments(store, [5, 6, 7, 8], 2);
  return store;
}
