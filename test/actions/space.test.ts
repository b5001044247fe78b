/** A space that is not there any more (dingo.md §8, row 4): it is made again, and never deleted. */
import { beforeEach, describe, expect, it } from "vitest";
import type { WayBack } from "../../src/action.js";
import { checkTarget } from "../../src/actions/cf/check-target.js";
import { createService } from "../../src/actions/cf/create-service.js";
import { createSpace } from "../../src/actions/cf/create-space.js";
import { undoSpace } from "../../src/actions/cf/undo-space.js";
import { failure, Scene, SPACE, TAG } from "../traps/scene.js";
import { WANTED } from "./mutations/cloud-foundry.js";

const PLACE = { org: "shop", space: "prod" };
const ASKED = {
  ...PLACE,
  name: "",
  service: "important-db",
  offering: "",
  plan: "",
  deleted_offering: "dingo-postgresql",
  deleted_plan: "cluster",
  deleted_org_guid: "org-guid",
  apps: [],
  bound_apps: [],
  deployment: "",
};

describe("a space that is missing", () => {
  let scene: Scene;
  beforeEach(() => {
    scene = new Scene();
    scene.cf.spaces.splice(0, 1, { ...SPACE, guid: "other-guid", name: "other" });
  });

  it("of the organization that the deleted instance was in is no end: it can be made again", async () => {
    expect(await scene.perform(checkTarget, ASKED)).toMatchObject({
      missing: true,
      space_guid: "",
      target: "shop/prod/important-db",
      offering: "dingo-postgresql",
      plan: "cluster",
    });
  });

  it.each([
    ["nobody knows which organization that was", { deleted_org_guid: "" }, "nothing-found", /create-space|no space/],
    ["the organization is another one", { deleted_org_guid: "another-guid" }, "nothing-found", /no space/],
    ["the plan is not known", { deleted_plan: "" }, "input-invalid", /"plan" cannot be found/],
    ["applications are wanted", { apps: ["web"] }, "input-invalid", /"apps" cannot be found/],
  ])("ends the run where %s", async (_what, change, code, message) => {
    await expect(scene.perform(checkTarget, { ...ASKED, ...change })).rejects.toEqual(failure(code, message));
  });

  it("is made once, and the new instance is created in it", async () => {
    expect(await scene.perform(createSpace, PLACE)).toEqual({ space_guid: "prod-again" });
    expect(await scene.perform(createSpace, PLACE)).toEqual({ space_guid: "prod-again" });
    expect(scene.cf.spacesMade).toEqual(["shop/prod"]);
    await scene.perform(createService, { ...WANTED, space_guid: "" }).catch(() => undefined);
    expect(scene.cf.creates).toHaveLength(1);
  });

  it("lets no instance be created while it is not there", async () => {
    const created = scene.perform(createService, { ...WANTED, space_guid: "" });
    await expect(created).rejects.toEqual(failure("guard-refused", /no space "prod"/));
    expect(scene.cf.creates).toEqual([]);
  });

  describe("and is taken back", () => {
    const back: WayBack<typeof PLACE, { space_guid: string }> = undoSpace;
    const taken = { input: PLACE, output: { space_guid: "prod-again" } };
    beforeEach(async () => {
      await scene.perform(createSpace, PLACE);
    });
    const undo = async (): Promise<void> => {
      await back.guard(scene.context, taken);
      await back.run(scene.context, taken);
    };

    it("gives its name back where it is empty", async () => {
      expect((await back.probe(scene.context, taken)).state).toBe("not-done");
      await undo();
      expect(scene.cf.renames).toEqual([`prod prod-${TAG}`]);
      expect((await back.probe(scene.context, taken)).state).toBe("done");
    });

    it("stays as it is where it holds anything", async () => {
      scene.cf.appList.push({ guid: "web-guid", name: "web", state: "STARTED" });
      expect(await back.probe(scene.context, taken)).toMatchObject({
        state: "done",
        evidence: expect.stringContaining("it holds 1 application, and stays") as string,
      });
      await expect(undo()).rejects.toEqual(failure("guard-refused", /holds 1 application/));
      expect(scene.cf.renames).toEqual([]);
    });

    it("is left alone where another one has the name, and a person is asked where nobody can tell", async () => {
      const other = { ...taken, output: { space_guid: "former" } };
      expect((await back.probe(scene.context, other)).state).toBe("done");
      expect((await back.probe(scene.context, { ...taken, output: undefined })).state).toBe("unknown");
    });
  });
});
