import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { decompressed } from "../../../src/archive/compression/decompressed.ts";
import { controlValues } from "../../../src/archive/wal/control-values.ts";

const files = new Map<string, Buffer>();
beforeAll(async () => {
  for (const version of ["9.6", "13", "15"]) {
    const packed = readFileSync(new URL(`../../../fixtures/archive/control/${version}.zst`, import.meta.url));
    const pieces: Uint8Array[] = [];
    for await (const piece of decompressed(once(packed), "zstd")) pieces.push(piece);
    files.set(version, Buffer.concat(pieces));
  }
});

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const file = (version: string): Buffer => Buffer.from(files.get(version) ?? []);

describe("pg_control of a real server", () => {
  it.each([
    [
      "9.6",
      "7710792265695954435",
      { max_connections: 123, max_worker_processes: 8, max_prepared_transactions: 0, max_locks_per_transaction: 64 },
    ],
    [
      "13",
      "7710792814233437948",
      {
        max_connections: 123,
        max_worker_processes: 8,
        max_wal_senders: 3,
        max_prepared_transactions: 0,
        max_locks_per_transaction: 64,
      },
    ],
    [
      "15",
      undefined,
      {
        max_connections: 100,
        max_worker_processes: 8,
        max_wal_senders: 10,
        max_prepared_transactions: 5,
        max_locks_per_transaction: 64,
      },
    ],
  ])("of %s tells its settings, its system and the size of its segments", (version, systemId, settings) => {
    const values = controlValues(file(version));
    expect(values).toMatchObject({ version, settings, segmentBytes: 16 * 1024 * 1024 });
    if (systemId !== undefined) expect(values?.systemId).toBe(systemId);
  });

  it.each(["9.6", "13", "15"])("of %s tells nothing if a bit of it is flipped, or it is cut", (version) => {
    const whole = file(version);
    for (let at = 0; at < 240; at += 1) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(controlValues(flipped)).toBeUndefined();
    }
    expect(controlValues(whole.subarray(0, 4096))).toBeUndefined();
    expect(controlValues(Buffer.alloc(8192))).toBeUndefined();
  });
});
