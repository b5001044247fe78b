/** The histories of timelines in a restore: they number the server's own timeline, and lead to the one that is restored. */
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readArchive } from "../../../src/archive/reading/facts.ts";
import { planRestore } from "../../../src/archive/restore/plan.ts";
import { restoreArchive } from "../../../src/archive/restore/restore.ts";
import type { MemoryObjectStore } from "../../fakes/memory-object-store.ts";
import { ALL, at, text, placeToRestore } from "./place-to-restore.ts";
import { packed, restorable, restorableByWalg } from "../restorable-archive.ts";
import { add, OLD } from "../sample-archive.ts";

placeToRestore();

async function restore(store: MemoryObjectStore): Promise<void> {
  const plan = planRestore(await readArchive(store.reader(), OLD, { times: true }));
  await restoreArchive(store.reader(), plan, { directory: at() });
}

describe("the history of a timeline", () => {
  const LINE = Buffer.from("1\t0/12000000\tno reason\n");
  const history = (name: string): string => text("dingo-recover/wal", `${name}.history`);

  it("may be there in two packings", async () => {
    const store = restorableByWalg();
    add(store, "wal_005/00000002.history.gz", gzipSync(LINE));
    add(store, "wal_005/00000002.history.lzo", packed(LINE));
    await restore(store);
    expect(history("00000002")).toBe(LINE.toString());
  });

  it("that is not gone along is there by name alone if it is damaged or has no end", async () => {
    const store = restorable(ALL);
    const damaged = Buffer.from(packed(LINE));
    damaged.fill(0, damaged.length - 24);
    add(store, "wal_005/00000007.history.lzo", damaged);
    add(store, "wal_005/00000008.history.lzo", packed(Buffer.alloc(2_000_000)));
    await restore(store);
    expect([history("00000007"), history("00000008")]).toEqual(["", ""]);
    expect(text("dingo-recover/planned")).toContain("00000007.history\n");
  });

  it("refuses the restore if it is gone along and damaged", async () => {
    const store = restorable(ALL);
    const facts = await readArchive(store.reader(), OLD, { times: true });
    const plan = planRestore(facts);
    add(store, "wal_005/00000007.history.lzo", packed(LINE).subarray(0, 40));
    const [info] = await store.reader().list(OLD.bucket, `${OLD.prefix}/wal_005/00000007`);
    if (info === undefined) throw new Error("it was added");
    const file = { name: "00000007.history", info, packing: "lzo" } as const;
    const along = { ...plan, histories: [file], timelines: [1, 7] };
    const restored = restoreArchive(store.reader(), along, { directory: at() });
    await expect(restored).rejects.toMatchObject({ code: "not-restorable" });
  });
});
