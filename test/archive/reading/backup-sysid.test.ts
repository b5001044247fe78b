/** The identifier that a base backup restores to, read out of the backup itself. */
import { beforeEach, describe, expect, it } from "vitest";
import { backupSysid } from "../../../src/archive/reading/backup-sysid.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { lzop, type Run } from "../../../src/rehearsal/world/formats/lzop.ts";
import { tar } from "../../../src/rehearsal/world/formats/tar.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { add, BASE, OLD, sampleArchive, segment } from "../sample-archive.ts";

const SYSID = "7710592790500450521";
const OTHER = "6262740190985621594";
const PACKING = { mtime: 0, fileMode: 0 };

const packed = (runs: readonly Run[]): Buffer => lzop(runs, PACKING);

function control(sysid = SYSID): { readonly name: string; readonly content: readonly Run[] } {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(BigInt(sysid));
  return { name: "global/pg_control", content: [bytes, 8176] };
}

function page(sysid = SYSID, info = 2): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt16LE(info, 2);
  header.writeBigUInt64LE(BigInt(sysid), 24);
  return packed([header, 16 * 1024 * 1024 - 40]);
}

const table = { name: "base/12411/16385", content: [Buffer.from("rows"), 3_000_000] };
const part = (number: number): string => `basebackups_005/${BASE}/tar_partitions/part_0000000${number}.tar.lzo`;

describe("the system identifier in a base backup", () => {
  let store: MemoryObjectStore;
  beforeEach(() => {
    store = sampleArchive();
    add(store, part(0), packed(tar([table, { name: "PG_VERSION", content: [Buffer.from("9.6\n")] }])));
    add(store, part(1), packed(tar([table, control()])));
    add(store, `wal_005/${segment(2)}.lzo`, page());
  });
  const found = async (): Promise<unknown> => {
    const facts = await readArchive(store.reader(), OLD);
    return await backupSysid(store.reader(), { facts, base: BASE }, { look: () => undefined });
  };

  it("is that of pg_control, in whichever part it stands, behind whatever stands before it", async () => {
    expect(await found()).toEqual({ systemId: SYSID, part: part(1), segment: `wal_005/${segment(2)}.lzo` });
    expect(store.changes).toEqual([]);
  });

  it.each([
    ["the WAL is another system's", () => add(store, `wal_005/${segment(2)}.lzo`, page(OTHER))],
    ["the WAL's first page has no long header", () => add(store, `wal_005/${segment(2)}.lzo`, page(SYSID, 0))],
    ["the WAL is no lzop file", () => add(store, `wal_005/${segment(2)}.lzo`, Buffer.alloc(4096, 7))],
    ["the part is cut", () => add(store, part(1), packed(tar([table, control()])).subarray(0, 120))],
    ["the part is no tar archive", () => add(store, part(1), packed([Buffer.alloc(2048, 0x41)]))],
    ["no part has the file", () => add(store, part(1), packed(tar([table])))],
    ["the identifier is none", () => add(store, part(1), packed(tar([control("7")])))],
  ])("is not told where %s", async (_what, spoil) => {
    spoil();
    expect(await found()).toBeUndefined();
  });

  it("fetches each byte once, in pieces, and says how far it is", async () => {
    const facts = await readArchive(store.reader(), OLD);
    const seen: (readonly [number, number])[] = [];
    await backupSysid(store.reader(), { facts, base: BASE }, { look: (bytes, of) => seen.push([bytes, of]) });
    const sizes = facts.entries.filter(({ kind }) => kind.kind === "part").map(({ info }) => info.size);
    const all = sizes.reduce((sum, size) => sum + size, 0);
    expect(seen).toEqual([
      [0, all],
      [sizes[0], all],
    ]);
  });
});
