/**
 * Archives whose WAL was spoilt in any place, packed again as if nothing had been: `archive verify --deep=full` and
 * `archive restore` say where the replay ends, and a real PostgreSQL ends there. RECORD_CASES says how many are tried of each.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { crc32c } from "../../src/archive/wal/crc32c.ts";
import { fc } from "../properties.ts";
import { type ArchiveName, Archives } from "../rig/archives/archives.ts";
import { parseLsn } from "../rig/archives/chronicle.ts";
import { judge } from "../rig/archives/judge.ts";
import { ownOutcome } from "../rig/archives/own-reader.ts";
import { Snapshot } from "../rig/archives/snapshot.ts";
import { Workshop } from "../rig/archives/workshop.ts";

const CASES = Number(process.env["RECORD_CASES"] ?? 40);
const PAGE = 8192;

let archives: Archives;

beforeAll(async () => {
  archives = new Archives(await Workshop.open());
});

afterAll(() => archives.workshop.close());

/** `place`: of the part of the segment that holds records, from 0 to 1. */
interface Spoil {
  readonly kind: "zeros" | "flip" | "timeline" | "address" | "writer" | "rest" | "cut";
  readonly segment: number;
  readonly place: number;
  readonly length: number;
}

const spoils: fc.Arbitrary<Spoil> = fc.record({
  kind: fc.constantFrom("zeros", "flip", "timeline", "address", "writer", "rest", "cut"),
  segment: fc.nat(1000),
  place: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 3 * PAGE }),
});

function spoilt(bytes: Buffer, { kind, place, length }: Spoil): Buffer {
  const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const at = Math.min(used - 1, 40 + Math.floor(place * (used - 40)));
  const page = at - (at % PAGE);
  switch (kind) {
    case "zeros":
      return bytes.fill(0, at, Math.min(used, at + length));
    case "flip":
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (length % 8));
      return bytes;
    case "timeline":
      bytes.writeUInt32LE((length % 5) + 1, page + 4);
      return bytes;
    case "address":
      // Before the first page, an address is that of the other end.
      bytes.writeBigUInt64LE(
        BigInt.asUintN(64, bytes.readBigUInt64LE(page + 8) + BigInt(PAGE * (length - 2 * PAGE))),
        page + 8,
      );
      return bytes;
    case "writer":
      return ofSecondWriter(bytes);
    case "rest":
      bytes.writeUInt32LE(bytes.readUInt32LE(page + 16) + (length % 64), page + 16);
      return bytes;
    case "cut":
      return bytes.fill(0, at);
  }
}

/** The first record that begins here follows another one. */
function ofSecondWriter(bytes: Buffer): Buffer {
  const rest = (bytes.readUInt16LE(2) & 1) === 0 ? 0 : bytes.readUInt32LE(16);
  const at = 40 + ((rest + 7) & ~7);
  const length = bytes.readUInt32LE(at);
  if (at + length > PAGE || length < 24) return bytes;
  bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at + 8) - 8n, at + 8);
  bytes.writeUInt32LE(crc32c(bytes.subarray(at + 24, at + length), bytes.subarray(at, at + 20)), at + 20);
  return bytes;
}

/** 9.6 by WAL-E and by WAL-G without a checksum, and 13 with several timelines. */
describe.each(["line", "brotli", "tree"] as const satisfies readonly ArchiveName[])("%s", (name) => {
  test("a replay ends where it was said to, wherever the WAL is spoilt", async () => {
    let copies = 0;
    const made = await archives.make(name);
    await fc.assert(
      fc.asyncProperty(spoils, async (spoil) => {
        copies += 1;
        const snapshot = await Snapshot.take(archives.workshop.objects, made, `${name}-records-${copies}`);
        const keys = await snapshot.keys(/^wal_005\/[0-9A-F]{24}\.[a-z0-9]+$/);
        const key = keys[spoil.segment % keys.length] ?? "";
        await snapshot.replace(key, spoilt(Buffer.from(await snapshot.unpacked(key)), spoil));
        const document = await judge(archives.workshop.objects, snapshot.prefix, { depth: "full" });
        const own = await ownOutcome(archives, snapshot);
        if (own.refused !== undefined)
          return expect([document.restorable, own.refused]).toEqual([false, "not-restorable"]);
        const { recoveryPoint: point } = document;
        const reached =
          point === null ? [] : made.chronicle.upTo({ timeline: point.timeline, end: parseLsn(point.lsn) });
        expect({ key, rows: own.rows, whole: own.whole }).toEqual({
          key,
          rows: numbers(reached),
          whole: numbers(reached),
        });
        // A restore reads its own way alone: of all other WAL it tells what the names promise.
        const { endsInside, lost, passedOver } = own.document;
        const hasMet = endsInside !== null || lost.damaged !== null || passedOver.length > 0;
        const told = hasMet ? document : await judge(archives.workshop.objects, snapshot.prefix, {});
        const { missing, unreachable } = told.loss;
        expect({ key, lost: own.document.lost }).toMatchObject({ key, lost: { missing, unreachable } });
      }),
      { numRuns: CASES },
    );
  });
});

const numbers = (marks: readonly { readonly number: number }[]): readonly number[] => marks.map(({ number }) => number);
