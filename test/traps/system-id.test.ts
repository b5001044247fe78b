/** The system identifier beside the archive (dingo.md §0.3, §1.10, §8.19, §8.21), and a key to read it with (§8.27). */
import { describe, expect, it } from "vitest";
import { verifySource } from "../../src/foundation/actions/archive/verify-source.ts";
import { systemIdLines } from "../../src/discovery/sources/system-id-lines.ts";
import { RecoverError } from "../../src/errors.ts";
import { MemoryLogSearch } from "../fakes/memory-log-search.ts";
import { StreamedLogs } from "../fakes/streamed-logs.ts";
import { add, BASE, BUCKET, drop, OLD, segment, wholePart, wholeSegment } from "../archive/sample-archive.ts";
import { DEPLOYMENT } from "../fakes/fake-director.ts";
import { containerOf, failure, NEW_GUID, OLD_GUID, Scene } from "./scene.ts";

/** Made two minutes before the archive's first object. */
const FITTING = String(BigInt(Date.UTC(2026, 10, 21, 2, 8) / 1000) << 32n);
const LONG_AGO = "6262740190985621594";
const NODE = "0cd9ea62-f3bd-4a5e-ab69-35cf2d0c1e4f";
const INPUT = {
  guid: OLD_GUID,
  archive: "",
  deleted_at: "",
  accept_loss: 0,
  nodes: [NODE],
  deployment: DEPLOYMENT,
};
const KEY = `/service/${OLD_GUID}/initialize`;

function withoutSysid(): Scene {
  const scene = new Scene().withOldArchive(undefined, FITTING);
  scene.cell.put(containerOf(NEW_GUID));
  drop(scene.store, "sysids/sysid");
  return scene;
}

describe("a system identifier that the archive has lost", () => {
  it("is taken from the key that the broker left in etcd", async () => {
    const scene = withoutSysid();
    scene.etcd.keys.set(KEY, FITTING);
    const found = await scene.perform(verifySource, INPUT);
    expect(found).toMatchObject({ system_id: FITTING, system_id_source: expect.stringContaining(KEY) as string });
    expect(scene.etcd.changes).toEqual([]);
  });

  it("is not believed if its initdb does not fit the archive", async () => {
    const scene = withoutSysid();
    scene.etcd.keys.set(KEY, LONG_AGO);
    await scene.refuses(verifySource, INPUT, "not-restorable", /system identifier/);
  });

  it("is read out of the base backup if nobody else knows it, and etcd may not contradict", async () => {
    const scene = withoutSysid();
    add(scene.store, `basebackups_005/${BASE}/tar_partitions/part_00000000.tar.lzo`, wholePart(LONG_AGO));
    for (const number of [2, 3, 4, 5, 6])
      add(scene.store, `wal_005/${segment(number)}.lzo`, wholeSegment(number, LONG_AGO));
    await expect(scene.perform(verifySource, INPUT)).resolves.toMatchObject({
      system_id: LONG_AGO,
      system_id_source: expect.stringContaining("global/pg_control") as string,
    });
    expect(scene.store.changes).toEqual([]);
    scene.etcd.keys.set(KEY, LONG_AGO.replace("6", "7"));
    await scene.refuses(verifySource, INPUT, "guard-refused", /initialize in the etcd/);
  });

  it("is taken from what the old container printed into a log store", async () => {
    const scene = withoutSysid();
    const raw = `Nov 21 03:00:00 0f1e2d3c docker/cf-${NODE}:  6e101b-backup> Database system identifier:           ${FITTING}`;
    scene.logStores.push(new MemoryLogSearch([{ "@raw": raw, "@message": raw.split(":  ")[1] }]));
    await expect(scene.perform(verifySource, INPUT)).resolves.toMatchObject({
      system_id: FITTING,
      system_id_source: "logs-1/d0, the old container's own pg_controldata",
    });
  });

  it("is not known to be lost if a log store did not answer, or not in full", async () => {
    const scene = withoutSysid();
    const store = new MemoryLogSearch();
    scene.logStores.push(store);
    store.holes = ["1 of 3 shards did not answer"];
    const refused = failure("coverage-incomplete", /logs\.example\.org.*1 of 3 shards/);
    await expect(scene.perform(verifySource, INPUT)).rejects.toEqual(refused);
    store.failure = new RecoverError("unreachable", "the store did not answer", { remedy: "Wait." });
    await expect(scene.perform(verifySource, INPUT)).rejects.toMatchObject({ code: "unreachable", exitCode: 15 });
    // An archive without a base backup cannot be restored with it either.
    drop(scene.store, `basebackups_005/${BASE}_backup_stop_sentinel.json`);
    await expect(scene.perform(verifySource, INPUT)).rejects.toMatchObject({ exitCode: 17 });
  });

  it("ends the recovery if nobody knows it", async () => {
    await expect(withoutSysid().perform(verifySource, INPUT)).rejects.toMatchObject({ exitCode: 17 });
  });
});

