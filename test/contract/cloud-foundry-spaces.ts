/** Spaces: made, counted and given another name. */
import { describe, expect, it } from "vitest";
import { type CloudFoundryFixture, IN } from "./cloud-foundry-fixture.ts";
import { addRole, addSpace } from "../../src/rehearsal/cloud-controller/seed.ts";
import type { CloudControllerState } from "../../src/rehearsal/cloud-controller/state.ts";
import { draftOf } from "../../src/rehearsal/draft.ts";
import { ADMIN, LONG_AGO, STRANGER } from "./cloud-foundry-world.ts";

export function spaces(fixture: CloudFoundryFixture): void {
  const { world } = fixture;

  describe("a space", () => {
    it("makes a space that is usable at once, says OK for one that is there, and gives it another name", async () => {
      const { org } = IN;
      const { orgGuid } = world.seeded;
      const asked = { org, space: "made-again", orgGuid };
      expect(await fixture.cf.createSpace(asked)).toBe("made");
      const made = await fixture.cf.findSpace({ org, space: "made-again" });
      expect(await fixture.cf.createSpace(asked)).toBe("was-there");
      expect(await fixture.cf.contentOf(made?.guid ?? "")).toEqual({ instances: 0, apps: 0, routes: 0 });
      expect(await fixture.cf.auditEvents(["audit.space.create"], LONG_AGO)).toMatchObject([
        { target: { guid: made?.guid }, actor: ADMIN.name },
      ]);
      expect(await fixture.cf.findSpace({ org, space: "made-again" })).toEqual(made);
      await fixture.cf.renameSpace({
        in: { org, space: "made-again", guid: made?.guid ?? "" },
        to: "made-again-aside",
      });
      expect(await fixture.cf.findSpace({ org, space: "made-again" })).toBeUndefined();
      expect(await fixture.cf.findSpace({ org, space: "made-again-aside" })).toMatchObject({ guid: made?.guid });
      await expect(
        fixture.cf.renameSpace({ in: { org, space: "made-again-aside", guid: made?.guid ?? "" }, to: IN.space }),
      ).rejects.toMatchObject({ code: "step-failed" });
    });

    it("makes none if the organization's name leads to nothing, or to another one", async () => {
      const { orgGuid } = world.seeded;
      const refused = { code: "guard-refused", effect: "none" };
      await expect(fixture.cf.createSpace({ org: "nowhere", space: "x", orgGuid })).rejects.toMatchObject(refused);
      const elsewhere = { org: IN.org, space: "x", orgGuid: OTHER };
      await expect(fixture.cf.createSpace(elsewhere)).rejects.toMatchObject(refused);
      expect(await fixture.cf.findSpace({ org: IN.org, space: "x" })).toBeUndefined();
    });

    it("makes our user the developer of one whose maker was killed before it gave the role", async () => {
      const manager = { username: STRANGER.name, password: STRANGER.password };
      const cf = fixture.open({ login: { kind: "password", ...manager } });
      const { orgGuid } = world.seeded;
      world.change((state) => madeWithoutRoles(state, orgGuid));
      const { guid = "" } = (await fixture.cf.findSpace({ org: IN.org, space: "half-made" })) ?? {};
      expect(await fixture.cf.mayDevelop(guid)).toBe(true);
      expect(await cf.mayDevelop(guid)).toBe(false);
      expect(await cf.createSpace({ org: IN.org, space: "half-made", orgGuid })).toBe("was-there");
      expect(await cf.mayDevelop(guid)).toBe(true);
    });

    it("counts what is in a space: instances of both kinds, applications and routes", async () => {
      const { spaceGuid } = world.seeded;
      expect(await fixture.cf.contentOf(spaceGuid)).toEqual({ instances: 2, apps: 2, routes: 0 });
      const body = JSON.stringify({ pagination: { total_results: 1, next: null }, resources: [{ guid: "a-route" }] });
      world.way.add({ match: "GET /v3/routes", kind: "status", status: 200, body });
      expect(await fixture.cf.contentOf(spaceGuid)).toEqual({ instances: 2, apps: 2, routes: 1 });
    });
  });
}

const OTHER = "11111111-2222-4333-8444-555555555555";

/** The guest manages the organization, and has made a space in it, but has no role there. */
function madeWithoutRoles(before: CloudControllerState, orgGuid: string): CloudControllerState {
  const state = draftOf(before);
  const subject = state.uaa.people.find(({ name }) => name === STRANGER.name)?.id ?? "";
  addRole(state, { type: "organization_manager", subject, orgGuid });
  addSpace(state, { name: "half-made", orgGuid, at: LONG_AGO });
  return state;
}
