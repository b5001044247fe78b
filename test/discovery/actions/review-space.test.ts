/** Everything that went with a space, in one review (dingo.md §8, row 4). */
import { beforeEach, describe, expect, it } from "vitest";
import { reviewSpace } from "../../../src/discovery/actions/discovery/review-space.ts";
import { agreeBatch } from "../../../src/foundation/actions/recovery/agree-batch.ts";
import { parseLocation } from "../../../src/archive/names/location.ts";
import { BUCKET, drop, OLD, seedArchive } from "../../archive/sample-archive.ts";
import { failure, NEW_GUID, OLD_GUID, Scene } from "../../traps/scene.ts";

const USERS = "0b0f0c1e-55aa-4d7e-9f6f-3f7f3c1d2e4b";
const GONE_SPACE = "gone-space-guid";
const INPUT = { org: "shop", space: "prod", around: "", apps: [] };
const AT = "2026-11-21T11:20:00Z";

function deleted(guid: string, name: string) {
  return {
    guid: `event of ${guid}`,
    createdAt: AT,
    state: "DELETED" as const,
    instance: { guid, name },
    space: { guid: GONE_SPACE, name: "prod" },
    orgGuid: "org-guid",
    plan: "cluster",
    offering: "dingo-postgresql",
  };
}

describe("the review of a deleted space", () => {
  let scene: Scene;
  const archive = parseLocation(`s3://${BUCKET}/backups/${USERS}/wal`);
  const review = (change = {}) => scene.perform(reviewSpace, { ...INPUT, ...change });
  beforeEach(() => {
    scene = new Scene().withOldArchive();
    seedArchive(scene.store, { at: archive, cluster: "users" });
    scene.cf.usage.push(deleted(OLD_GUID, "important-db"), deleted(USERS, "users-db"));
  });

  it("has a line for each, with GUID, plan, verdict and loss, and changes nothing", async () => {
    const { rows, members, left_out } = await review({ apps: ["users-db:web"] });
    expect(members).toEqual([
      { name: "important-db", guid: OLD_GUID, deleted_at: AT, lost: 0, apps: [] },
      { name: "users-db", guid: USERS, deleted_at: AT, lost: 0, apps: ["web"] },
    ]);
    expect(left_out).toEqual([]);
    expect(rows).toContainEqual({
      label: "users-db",
      value: expect.stringMatching(
        new RegExp(
          `^${USERS}, plan cluster; .*restorable; the recovered data end at .*; no archived segment is missing$`,
        ),
      ) as string,
    });
    expect(scene.store.changes).toEqual([]);
  });

  it("names the applications that are bound again, and says that there is none", async () => {
    const row = (value: unknown) => ({ label: "apps", value });
    expect((await review({ apps: ["users-db:web"] }))["rows"]).toContainEqual(row("bound and restarted: users-db:web"));
    expect((await review())["rows"]).toContainEqual(row(expect.stringMatching(/^none is bound .*--input apps=/u)));
  });

  it("tells the loss in time as the run of each tells it", async () => {
    const { rows } = await review();
    expect(JSON.stringify(rows)).toMatch(
      /the recovered data end at \S+Z or earlier, \d+ min before the deletion at 2026-11-21T11:20:00Z; later writes may be lost/,
    );
  });

  it("says that the space has to be made again", async () => {
    const label = "space";
    expect((await review())["rows"]).not.toContainEqual(expect.objectContaining({ label }));
    scene.cf.spaces.length = 0;
    expect((await review())["rows"]).toContainEqual(expect.objectContaining({ label }));
  });

  it("says what would be lost of each", async () => {
    drop(scene.store, "wal_005/000000010000000000000004.lzo", archive);
    const { members } = await review();
    expect(members).toMatchObject([{ lost: 0 }, { lost: 3 }]);
  });

  it("leaves out what cannot be restored, what cannot be looked at and what has its name again, and says why", async () => {
    for (const [key] of [...scene.store.bucket(BUCKET)])
      if (key.includes(USERS)) scene.store.bucket(BUCKET).delete(key);
    const { members, left_out } = await review();
    expect(members).toMatchObject([{ name: "important-db" }]);
    expect(left_out).toEqual([expect.stringMatching(/^"users-db" .*not-restorable/)]);
    drop(scene.store, "wal_005/000000010000000000000002.lzo", OLD);
    await expect(review()).rejects.toEqual(failure("not-restorable", /none of the databases/));
  });

  it("never offers what lives, nor what has its name again", async () => {
    const lives = new Scene().withNew().cf.instances[0];
    if (lives === undefined) throw new Error("the scene has an instance");
    scene.cf.instances.push({ ...lives, guid: USERS, name: "users-db" });
    await expect(review()).rejects.toEqual(failure("nothing-found", /no services that were deleted together/));
    scene.cf.instances.splice(0, 1, { ...lives, guid: NEW_GUID, name: "users-db", spaceGuid: GONE_SPACE });
    const { members, left_out } = await review();
    expect(members).toMatchObject([{ name: "important-db" }]);
    expect(left_out).toEqual([expect.stringMatching(/its name is taken by/)]);
  });

  it("still plans for one whose system identifier has to be found elsewhere", async () => {
    drop(scene.store, "sysids/sysid", archive);
    const { members } = await review();
    expect(members).toHaveLength(2);
  });

  it.each([["users-db"], ["users-db:"], ["nobody:web"]])("refuses the application %s", async (pair) => {
    await expect(review({ apps: [pair] })).rejects.toEqual(failure("input-invalid", /names no service/));
  });

  it("finds nothing if only one service went", async () => {
    scene.cf.usage.pop();
    await expect(review()).rejects.toEqual(failure("nothing-found", /no services that were deleted together/));
  });

  it("names the space that may be meant", async () => {
    await expect(review({ space: "prdo" })).rejects.toMatchObject({
      code: "nothing-found",
      remedy: expect.stringMatching(/^Did you mean the space "prod"\? /u) as string,
    });
  });

  it("is agreed to as it was shown", async () => {
    const { members } = await review();
    const { org, space } = INPUT;
    expect(await scene.perform(agreeBatch, { org, space, members: members ?? [] })).toEqual({ org, space, members });
  });
});