describe("a system identifier that the archive has", () => {
  it("is confirmed by etcd, or refused", async () => {
    const scene = new Scene().withOldArchive();
    scene.cell.put(containerOf(NEW_GUID));
    scene.etcd.keys.set(KEY, LONG_AGO);
    await expect(scene.perform(verifySource, INPUT)).resolves.toMatchObject({ system_id_source: "sysids/sysid" });
    scene.etcd.keys.set(KEY, FITTING);
    await scene.refuses(verifySource, INPUT, "guard-refused", /initialize in the etcd/);
  });
});

describe("the old container's own lines", () => {
  const line = (tag: string, prefix: string, id: string): string =>
    `Nov 21 03:00:00 0f1e2d3c ${tag}  ${prefix}backup> Database system identifier:           ${id}\n`;
  const read = async (text: string) => {
    const file = {
      path: "cells.log",
      modifiedAt: new Date(0),
      async *chunks() {
        yield Buffer.from(text);
      },
    };
    const places = { logs: new StreamedLogs([file]), patterns: ["cells.log"], stores: [] };
    return (await systemIdLines(places, { guid: OLD_GUID, nodes: [NODE] })).lines;
  };

  it("are known by the container's name, torn at 32 bytes or not", async () => {
    const text =
      line(`docker/cf-${NODE}:`, "6e101b-", "7710592790500450521") +
      line("docker/cf-0cd9ea62-f3bd-4a5e-ab6", "", "7710592790500450521");
    const found = await read(text);
    expect(found.map(({ systemId, certain }) => [systemId, certain])).toEqual([
      ["7710592790500450521", true],
      ["7710592790500450521", true],
    ]);
  });

  it("of another container count for nothing, whatever their first six letters", async () => {
    const other = NODE.replace("0cd9", "1cd9");
    expect(await read(line(`docker/cf-${other}:`, "6e101b-", "7710592790500450521"))).toEqual([]);
  });

  it("are a hint if only six letters are left", async () => {
    const text = `<30>1 2026-11-21T03:00:00Z host docker 6779 - -  6e101b-backup> Database system identifier:           7710592790500450521\n`;
    expect(await read(text)).toMatchObject([{ systemId: "7710592790500450521", certain: false, place: "cells.log:1" }]);
    expect(await read(text.replace("6e101b", "6e101c"))).toEqual([]);
  });

  it("are read inside the JSON of a collector, which may name the container beside them", async () => {
    const body = "6e101b-backup> Database system identifier:           7710592790500450521";
    const tagged = `<30>Nov 21 03:00:00 docker/cf-${NODE}[1]: ${body}`;
    const forms: readonly (readonly [object, boolean])[] = [
      [{ "@raw": tagged, "@message": body }, true],
      [{ message: JSON.stringify({ log: `${body}\n`, container_name: `/cf-${NODE}` }) }, true],
      [{ program: `docker/cf-${NODE}`, message: body }, true],
      [{ log: body, stream: "stdout" }, false],
    ];
    for (const [form, certain] of forms)
      expect(await read(`${JSON.stringify(form)}\n`)).toMatchObject([{ systemId: "7710592790500450521", certain }]);
    const other = { container_name: `/cf-${NODE.replace("0cd9", "1cd9")}`, log: body };
    expect(await read(`${JSON.stringify(other)}\n`)).toEqual([]);
  });
});

describe("an archive that is encrypted by OpenPGP", () => {
  const encrypted = (): Scene => {
    const scene = new Scene().withOldArchive();
    const message = Buffer.concat([Buffer.from([0x85, 0x01, 0x0c, 0x03]), Buffer.alloc(80, 7)]);
    for (const name of [
      `basebackups_005/${BASE}/tar_partitions/part_00000000.tar.lzo`,
      "wal_005/000000010000000000000002.lzo",
      "wal_005/000000010000000000000006.lzo",
    ]) {
      const at = scene.store.bucket(BUCKET).get(`${OLD.prefix}/${name}`);
      add(scene.store, name, message, { lastModified: at?.lastModified ?? "" });
    }
    return scene;
  };

  it("is refused before anything is made if no container has the key", async () => {
    const scene = encrypted();
    scene.cell.put(containerOf(NEW_GUID));
    await scene.refuses(verifySource, INPUT, "does-not-fit", /OpenPGP.*WALE_GPG_KEY_ID/);
  });

  it("is restorable if one has it", async () => {
    const scene = encrypted();
    const { env } = containerOf(NEW_GUID);
    scene.cell.put(containerOf(NEW_GUID, { env: { ...env, WALE_GPG_KEY_ID: "0x3F5B52C1" } }));
    expect(await scene.perform(verifySource, INPUT)).toMatchObject({ encrypted: true });
  });
});
