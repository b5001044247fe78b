/** Whether the broker's own clone-from is offered: only if its record says that it would take this very instance. */
import { describe, expect, it } from "vitest";
import { chooseWay } from "../../../src/foundation/actions/cf/choose-way.ts";
import { createService } from "../../../src/foundation/actions/cf/create-service.ts";
import { formatLocation } from "../../../src/archive/names/location.ts";
import { BUCKET, OLD } from "../../archive/sample-archive.ts";
import { failure, OLD_GUID, RUN, Scene, SPACE } from "../../traps/scene.ts";

const INPUT = {
  guid: OLD_GUID,
  service: "important-db",
  space_guid: SPACE.guid,
  source: formatLocation(OLD),
  lost: 0,
  clone_from: "ask",
};
const PASSWORD = "a-password-in-the-record";

const key = (guid: string): string => `dingo-postgresql-clusterdata-backup-${guid}.json`;

interface Recorded {
  readonly guid?: string;
  readonly name?: string;
  readonly space?: string;
  readonly at?: string;
}

function recorded(scene: Scene, { guid = OLD_GUID, name = "important-db", space = SPACE.guid, at }: Recorded): Scene {
  const record = { service_instance_name: name, space_guid: space, app_credentials: { password: PASSWORD } };
  scene.store.seed(BUCKET, key(guid), JSON.stringify(record), { lastModified: at ?? "2026-11-20T00:00:00Z" });
  return scene;
}

describe("clone-from", () => {
  it("is offered if the record names this instance and this space, and taken as the operator says", async () => {
    const scene = recorded(new Scene(), {});
    scene.context.answers.set("clone-from", "clone");
    expect(await scene.perform(chooseWay, INPUT)).toMatchObject({ clone_from: "important-db" });
    expect(scene.context.asked).toMatchObject([{ kind: "choice", recommended: "clone" }]);
    expect(JSON.stringify(scene.context.asked)).not.toContain(PASSWORD);
    scene.context.answers.set("clone-from", "archive");
    expect(await scene.perform(chooseWay, INPUT)).toMatchObject({ clone_from: "" });
  });

  it("is never chosen if nobody is asked, unless it was ruled out before", async () => {
    const scene = recorded(new Scene(), {});
    await expect(scene.perform(chooseWay, INPUT)).rejects.toEqual(failure("question-unanswered", /clone-from/));
    expect(await scene.perform(chooseWay, { ...INPUT, clone_from: "never" })).toMatchObject({ clone_from: "" });
    await expect(scene.perform(chooseWay, { ...INPUT, clone_from: "always" })).rejects.toEqual(
      failure("input-invalid", /always/),
    );
  });

  it.each([
    ["there is no record", new Scene().withOldArchive(), /kept no record/],
    ["it was in another space", recorded(new Scene(), { space: "other" }), /only what was in the same space/],
    ["the record has no name", recorded(new Scene(), { name: "" }), /only what was in the same space/],
    [
      "a younger instance had the name",
      recorded(recorded(new Scene(), {}), { guid: "younger", at: "2026-11-21T00:00:00Z" }),
      /would take a younger instance/,
    ],
  ])("is not offered if %s", async (_why, scene, why) => {
    const found = await scene.perform(chooseWay, INPUT);
    expect(found["clone_from"]).toBe("");
    expect(found["why"]).toMatch(why);
    expect(scene.context.asked).toEqual([]);
  });

  it.each([
    ["segments are lost", { lost: 3 }, /has a gap/],
    ["the old database itself is recovered", { database: "/var/vcap/store/x" }, /old database/],
    ["an instance is adopted", { adopt: OLD_GUID }, /adopted/],
  ])("is not offered if %s", async (_why, change, why) => {
    const found = await recorded(new Scene(), {}).perform(chooseWay, { ...INPUT, ...change });
    expect([found["clone_from"], found["why"]]).toEqual(["", expect.stringMatching(why)]);
  });

  it("is not offered, with the reason, if the record may not be read", async () => {
    const scene = recorded(new Scene(), {});
    scene.store.refusals.set("list", "access-denied");
    expect((await scene.perform(chooseWay, INPUT))["why"]).toMatch(/could not be looked at/);
  });

  it("is a parameter of the create, shown as it is sent", async () => {
    const scene = new Scene();
    const { guid: space_guid, name: space, orgName: org } = SPACE;
    const wanted = {
      org,
      space,
      space_guid,
      offering: "dingo-postgresql",
      plan: "cluster",
      name: "important-db",
      run: RUN,
    };
    const input = { ...wanted, clone_from: "important-db" };
    await scene.perform(createService, input);
    expect(scene.cf.creates).toMatchObject([{ parameters: { "node-count": 1, "clone-from": "important-db" } }]);
    const lines = createService.describe(createService.input.parse(input), RUN).map(({ line }) => line);
    expect(lines.join("\n")).toContain('{"node-count":1,"clone-from":"important-db"}');
  });
});
