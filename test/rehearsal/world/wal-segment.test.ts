/** The box's WAL is one that a reader of real WAL follows from segment to segment. */
import { describe, expect, it } from "vitest";
import { RecordWalk } from "../../../src/archive/wal/record-walk.ts";
import { walSegment } from "../../../src/rehearsal/world/formats/wal-segment.ts";

const SEGMENT = 16 * 1024 * 1024;
const LONG_TEXT = "x".repeat(30_000);

function bytes(segment: number, changes: readonly unknown[], previous?: number): Buffer {
  const wal = { sysid: "6263", version: "9.6.24", timeline: 1, segment, changes };
  const runs = walSegment(previous === undefined ? wal : { ...wal, previous });
  return Buffer.concat(runs.map((run) => (typeof run === "number" ? Buffer.alloc(run) : run)));
}

function readTo(...segments: readonly [number, Buffer][]): RecordWalk {
  const walk = new RecordWalk();
  for (const [number, each] of segments) walk.read(each, BigInt(number) * BigInt(SEGMENT));
  return walk;
}

describe("simulated WAL", () => {
  it.each([
    ["nothing", []],
    ["a change over several pages", [{ text: LONG_TEXT }]],
  ])("with %s is whole, and its records say that the segment ends there", (_what, changes) => {
    const segment = bytes(5, changes);
    expect(segment).toHaveLength(SEGMENT);
    expect(readTo([5, segment]).end).toBeUndefined();
  });

  it("goes on from one segment to the next", () => {
    const walk = readTo([5, bytes(5, [{ text: LONG_TEXT }])], [6, bytes(6, [])], [7, bytes(7, [])]);
    expect(walk.end).toBeUndefined();
    expect(walk.reached).toBe(8n * BigInt(SEGMENT));
  });

  it("does not go on if the segment before ends elsewhere", () => {
    expect(readTo([5, bytes(5, [])], [6, bytes(6, [], 4096)]).end?.flawed).toBe(true);
  });
});
