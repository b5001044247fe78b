/** Names that lead to something else than they did: a change goes to the GUIDs that were asked for, or to nothing. */
import { describe, expect, it } from "vitest";
import type { CloudFoundry } from "../../src/ports/cloud-foundry.ts";
import type { CloudControllerState } from "../../src/rehearsal/cloud-controller/state.ts";
import type { CloudFoundryFixture } from "./cloud-foundry-fixture.ts";

/** Everything that is done to something that is there. The compiler finds a method without a row. */
type Change = Exclude<
  { [K in keyof CloudFoundry]: ReturnType<CloudFoundry[K]> extends Promise<void> ? K : never }[keyof CloudFoundry],
  "createSpace"
>;

const OTHER = "11111111-2222-4333-8444-555555555555";

export function swappedNames(fixture: CloudFoundryFixture): void {
  const { world, create, known } = fixture;
  const living = fixture.living();
  const CHANGES: Record<Change, () => Promise<void>> = {
    createService: () => create(),
    tagService: () => fixture.cf.tagService({ ...living, tags: ["dingo-recover-1"] }),
    createServiceKey: () => fixture.cf.createServiceKey({ ...living, key: "fresh" }),
    deleteServiceKey: () => fixture.cf.deleteServiceKey({ ...living, key: "backup" }),
    bindService: () => fixture.cf.bindService({ ...living, app: "web" }),
    unbindService: () => fixture.cf.unbindService({ ...living, app: "web" }),
    renameSpace: () => fixture.cf.renameSpace({ in: known(), to: "another-space" }),
    renameService: () => fixture.cf.renameService({ ...living, to: "another-db" }),
    deleteService: () => fixture.cf.deleteService(living),
    restartApp: () => fixture.cf.restartApp({ in: known(), app: "web" }),
  };
  const changes = Object.keys(CHANGES) as Change[];
  const ofInstances = changes.filter((each) => !["createService", "renameSpace", "restartApp"].includes(each));

  /** The old space gets another name, and a new one the old name. */
  const swapSpace = (state: CloudControllerState): CloudControllerState => ({
    ...state,
    spaces: state.spaces.flatMap((space) =>
      space.guid === world.seeded.spaceGuid
        ? [
            { ...space, name: "former" },
            { ...space, guid: OTHER },
          ]
        : [space],
    ),
  });
  const swapOrg = (state: CloudControllerState): CloudControllerState => {
    const org = OTHER.replace(/^1/, "2");
    return {
      ...state,
      orgs: state.orgs.flatMap((each) =>
        each.guid === world.seeded.orgGuid
          ? [
              { ...each, name: "former" },
              { ...each, guid: org },
            ]
          : [each],
      ),
      spaces: state.spaces.flatMap((each) =>
        each.guid === world.seeded.spaceGuid ? [each, { ...each, guid: OTHER, orgGuid: org }] : [each],
      ),
    };
  };
  const sent = (): readonly string[] =>
    world.state.requests.map(({ method, path }) => `${method} ${path}`).filter((each) => !each.includes("/oauth/"));

  describe("names that lead elsewhere", () => {
    it.each([
      ["space", swapSpace],
      ["organization", swapOrg],
    ])("of the %s: no change is sent, and both GUIDs are named", async (_kind, swap) => {
      await fixture.cf.identity();
      world.change(swap);
      const before = sent();
      for (const change of changes) {
        await expect(CHANGES[change](), change).rejects.toMatchObject({
          code: "guard-refused",
          effect: "none",
          message: expect.stringMatching(new RegExp(`${OTHER}.*${world.seeded.spaceGuid}`)) as string,
        });
      }
      expect(sent()).toEqual(before);
    });

    it.each(ofInstances)("of an instance: %s sends nothing", async (change) => {
      await fixture.cf.identity();
      world.change((state) => ({
        ...state,
        instances: state.instances.map((each) => {
          if (each.guid === world.seeded.livingGuid) return { ...each, name: "former" };
          return each.guid === world.seeded.providedGuid ? { ...each, name: "other-db" } : each;
        }),
      }));
      const before = sent();
      await expect(CHANGES[change]()).rejects.toMatchObject({ code: "guard-refused", effect: "none" });
      expect(sent()).toEqual(before);
    });
  });
}
