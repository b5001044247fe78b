/** A drill deletes only the service that its own run created, even if its runbook names another. */
import { describe, expect, it } from "vitest";
import type { JournaledStep, JsonObject } from "../../../src/action.ts";
import { createService } from "../../../src/foundation/actions/cf/create-service.ts";
import { compareRows } from "../../../src/foundation/actions/drill/compare-rows.ts";
import { deleteDrillService } from "../../../src/foundation/actions/drill/delete-service.ts";
import { expectedRows, TABLE } from "../../../src/foundation/actions/drill/rows.ts";
import { failure, NEW_GUID, RUN, type Scene, SPACE, TAG, TARGET } from "../../traps/scene.ts";
import { WANTED } from "../../wiring/mutations/cloud-foundry.ts";
import { created, free, keyed, LOST } from "../../wiring/mutations/drill.ts";
import { fresh } from "../../wiring/mutations/worlds.ts";

const AT = { in: { org: "shop", space: "prod" }, instance: "important-db", guid: NEW_GUID };
const OTHER = "11111111-2222-4333-8444-555555555555";

async function refused(scene: Scene, message: RegExp, input = LOST): Promise<void> {
  await expect(scene.perform(deleteDrillService, input)).rejects.toEqual(failure("guard-refused", message));
  expect(scene.cf.deletes).toEqual([]);
}

function journaled(scene: Scene, change: Partial<JournaledStep>): Scene {
  const [step] = scene.context.journaled("cf.create-service");
  if (step !== undefined) scene.context.earlier.set("cf.create-service", [{ ...step, ...change }]);
  return scene;
}

const noted =
  (notes: readonly JsonObject[]): JournaledStep["records"] =>
  (kind) =>
    kind === "name-was-free" ? notes : [];

describe("the drill's delete", () => {
  it("deletes the service that the run's own create made, by the name that was typed", async () => {
    const scene = created();
    await scene.perform(deleteDrillService, LOST);
    expect(scene.cf.deletes).toEqual(["important-db"]);
    expect(await scene.cf.getInstance(NEW_GUID)).toBeUndefined();
  });

  it("removes the run's own key before it", async () => {
    const scene = created();
    await scene.cf.createServiceKey({ ...AT, key: TAG });
    await scene.perform(deleteDrillService, LOST);
    expect(await scene.cf.bindings(NEW_GUID)).toEqual([]);
  });

  it("refuses an instance with the tag whose creation this run did not journal", async () => {
    const scene = created();
    scene.context.earlier.clear();
    await refused(scene, /journal of this run does not say that it created/);
  });

  it("refuses an adopted instance", async () => {
    await refused(journaled(created(), { input: { adopt: NEW_GUID } }), /does not say that it created/);
  });

  it("refuses an instance that was made by hand", async () => {
    await refused(journaled(created(), { how: "by-hand" }), /does not say that it created/);
  });

  it("refuses if the create did not note that the name was free", async () => {
    await refused(journaled(created(), { records: () => [] }), /does not say that it created/);
  });

  it.each(["ran", "adopted"] as const)(
    "refuses an instance that was there before the run asked for one, whose create has %s",
    async (how) => {
      const scene = journaled(created(), { how, records: noted([free([OTHER, NEW_GUID])]) });
      await refused(scene, /was there before this run asked for its own/);
    },
  );

  it("goes by the last note of several, and refuses if a note does not say what was there", async () => {
    await refused(journaled(created(), { records: noted([free([]), free([NEW_GUID])]) }), /was there before/);
    const silent = [free([]), { ...free([]), there: null }];
    await refused(journaled(created(), { records: noted(silent) }), /does not say that it created/);
    await journaled(created(), { records: noted([free([NEW_GUID]), free([])]) }).perform(deleteDrillService, LOST);
  });

  it("knows what was in the space by what the create noted right before it", async () => {
    const scene = fresh();
    scene.cf.change(NEW_GUID, { name: "billing-db" });
    await scene.perform(createService, WANTED);
    expect(scene.context.records("name-was-free")).toEqual([free([NEW_GUID])]);
  });

  it("deletes an instance whose create was adopted by the probe, made after the run asked for it", async () => {
    await journaled(created(), { how: "adopted" }).perform(deleteDrillService, LOST);
  });

  it("deletes nothing in a space that was given the name since", async () => {
    const scene = created();
    scene.cf.spaces.splice(0, 1, { ...SPACE, name: "former" }, { ...SPACE, guid: "another-guid" });
    await refused(scene, /another-guid/);
  });

  it("refuses an instance that does not carry the tag of this run", async () => {
    const scene = created();
    scene.cf.change(NEW_GUID, { tags: ["dingo-recover-another"] });
    await refused(scene, /does not carry the tag/);
  });

  it("refuses another name than the one that was typed", async () => {
    await refused(created(), /what would be deleted is "shop\/prod\/billing-db"/, { ...LOST, name: "billing-db" });
  });

  it("refuses if the name belongs to another instance now", async () => {
    const scene = created();
    const [own] = scene.cf.instances;
    if (own !== undefined) scene.cf.instances.unshift({ ...own, guid: OTHER });
    await refused(scene, new RegExp(`belongs to "${OTHER}"`));
  });

  it("refuses a service that somebody has begun to use", async () => {
    const scene = created();
    scene.cf.appList.push({ guid: "web-guid", name: "web", state: "STARTED" });
    await scene.cf.bindService({ ...AT, app: "web" });
    await refused(scene, /bindings that this run did not make/);
  });

  it("asks for the delete once, and waits for one that is under way", async () => {
    const scene = created();
    scene.cf.deleting = { type: "delete", state: "in progress", description: "" };
    await expect(scene.perform(deleteDrillService, LOST)).rejects.toMatchObject({ code: "deadline-passed" });
    await expect(scene.perform(deleteDrillService, LOST)).rejects.toMatchObject({ code: "deadline-passed" });
    expect(scene.cf.deletes).toEqual(["important-db"]);
  });

  it("says what Cloud Foundry says where it could not be deleted", async () => {
    const scene = created();
    scene.cf.deleting = { type: "delete", state: "failed", description: "the broker does not answer" };
    await expect(scene.perform(deleteDrillService, LOST)).rejects.toEqual(
      failure("step-failed", /the broker does not answer/),
    );
  });
});

describe("the comparison of the rows", () => {
  const read = { ...TARGET, key_guid: `key-${TAG}` };

  it("holds if every row is as it was written", async () => {
    const scene = keyed();
    scene.cell.sql.fill(TABLE, RUN, 30);
    expect(await scene.perform(compareRows, { ...read, ...expectedRows(RUN, 30) })).toEqual(expectedRows(RUN, 30));
  });

  it.each([
    ["a row is lost", (scene: Scene) => scene.cell.sql.fill(TABLE, RUN, 29)],
    ["a row is another", (scene: Scene) => scene.cell.sql.fill(TABLE, "another run", 30)],
  ])("fails if %s", async (_what, change) => {
    const scene = keyed();
    change(scene);
    const compared = scene.perform(compareRows, { ...read, ...expectedRows(RUN, 30) });
    await expect(compared).rejects.toMatchObject({ code: "proof-failed" });
  });
});
