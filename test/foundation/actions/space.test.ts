/** A space that is not there any more (dingo.md §8, row 4): it is made again, and never deleted. */
import { beforeEach, describe, expect, it } from "vitest";
import type { WayBack } from "../../../src/action.ts";
import { checkTarget } from "../../../src/foundation/actions/cf/check-target.ts";
import { createService } from "../../../src/foundation/actions/cf/create-service.ts";
import { createSpace, undoSpace } from "../../../src/foundation/actions/cf/create-space.ts";
import { typedIn } from "../../../src/kit/text/typed-lines.ts";
import type { ServiceInstance } from "../../../src/ports/cloud-foundry.ts";
import { failure, Scene, SPACE, TAG } from "../../traps/scene.ts";
import { WANTED } from "../../wiring/mutations/cloud-foundry.ts";

const PLACE = { org: "shop", space: "prod" };
const ASKED_FOR = { ...PLACE, org_guid: "org-guid" };
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
  ])("ends the run if %s", async (_what, change, code, message) => {
    await expect(scene.perform(checkTarget, { ...ASKED, ...change })).rejects.toEqual(failure(code, message));
  });

  it("is made once, and the new instance is created in it", async () => {
    expect(await scene.perform(createSpace, ASKED_FOR)).toEqual({ space_guid: "prod-again" });
    expect(await scene.perform(createSpace, ASKED_FOR)).toEqual({ space_guid: "prod-again" });
    expect(scene.cf.spacesMade).toEqual(["shop/prod"]);
    await scene.perform(createService, { ...WANTED, space_guid: "" }).catch(() => undefined);
    expect(scene.cf.creates).toHaveLength(1);
  });

  it("that was made without its roles is given the developer's, and not made again", async () => {
    scene.cf.spaces.push({ ...SPACE, guid: "half-made" });
    scene.cf.notDeveloped.add("half-made");
    expect(await scene.perform(createSpace, ASKED_FOR)).toEqual({ space_guid: "half-made" });
    expect([scene.cf.spacesMade, scene.cf.notDeveloped.size]).toEqual([["shop/prod"], 0]);
    expect(scene.context.records("space-was-missing")).toEqual([]);
    await scene.perform(createSpace, ASKED_FOR);
    expect(scene.cf.spacesMade).toHaveLength(1);
  });

  it("is not made if the organization's name was given to another one", async () => {
    const made = scene.perform(createSpace, { ...ASKED_FOR, org_guid: "former-guid" });
    await expect(made).rejects.toEqual(failure("guard-refused", /organization "former-guid"/));
    expect(scene.cf.spacesMade).toEqual([]);
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
      await scene.perform(createSpace, ASKED_FOR);
    });
    const undo = async (): Promise<void> => {
      await back.guard(scene.context, taken);
      await back.run(scene.context, taken);
    };

    it("gives its name back if it is empty", async () => {
      expect((await back.probe(scene.context, taken)).state).toBe("not-done");
      await undo();
      expect(scene.cf.renames).toEqual([`prod prod-${TAG}`]);
      expect((await back.probe(scene.context, taken)).state).toBe("done");
    });

    it("stays as it is if it holds anything", async () => {
      scene.cf.appList.push({ guid: "web-guid", name: "web", state: "STARTED" });
      expect(await back.probe(scene.context, taken)).toMatchObject({
        state: "done",
        evidence: expect.stringContaining("it holds 1 application, and stays") as string,
      });
      await expect(undo()).rejects.toEqual(failure("guard-refused", /holds 1 application/));
      expect(scene.cf.renames).toEqual([]);
    });

    it("is renamed by hand by somebody who has seen that it is empty: no line is typed for that", () => {
      const lines = typedIn(back.describe(PLACE, "R", { output: taken.output, records: () => [] }));
      expect(lines.map(({ text }) => text)).toEqual([
        "cf target -o shop -s prod",
        "# only if this run made it and it holds nothing, the new service instance included: cf rename-space prod prod-dingo-recover-R",
      ]);
    });

    it.each([
      ["a route", () => (scene.cf.routes = 1), "1 route"],
      ["a user-provided service", () => scene.cf.instances.push(provided()), "1 service instance"],
    ])("stays as it is if it holds %s", async (_what, change, held) => {
      change();
      expect((await back.probe(scene.context, taken)).evidence).toContain(`it holds ${held}`);
      await expect(undo()).rejects.toEqual(failure("guard-refused", new RegExp(`holds ${held}`)));
      expect(scene.cf.renames).toEqual([]);
    });

    it("is left alone if another one has the name", async () => {
      const other = { ...taken, output: { space_guid: "former" } };
      expect((await back.probe(scene.context, other)).state).toBe("done");
    });

    it("gives its name back if the step made it and did not come to its end", async () => {
      expect((await back.probe(scene.context, { ...taken, output: undefined })).state).toBe("not-done");
    });
  });

  describe("and is made by somebody else while the step makes it", () => {
    const back: WayBack<typeof PLACE, { space_guid: string }> = undoSpace;
    const rival = { ...SPACE, guid: "theirs" };
    const taken = { input: PLACE, output: { space_guid: "theirs" } };
    const stays = async (): Promise<void> => {
      expect(await back.probe(scene.context, taken)).toMatchObject({
        state: "done",
        evidence: expect.stringContaining("nothing shows that this run made it") as string,
      });
      await back.run(scene.context, taken);
      expect(scene.cf.renames).toEqual([]);
    };

    it("keeps its name if cf says that it was there", async () => {
      scene.cf.rivalSpace = rival;
      expect(await scene.perform(createSpace, ASKED_FOR)).toEqual({ space_guid: "theirs" });
      await stays();
    });

    it.each([
      ["nobody knows who made it", undefined, 0],
      ["another user made it", "eve", 1000],
      ["our user made it before the step asked", "admin", -5000],
    ])("keeps its name after a kill if %s", async (_what, actor, afterMs) => {
      await killed();
      if (actor !== undefined) audited(actor, afterMs);
      await stays();
    });

    it("is the run's own after a kill if our user made it after the step asked", async () => {
      await killed();
      audited("admin", 1000);
      expect((await back.probe(scene.context, taken)).state).toBe("not-done");
    });

    const killed = async (): Promise<void> => {
      await scene.context.record("space-was-missing", { ...PLACE, at: scene.clock.now().toISOString() });
      scene.cf.spaces.push(rival);
    };
    const audited = (actor: string, afterMs: number): void => {
      const createdAt = new Date(scene.clock.now().getTime() + afterMs).toISOString();
      const target = { guid: "theirs", type: "space", name: "prod" };
      scene.cf.audit.push({ guid: "event", type: "audit.space.create", createdAt, actor, target });
    };
  });
});

function provided(): ServiceInstance {
  const lastOperation = { type: "create", state: "succeeded", description: "" } as const;
  const what = { guid: "ups", kind: "user-provided", name: "legacy", spaceGuid: "prod-again" } as const;
  return { ...what, tags: [], createdAt: "2026-11-21T12:00:00Z", lastOperation, planGuid: undefined };
}
