/** Records are followed from segment to segment, along each timeline and from a parent into its child. */
import { beforeAll, describe, expect, it } from "vitest";
import { firstByte } from "../../../src/archive/names/lsn.ts";
import { sortEntries } from "../../../src/archive/reading/facts.ts";
import { WalChain } from "../../../src/archive/reading/wal-chain.ts";
import { keyIn } from "../../../src/archive/names/location.ts";
import { loadSegments, ofSecondWriter, realSegment } from "../restorable-archive.ts";
import { OLD, segment } from "../sample-archive.ts";

beforeAll(loadSegments);

function chainOf(texts: Readonly<Record<string, string>> = {}): WalChain {
  const info = { size: 100, etag: "x", lastModified: "2026-11-21T02:00:00.000Z", storageClass: "STANDARD" };
  const objects = Object.keys(texts).map((relative) => ({ ...info, key: keyIn(OLD, relative) }));
  const entries = sortEntries(OLD, objects);
  return new WalChain({ location: OLD, entries, texts: new Map(Object.entries(texts)), heads: new Map() });
}

const real = (number: number): Buffer => Buffer.from(realSegment("13", number));
const on = (number: number, timeline = 1) => ({ timeline, number });
/** The first segment of timeline 2 begins as a copy of its parent's. */
const HISTORY = { "wal_005/00000002.history.lzo": "1\t0/10000100\tno recovery target specified\n" };

describe("segments read one after the other", () => {
  it("go on from one another, and end if the next is a second writer's", () => {
    const chain = chainOf();
    expect([15, 16].map((number) => chain.follow(on(number), real(number)))).toMatchObject([
      { inside: [] },
      { inside: [] },
    ]);
    const { before, inside } = chain.follow(on(17), ofSecondWriter(real(17)));
    expect([before?.at, before?.flawed, inside]).toEqual([firstByte(on(17)), true, []]);
  });

  it("are not followed over a gap", () => {
    const chain = chainOf();
    chain.follow(on(15), real(15));
    expect(chain.follow(on(17), real(17))).toMatchObject({ inside: [] });
  });

  it("go on from a parent into its child, and on in the parent as well", () => {
    const chain = chainOf(HISTORY);
    for (const number of [15, 16, 17]) expect(chain.follow(on(number), real(number))).toMatchObject({ inside: [] });
    expect(chain.follow(on(16, 2), real(16))).toMatchObject({ inside: [] });
    expect(chain.follow(on(17, 2), ofSecondWriter(real(17))).before?.flawed).toBe(true);
    const other = chainOf(HISTORY);
    other.follow(on(15), real(15));
    expect(other.follow(on(16, 2), ofSecondWriter(real(16))).before?.flawed).toBe(true);
  });

  it("are followed anew from where a base backup begins behind a flaw", () => {
    const spoilt = real(15);
    const [first, length] = [0x28, spoilt.readUInt32LE(0x28)];
    const second = first + ((length + 7) & ~7);
    spoilt[first + 16] = (spoilt[first + 16] ?? 0) ^ 1;
    const name = `basebackups_005/base_${segment(15)}_${String(second).padStart(8, "0")}_backup_stop_sentinel.json`;
    const [without, within] = [chainOf(), chainOf({ [name]: "{}" })];
    const end = { at: firstByte(on(15)) + 0x28n, flawed: true, why: "a record does not match its checksum" };
    const checkpoints = new Map([[firstByte(on(15)) + BigInt(second), firstByte(on(15)) + 0x28n]]);
    expect(without.follow(on(15), spoilt)).toEqual({ inside: [end] });
    expect(within.follow(on(15), spoilt)).toEqual({ inside: [end], checkpoints });
    // A replay that begins behind it goes on into the next segment; no other comes there.
    const { before, inside } = without.follow(on(16), ofSecondWriter(real(16)));
    expect([before, inside]).toEqual([undefined, []]);
    expect(within.follow(on(16), ofSecondWriter(real(16))).before?.flawed).toBe(true);
  });
});
