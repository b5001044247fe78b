/** Spaces: made, counted and given another name. */
import { describe, expect, it } from "vitest";
import { type CloudFoundryFixture, IN } from "./cloud-foundry-fixture.js";
import { ADMIN, LONG_AGO } from "./cloud-foundry-world.js";

export function spaces(fixture: CloudFoundryFixture): void {
  const { world } = fixture;

  describe("a space", () => {
    it("makes a space that is usable at once, says OK for one that is there, and gives it another name", async () => {
      const { org } = IN;
      expect(await fixture.cf.createSpace({ org, space: "made-again" })).toBe("made");
      const made = await fixture.cf.findSpace({ org, space: "made-again" });
      expect(await fixture.cf.createSpace({ org, space: "made-again" })).toBe("was-there");
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
      await expect(fixture.cf.createSpace({ org: "nowhere", space: "x" })).rejects.toMatchObject({
        code: "step-failed",
      });
    });

    it("counts what is in a space: instances of both kinds, applications and routes", async () => {
      const { spaceGuid } = world.seeded;
      expect(await fixture.cf.contentOf(spaceGuid)).toEqual({ instances: 2, apps: 2, routes: 0 });
      const body = JSON.stringify({ pagination: { total_results: 1, next: null }, resources: [{ guid: "a-route" }] });
      world.fault({ match: "GET /v3/routes", kind: "status", status: 200, body });
      expect(await fixture.cf.contentOf(spaceGuid)).toEqual({ instances: 2, apps: 2, routes: 1 });
    });
  });
}
