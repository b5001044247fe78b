/** The words of `cf create-service` prove nothing (dingo.md §0.4, §1.5). */
import { describe, expect, it } from "vitest";
import { checkFresh } from "../../src/foundation/actions/archive/check-fresh.ts";
import { createService } from "../../src/foundation/actions/cf/create-service.ts";
import type { LastOperation, ServiceInstance } from "../../src/ports/cloud-foundry.ts";
import { BUCKET } from "../archive/sample-archive.ts";
import { CREATED_AT, NEW_GUID, RUN, Scene, SPACE, TAG } from "./scene.ts";

const INPUT = {
  org: "shop",
  space: "prod",
  space_guid: SPACE.guid,
  offering: "dingo-postgresql",
  plan: "cluster",
  name: "important-db",
  run: RUN,
};
const STRANGER: ServiceInstance = {
  kind: "managed",
  guid: "11111111-2222-4333-8444-555555555555",
  name: "important-db",
  spaceGuid: SPACE.guid,
  tags: [],
  createdAt: "2026-11-20T08:00:00Z",
  lastOperation: { type: "create", state: "succeeded", description: "" },
  planGuid: "plan-guid",
};

describe("creating the new instance", () => {
  it("is refused, unsent, if the name is taken", async () => {
    const scene = new Scene();
    scene.cf.instances.push(STRANGER);
    await scene.refuses(createService, INPUT, "name-taken", /exists already/);
  });

  it("is refused, unsent, if users provide a service of that name themselves", async () => {
    const scene = new Scene();
    scene.cf.instances.push({ ...STRANGER, kind: "user-provided", planGuid: undefined, tags: [TAG] });
    await scene.refuses(
      createService,
      INPUT,
      "name-taken",
      /a user-provided service instance "important-db" exists already/,
    );
  });

  it("does not believe the OK of the CLI if somebody took the name at the same moment", async () => {
    const scene = new Scene();
    scene.cf.rival = STRANGER;
    await scene.fails(createService, INPUT, "name-taken", /not created by this run/);
  });

  it("asks for one node, under the tag of this run", async () => {
    const scene = new Scene();
    await scene.perform(createService, INPUT);
    expect(scene.cf.creates).toMatchObject([{ tag: TAG, parameters: { "node-count": 1 } }]);
  });

  it("looks the name up before it creates again: a second attempt sends nothing", async () => {
    const scene = new Scene();
    await scene.perform(createService, INPUT);
    expect(await scene.perform(createService, INPUT)).toMatchObject({ guid: NEW_GUID });
    expect(scene.cf.creates).toHaveLength(1);
  });

  it("waits until the broker is done", async () => {
    const scene = new Scene();
    const busy: LastOperation = { type: "create", state: "in progress", description: "Preparing..." };
    scene.cf.operations.push(busy, busy, busy);
    await scene.perform(createService, INPUT);
    expect(scene.context.messages).toEqual(["Preparing...", "Preparing...", "Preparing..."]);
  });

  it("fails if the broker could not: for want of quota or of a cell with room", async () => {
    const scene = new Scene();
    scene.cf.operations.push({ type: "create", state: "failed", description: "no cell has room" });
    await scene.fails(createService, INPUT, "step-failed", /no cell has room/);
  });

  it("is not enough: an instance whose database never came up makes no backup and is given up", async () => {
    const scene = new Scene().withNew().withOldArchive();
    scene.store.bucket(BUCKET).delete(`backups/${NEW_GUID}/wal/sysids/sysid`);
    const source = `s3://${BUCKET}/backups/6e101b27-19ff-4af8-8fa4-fd1a09a4c6a8/wal`;
    const asked = { source, guid: NEW_GUID, created_at: CREATED_AT, bucket: BUCKET };
    await scene.refuses(checkFresh, asked, "deadline-passed", /no complete base backup/);
  });
});
