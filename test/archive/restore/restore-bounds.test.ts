/** The most that an archive may bring, even if its sentinels and headers say more. */
import { readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BaseMembers } from "../../../src/archive/restore/base-members.ts";
import { DataFiles } from "../../../src/archive/restore/data-files.ts";
import { once } from "../../../src/kit/byte-queue.ts";
import { planRestore } from "../../../src/archive/restore/plan.ts";
import { restoreArchive } from "../../../src/archive/restore/restore.ts";
import { stage } from "../../../src/archive/restore/staging.ts";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { archiveVerify } from "../../../src/cli/commands/archive/archive-verify-core.ts";
import { formatLocation } from "../../../src/archive/names/location.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { besides, placeToRestore } from "./place-to-restore.ts";
import { BASE, FIRST, realSegment, restorableByWalg, segmentOf } from "../restorable-archive.ts";
import { add, OLD } from "../sample-archive.ts";
import { tarEntry } from "../tar-builder.ts";

placeToRestore();

const WALG_BASE = `basebackups_005/base_${segmentOf(FIRST)}`;

async function planOf(store: MemoryObjectStore) {
  return planRestore(await readArchive(store.reader(), OLD, { times: true }));
}

/** Returns the refusal, and expects that it left no file. */
async function refusal(store: MemoryObjectStore): Promise<unknown> {
  const plan = await planOf(store);
  const error = await restoreArchive(store.reader(), plan, { directory: besides("data") }).catch(
    (thrown: unknown) => thrown,
  );
  expect(readdirSync(besides())).toEqual([]);
  return error;
}

async function lookAtAll(store: MemoryObjectStore) {
  return (await archiveVerify({ store, location: formatLocation(OLD), depth: "full" })).document;
}

describe("a tar file", () => {
  it("with a member that claims more than it can hold is refused by a restore, and told by a full look", async () => {
    const walg = restorableByWalg();
    const bomb = gzipSync(tarEntry("/base/1/bomb", { size: "77777777777\0" }));
    add(walg, `${WALG_BASE}/tar_partitions/part_001.tar.gz`, bomb);
    const { problems, verdict } = await lookAtAll(walg);
    const message = "a file in it claims to have 8589934591 bytes";
    expect(verdict).not.toBe("restorable");
    expect(problems).toContainEqual(
      expect.objectContaining({ code: "part-damaged", message: expect.stringContaining(message) as string }),
    );
    const error = await refusal(walg);
    expect(error).toMatchObject({ code: "not-restorable", message: expect.stringContaining(message) as string });
  });

  it("has as many bytes as a gigabyte's file of WAL-G needs, if the sentinel knows only the last one", async () => {
    const walg = restorableByWalg();
    expect(await planOf(walg)).toMatchObject({ expandedBytes: 16_000, mostBytes: undefined });
    const sentinel = `{"LSN": 251658280, "FinishLSN": 251658496, "PgVersion": 130014, "SystemIdentifier": 7710792814233437948, "DataCatalogSize": 5000}`;
    add(walg, `${WALG_BASE}_backup_stop_sentinel.json`, sentinel);
    expect(await planOf(walg)).toMatchObject({ mostBytes: 10_000 + 2 ** 30 });
  });

  it("is not written if the disk has no room for its next file", async () => {
    const staging = await stage(besides("data"), { source: "s3://a/b", base: BASE, needed: 1, isWanted: () => true });
    expect(() => staging.requireRoom(1)).not.toThrow();
    const code = expect.objectContaining({ code: "does-not-fit", effect: "unknown" }) as Error;
    expect(() => staging.requireRoom(900_000_000_000_000)).toThrow(code);
    await staging.discard();
    const requireRoom = (bytes: number): void => {
      if (bytes > 150) throw new RangeError("no room");
    };
    const files = new DataFiles(besides());
    const members = new BaseMembers({ files, rooted: true, most: 1000, requireRoom, look: () => undefined });
    const notes = { directories: [], links: [], linksLeftOut: [], putAside: [], tablespaces: [] };
    await members.adopt({ ...notes, bytes: 60, files: [["kept", 60]] });
    const { put } = members.tar();
    const bring = (name: string) => put({ kind: "file", name, link: "", size: 60 }, once(Buffer.alloc(60)));
    await bring("/one");
    await expect(bring("/two")).rejects.toThrow("no room");
    expect(readdirSync(besides())).toEqual(["one"]);
  });
});

it("a segment of 64 MiB is told as what it is, and not read to its end", async () => {
  const larger = 64 * 1024 * 1024;
  const content = Buffer.concat([realSegment("13", 16), Buffer.alloc(larger - 2 ** 24)]);
  content.writeUInt32LE(larger, 32);
  const store = restorableByWalg();
  add(store, `wal_005/${segmentOf(16)}.gz`, gzipSync(content, { level: 1 }));
  const why = `it is of a cluster with segments of ${larger} bytes`;
  const { problems } = await lookAtAll(store);
  expect(problems.find(({ code }) => code === "segment-damaged")?.message).toContain(why);
  const outcome = await restoreArchive(store.reader(), await planOf(store), { directory: besides("data") });
  expect(outcome.wal.broken).toEqual({ name: segmentOf(16), why });
});
