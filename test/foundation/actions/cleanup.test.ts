/** Only a cleanup deletes, and only objects that a run moved aside, once a backup stands without them (law 2). */
import { describe, expect, it } from "vitest";
import { deleteAsideObjects } from "../../../src/foundation/actions/archive/delete-aside.ts";
import { deleteAsideDirectory } from "../../../src/foundation/actions/docker/delete-aside.ts";
import { askOwner } from "../../../src/foundation/actions/recovery/ask-owner.ts";
import { reviewAside } from "../../../src/foundation/actions/recovery/review-aside.ts";
import { formatLocation } from "../../../src/archive/names/location.ts";
import { BUCKET, lzopLike, NEW, OLD, segment } from "../../archive/sample-archive.ts";
import { DATA, failure, NEW_GUID, RUN, type Scene, TAG } from "../../traps/scene.ts";
import { directoryInput, leftOver, objectsInput, OWN_BASE, reviewInput } from "./left-over.ts";

async function remove(scene: Scene, relative: string): Promise<void> {
  await scene.store.writer({ source: OLD, into: [NEW] }).remove({ bucket: BUCKET, key: `${NEW.prefix}/${relative}` });
}

describe("the review of a cleanup", () => {
  it("lists objects and bytes, the directories, and the backup that stands without them", async () => {
    const scene = await leftOver();
    const found = await scene.perform(reviewAside, reviewInput);
    expect(found).toMatchObject({ objects: 8, directories: [`${DATA}.${TAG}`] });
    expect(found["bytes"]).toBeGreaterThan(0);
    const rows = JSON.stringify(found["rows"]);
    expect(rows).toContain(`dingo-recover/${RUN}`);
    expect(rows).toContain("is complete, and the archive can be restored from it");
  });

  it("refuses while the instance's own archive cannot be restored", async () => {
    const scene = await leftOver();
    await remove(scene, `basebackups_005/${OWN_BASE}/tar_partitions/part_00000000.tar.lzo`);
    const refused = failure("guard-refused", /what is aside may still be needed/);
    await expect(scene.perform(reviewAside, reviewInput)).rejects.toEqual(refused);
    await expect(scene.perform(deleteAsideDirectory, directoryInput)).rejects.toEqual(refused);
  });

  it("refuses if only the copied base backup is left: it was not made by the recovered database", async () => {
    const scene = await leftOver();
    await remove(scene, `basebackups_005/${OWN_BASE}_backup_stop_sentinel.json`);
    const refused = failure("guard-refused", /which is none of its own: what is aside may still be needed/);
    await expect(scene.perform(reviewAside, reviewInput)).rejects.toEqual(refused);
    await expect(scene.perform(deleteAsideDirectory, directoryInput)).rejects.toEqual(refused);
  });

  it("refuses an archive that can be restored with loss alone", async () => {
    const scene = await leftOver();
    scene.store.seed(BUCKET, `${NEW.prefix}/wal_005/${segment(10, 2)}.lzo`, lzopLike("own 10"));
    const refused = failure("guard-refused", /is restorable-with-loss: what is aside may still be needed/);
    await expect(scene.perform(reviewAside, reviewInput)).rejects.toEqual(refused);
  });

  it("is content with a later one of the recovered database, once the first was pruned", async () => {
    const scene = await leftOver();
    const first = `base_${segment(7, 2)}_00000040`;
    expect(await scene.perform(reviewAside, { ...reviewInput, base_backup: first })).toMatchObject({ objects: 8 });
  });

  it("refuses an instance without the tag of that run", async () => {
    const scene = await leftOver();
    scene.cf.change(NEW_GUID, { tags: ["dingo-recover-of-another-run"] });
    await expect(scene.perform(reviewAside, reviewInput)).rejects.toEqual(
      failure("guard-refused", /does not carry the tag/),
    );
  });
});

describe("the owner's yes", () => {
  const input = { run: RUN, target: "shop/prod/important-db" };

  it("is a name, asked for and kept", async () => {
    const scene = await leftOver();
    scene.context.answers.set("owner-agrees", " Kim of the shop ");
    expect(await scene.perform(askOwner, input)).toEqual({ owner: "Kim of the shop" });
    // `--yes` answers harmless y/n questions, and no other.
    expect(scene.context.asked).toMatchObject([{ kind: "text", id: "owner-agrees" }]);
  });

  it.each(["", " ", "n", "No"])("is not %j", async (answer) => {
    const scene = await leftOver();
    scene.context.answers.set("owner-agrees", answer);
    const refused = failure("stopped-by-operator", /has not agreed/);
    await expect(scene.perform(askOwner, input)).rejects.toEqual(refused);
  });
});

describe("the deletion of objects", () => {
  it("leaves the source archive and the instance's own as they are", async () => {
    const scene = await leftOver();
    const before = [
      await scene.store.reader().list(BUCKET, `${OLD.prefix}/`),
      await scene.store.reader().list(BUCKET, `${NEW.prefix}/`),
    ];
    await scene.perform(deleteAsideObjects, await objectsInput(scene));
    expect([
      await scene.store.reader().list(BUCKET, `${OLD.prefix}/`),
      await scene.store.reader().list(BUCKET, `${NEW.prefix}/`),
    ]).toEqual(before);
    expect(await scene.store.reader().list(BUCKET, `backups/${NEW_GUID}/dingo-recover/`)).toEqual([]);
  });

  it("refuses if an object was written after the list was shown, and deletes none", async () => {
    const scene = await leftOver();
    const input = await objectsInput(scene);
    scene.store.seed(BUCKET, `backups/${NEW_GUID}/dingo-recover/${RUN}/replaced/late`, "x");
    const before = scene.store.changes.length;
    await expect(scene.perform(deleteAsideObjects, input)).rejects.toEqual(failure("object-changed", /late/));
    expect(scene.store.changes.length).toBe(before);
  });

  it("refuses a source that is, or lies around, what would be deleted", async () => {
    const scene = await leftOver();
    const input = await objectsInput(scene);
    for (const source of [`s3://${BUCKET}/backups/${NEW_GUID}/dingo-recover/${RUN}`, `s3://${BUCKET}/backups`])
      await expect(scene.perform(deleteAsideObjects, { ...input, source })).rejects.toMatchObject({
        code: "source-protected",
      });
  });

  it("refuses a name of a run that is a path, and an archive of another instance", async () => {
    const scene = await leftOver();
    const input = await objectsInput(scene);
    for (const wrong of [{ run: "../wal" }, { run: "" }, { archive: formatLocation(OLD) }])
      await expect(scene.perform(deleteAsideObjects, { ...input, ...wrong })).rejects.toMatchObject({
        code: "guard-refused",
      });
  });
});

describe("the deletion of a directory", () => {
  it("deletes the one that the run named, and nothing else", async () => {
    const scene = await leftOver();
    await scene.perform(deleteAsideDirectory, directoryInput);
    expect(scene.cell.changes.filter((change) => change.startsWith("rm "))).toEqual([`rm ${DATA}.${TAG}`]);
    expect(scene.cell.directories.has(DATA)).toBe(true);
  });

  it.each([DATA, "/", `${DATA}.${TAG}/..`, `${DATA}.dingo-recover-other`, ""])("refuses %j", async (directory) => {
    const scene = await leftOver();
    await expect(scene.perform(deleteAsideDirectory, { ...directoryInput, directory })).rejects.toMatchObject({
      code: "guard-refused",
    });
    expect(scene.cell.changes.filter((change) => change.startsWith("rm "))).toEqual([]);
  });
});
