/** The archive of the deleted instance: judged before anything is created, read only, the same at the end. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { decompressed } from "../../src/archive/compression/decompressed.ts";
import { lzop } from "../../src/rehearsal/world/formats/lzop.ts";
import { tar } from "../../src/rehearsal/world/formats/tar.ts";
import { compareSource } from "../../src/foundation/actions/archive/compare-source.ts";
import { copy } from "../../src/foundation/actions/archive/copy.ts";
import { verifySource } from "../../src/foundation/actions/archive/verify-source.ts";
import { findRemains } from "../../src/foundation/actions/docker/find-remains.ts";
import { CONTAINERS_DIRECTORY, containerDataDirectory } from "../../src/kit/commands/host-commands.ts";
import { formatLocation } from "../../src/archive/names/location.ts";
import {
  add,
  BASE,
  drop,
  lzopLike,
  NEW,
  OLD,
  segment,
  SYSID,
  wholePart,
  wholeSegment,
} from "../archive/sample-archive.ts";
import { cellInstance, DEPLOYMENT } from "../fakes/fake-director.ts";
import { containerOf, NEW_GUID, OLD_GUID, Scene, TARGET } from "./scene.ts";

const INPUT = { guid: OLD_GUID, archive: "", deleted_at: "2026-11-21T03:10:00Z", accept_loss: 0 };
const SOURCE = formatLocation(OLD);

async function unpacked(zst: Uint8Array): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  async function* once(): AsyncGenerator<Uint8Array> {
    yield zst;
  }
  for await (const piece of decompressed(once(), "zstd")) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
const REMAINS = { guid: OLD_GUID, nodes: [], deployment: DEPLOYMENT };
const ORPHAN = "cf-0cd9ea62-f3bd-4a5e-ab69-35cf20000000";

describe("the source archive", () => {
  it("with a gap is refused unless that loss is accepted, and the loss is told in segments and in time", async () => {
    const scene = new Scene().withOldArchive([1, 2, 3, 5, 6]);
    await scene.refuses(
      verifySource,
      INPUT,
      "loss-not-accepted",
      /this loss was not accepted: 3 segments \(1 missing, 2 unreachable, stored from 2026-11-21T02:50:00.000Z to 2026-11-21T03:00:00.000Z\) are lost: the recovered data end at 2026-11-21T02:30:00.000Z or earlier, 40 min before the deletion at 2026-11-21T03:10:00Z; later writes may be lost; missing 000000010000000000000004$/,
    );
    const accepted = await scene.perform(verifySource, { ...INPUT, accept_loss: 3 });
    expect(accepted).toMatchObject({ lost: 3, last_segment: segment(3) });
  });

  describe("and what is lost with it", () => {
    const verified = async (more: object = {}, segments = [1, 2, 3, 4, 5, 6]) => {
      const output = await new Scene().withOldArchive(segments).perform(verifySource, { ...INPUT, ...more });
      return verifySource.output.parse(output);
    };
    const LEFT = "cf-1 on cell_z1/0 is exited, data directory left";

    it("is nothing only if an orderly end is shown, and its last segment is the archive's", async () => {
      const { loss, nothing_lost } = await verified({ clean_stop: segment(6) });
      expect(loss).toBe(`nothing is lost: ${z.string().parse(nothing_lost)}`);
      expect(nothing_lost).toContain(`its last segment ${segment(6)} is in the archive`);
    });

    it.each([
      ["no log shows how it ended", {}],
      ["its last segment never came to the archive", { clean_stop: segment(7) }],
      ["the archive reaches further than the end that is shown", { clean_stop: segment(5) }],
      ["something of it is left on a cell", { clean_stop: segment(6), remains: [LEFT] }],
      ["it goes on writing", { clean_stop: segment(6), old_goes_on: true }],
      ["a segment was stored in the second of the deletion", { deleted_at: "2026-11-21T03:00:01Z" }],
    ])("may be anything from nothing to all that was written since, if %s", async (_why, more) => {
      const { loss, nothing_lost } = await verified(more);
      expect(nothing_lost).toBe("");
      expect(loss).toMatch(/^the recovered data end at \S+ or earlier/);
      expect(loss).toMatch(/; no archived segment is missing$/);
    });

    it("has no end if it lived on after its deletion", async () => {
      const ran = { cell: "cell_z1/0", container: "cf-1" };
      for (const more of [{ old_goes_on: true }, { remains: [LEFT], stopped: [ran] }]) {
        const { loss, lived_on } = await verified(more);
        expect(lived_on).toBe(true);
        expect(loss).not.toContain("deletion");
      }
    });

    it("is a range when its own database is recovered: a node that ended long before leaves a directory too", async () => {
      const own = { database: "/var/vcap/store/x", remains: [LEFT], accept_loss: 3 };
      const { loss, nothing_lost } = await verified(own, [1, 2, 3, 5, 6]);
      expect([loss, nothing_lost]).toEqual([expect.stringMatching(/^the archived data end at \S+ or earlier/), ""]);
    });

    it("is bounded by the last transaction in the archive, if that can be read", async () => {
      const cluster = "7710792265695954435";
      const scene = new Scene().withOldArchive([1, 2, 3, 4, 5, 6], cluster);
      add(scene.store, `basebackups_005/${BASE}/tar_partitions/part_00000000.tar.lzo`, wholePart(cluster));
      const wal = readFileSync(new URL("../../fixtures/archive/wal/9.6-000000010000000000000011.zst", import.meta.url));
      for (let number = 7; number < 0x11; number += 1)
        add(scene.store, `wal_005/${segment(number)}.lzo`, wholeSegment(number, cluster));
      add(scene.store, `wal_005/${segment(0x11)}.lzo`, lzop([await unpacked(wal)], { mtime: 0, fileMode: 0 }));
      const deleted_at = "2026-11-22T00:53:41Z";
      expect(await scene.perform(verifySource, { ...INPUT, deleted_at })).toMatchObject({
        last_transaction: "2026-11-22T00:52:38.322Z",
        loss: `up to 63 s of writes may be lost (last transaction 2026-11-22T00:52:38.322Z, deleted ${deleted_at}); no archived segment is missing`,
      });
    });
  });

  it("without its system identifier is not restorable, and no initdb can overwrite a copy of it", async () => {
    const scene = new Scene().withOldArchive();
    drop(scene.store, "sysids/sysid");
    await scene.refuses(verifySource, INPUT, "not-restorable", /system identifier/);
    await expect(scene.perform(verifySource, { ...INPUT, accept_loss: 99 })).rejects.toMatchObject({ exitCode: 17 });
  });

  it("into which a promotion over a gap has written is not judged: its second timeline hides what is unreachable", async () => {
    const scene = new Scene().withOldArchive([1, 2, 3, 5, 6]);
    for (const number of [4, 5]) add(scene.store, `wal_005/${segment(number, 2)}.lzo`, lzopLike("timeline 2"));
    await scene.refuses(verifySource, INPUT, "coverage-incomplete", /WAL of timeline 2, and no history/);
    // With the history that the promotion wrote it looks like a failover, but for the gap just there.
    const history = lzop([Buffer.from("1\t0/4000000\tno recovery target specified\n")], { mtime: 0, fileMode: 0 });
    add(scene.store, "wal_005/00000002.history.lzo", history);
    await scene.refuses(verifySource, INPUT, "coverage-incomplete", /a promotion over a gap/);
  });

  it("is looked into at both ends of each segment, and what was not read of it is said", async () => {
    const found = verifySource.output.parse(await new Scene().withOldArchive().perform(verifySource, INPUT));
    expect(found.unread).toBe("of 6 segments, only the beginning and the end were read");
  });

  it("that lacks its last tar file is refused, though no name tells", async () => {
    const scene = new Scene().withOldArchive();
    const part = lzop(tar([{ name: "base/1/1", content: [8192] }]), { mtime: 0, fileMode: 0 });
    add(scene.store, `basebackups_005/${BASE}/tar_partitions/part_00000000.tar.lzo`, part);
    await scene.refuses(verifySource, INPUT, "not-restorable", /a part is missing/);
  });

  it("that another cluster has written over is refused, though its names are whole", async () => {
    const scene = new Scene().withOldArchive();
    const other = `${BigInt(SYSID) + (60n << 32n)}`;
    add(scene.store, `basebackups_005/${BASE}/tar_partitions/part_00000000.tar.lzo`, wholePart(SYSID));
    for (const number of [4, 5, 6]) add(scene.store, `wal_005/${segment(number)}.lzo`, wholeSegment(number, other));
    await scene.refuses(verifySource, INPUT, "loss-not-accepted", /3 segments .* are lost/);
  });

  it("must be that of the instance that was found", async () => {
    const scene = new Scene().withOldArchive();
    const asked = { ...INPUT, archive: formatLocation(NEW) };
    await scene.refuses(verifySource, asked, "guard-refused", /is not the archive of instance/);
  });

  it.each(["s3://our-postgresql-backups/", "s3:///backups/x/wal", "our-postgresql-backups", "s3://b/backups//wal"])(
    "is not taken from %j",
    async (archive) => {
      const scene = new Scene().withOldArchive();
      await expect(scene.perform(verifySource, { ...INPUT, archive })).rejects.toMatchObject({ code: "input-invalid" });
    },
  );

  it("that changed since it was verified has a writer, and is not copied", async () => {
    const scene = new Scene().withNew().withOldArchive();
    const { baseline } = await scene.perform(verifySource, INPUT);
    scene.stopped();
    add(scene.store, `wal_005/${segment(7)}.lzo`, lzopLike("old 7"));
    const asked = {
      ...TARGET,
      source: SOURCE,
      target: formatLocation(NEW),
      baseline: baseline ?? null,
    };
    await scene.refuses(copy, asked, "guard-refused", /changed since it was verified: 1 objects new/);
  });

  it("is compared at the end with what it was at the start", async () => {
    const scene = new Scene().withOldArchive();
    const { baseline } = await scene.perform(verifySource, INPUT);
    const input = { source: SOURCE, baseline: baseline ?? null };
    expect(await scene.perform(compareSource, input)).toEqual({ objects: 11 });
    add(scene.store, "sysids/sysid", "7710592790500450521\n");
    await scene.refuses(compareSource, input, "proof-failed", /1 changed/);
  });
});

describe("what is left of the deleted instance on the cells", () => {
  it("is found as a container that lives, though its deletion was logged as a success", async () => {
    const scene = new Scene();
    scene.cell.put(containerOf(OLD_GUID));
    await scene.refuses(findRemains, REMAINS, "question-unanswered", /running container/);
  });

  it("is found on the last cell as on the first", async () => {
    const scene = new Scene();
    scene.director.instanceList.push(cellInstance("1", "10.58.111.16", "cell_z2"));
    scene.addCell(1).put(containerOf(OLD_GUID, { running: false, status: "exited" }));
    await scene.refuses(findRemains, REMAINS, "question-unanswered", /stopped container/);
  });

  it("is found as a directory that no container has, by what its archiver was told", async () => {
    const scene = new Scene();
    const data = containerDataDirectory(ORPHAN);
    for (const path of [CONTAINERS_DIRECTORY, `${CONTAINERS_DIRECTORY}/${ORPHAN}`, data])
      scene.cell.directories.add(path);
    scene.cell.fileTexts.set(`${data}/wal-e/env/WALE_S3_PREFIX`, `${SOURCE}/`);
    await scene.refuses(findRemains, REMAINS, "question-unanswered", /data directory/);
  });

  it("is not said to be gone while a cell cannot be asked", async () => {
    const scene = new Scene();
    scene.director.instanceList.push(cellInstance("1", "10.58.111.16", "cell_z2"));
    await scene.refuses(findRemains, REMAINS, "unreachable", /no cell 1/);
  });

  it("is nothing if only the new instance has a container", async () => {
    const scene = new Scene();
    scene.cell.put(containerOf(NEW_GUID));
    expect(await scene.perform(findRemains, REMAINS)).toMatchObject({ cells_searched: ["cell_z1/0 (10.58.111.15)"] });
  });
});
