/** Bad weather for every method of the CloudFoundry port: its error, and the calls that are never sent again. */
import { describe, expect, it } from "vitest";
import type { Fault } from "./faulty-way.ts";
import type { ErrorCode } from "../../src/errors.ts";
import type { CloudFoundry } from "../../src/ports/cloud-foundry.ts";
import { BINDINGS, type CloudFoundryFixture, IN, INSTANCES } from "./cloud-foundry-fixture.ts";
import { LONG_AGO, STRANGER } from "./cloud-foundry-world.ts";

export function badWeather(fixture: CloudFoundryFixture): void {
  const { world, open, create, named, space, known, living } = fixture;

  describe("bad weather", () => {
    const { spaceGuid, livingGuid } = world.seeded;
    const guest = { kind: "password", username: STRANGER.name, password: STRANGER.password } as const;
    /** Every method that asks the API, behind the request that is struck. The compiler finds a method without a row. */
    const CALLS: Record<keyof CloudFoundry, readonly [match: string, call: () => Promise<unknown>]> = {
      identity: ["POST /oauth/token", () => open().identity()],
      findSpace: ["GET /v3/spaces", () => fixture.cf.findSpace(IN)],
      orgName: ["GET /v3/organizations/*", () => fixture.cf.orgName(world.seeded.orgGuid)],
      listPlans: ["GET /v3/service_offerings", () => fixture.cf.listPlans(space())],
      usageEvents: ["GET /v3/service_usage_events", () => fixture.cf.usageEvents(LONG_AGO)],
      auditEvents: ["GET /v3/audit_events", () => fixture.cf.auditEvents(["a"], LONG_AGO)],
      findInstance: ["GET /v3/service_instances", () => named("other-db")],
      getInstance: ["GET /v3/service_instances/*", () => fixture.cf.getInstance(livingGuid)],
      listInstances: ["GET /v3/service_instances", () => fixture.cf.listInstances(spaceGuid)],
      placedInstances: ["GET /v3/service_plans", () => fixture.cf.placedInstances()],
      apps: ["GET /v3/apps", () => fixture.cf.apps(spaceGuid)],
      contentOf: ["GET /v3/routes", () => fixture.cf.contentOf(spaceGuid)],
      appInstances: ["GET /v3/apps/*", () => fixture.cf.appInstances(world.seeded.webGuid)],
      bindings: ["GET /v3/service_credential_bindings", () => fixture.cf.bindings(livingGuid)],
      keyCredentials: [
        "GET /v3/service_credential_bindings/*",
        () => fixture.cf.keyCredentials(world.seeded.livingKeyGuid),
      ],
      createService: [INSTANCES, () => create()],
      tagService: [
        "PATCH /v3/service_instances/*",
        () => fixture.cf.tagService({ ...living(), tags: ["dingo-recover-1"] }),
      ],
      createServiceKey: [BINDINGS, () => fixture.cf.createServiceKey({ ...living(), key: "fresh" })],
      deleteServiceKey: [
        "DELETE /v3/service_credential_bindings/*",
        () => fixture.cf.deleteServiceKey({ ...living(), key: "backup" }),
      ],
      bindService: [BINDINGS, () => fixture.cf.bindService({ ...living(), app: "web" })],
      unbindService: [
        "DELETE /v3/service_credential_bindings/*",
        async () => {
          await fixture.cf.bindService({ ...living(), app: "web" });
          await fixture.cf.unbindService({ ...living(), app: "web" });
        },
      ],
      mayDevelop: ["GET /v3/roles", () => open({ login: guest }).mayDevelop(spaceGuid)],
      createSpace: [
        "POST /v3/spaces",
        () => fixture.cf.createSpace({ org: IN.org, space: "made-again", orgGuid: world.seeded.orgGuid }),
      ],
      renameSpace: ["PATCH /v3/spaces/*", () => fixture.cf.renameSpace({ in: known(), to: "another-space" })],
      renameService: [
        "PATCH /v3/service_instances/*",
        () => fixture.cf.renameService({ ...living(), to: "another-db" }),
      ],
      deleteService: ["DELETE /v3/service_instances/*", () => fixture.cf.deleteService(living())],
      restartApp: ["POST /v3/apps/*", () => fixture.cf.restartApp({ in: known(), app: "web" })],
    };
    const methods = Object.keys(CALLS) as (keyof CloudFoundry)[];
    const reads = methods.filter((method) => CALLS[method][0].startsWith("GET"));

    it.each(methods)("%s: a server error, a refusal and a broken connection are told apart", async (method) => {
      const [match, call] = CALLS[method];
      const strike = async (fault: Fault): Promise<ErrorCode> => {
        world.way.add(fault);
        const code = await call().then(
          () => "none" as ErrorCode,
          (error: unknown) => (error as { readonly code: ErrorCode }).code,
        );
        world.way.suffer();
        return code;
      };
      expect(await strike({ match, kind: "status", status: 502, body: "<html>bad gateway</html>" })).toBe(
        "unreachable",
      );
      expect(await strike({ match, kind: "cut" })).toBe("unreachable");
      if (method === "identity") return;
      const body =
        '{"errors":[{"code":10003,"title":"CF-NotAuthorized","detail":"You are not authorized to perform the requested action"}]}';
      expect(await strike({ match, kind: "status", status: 403, body })).toBe("access-denied");
    });

    it.each(reads)("%s: half an answer, and one of another form, are no answer", async (method) => {
      const [match, call] = CALLS[method];
      world.way.add({ match, kind: "cut", when: "after" });
      await expect(call()).rejects.toMatchObject({ code: "answer-incomplete" });
      world.way.suffer();
      world.way.add({ match, kind: "status", status: 200, body: '"<html>welcome to the portal</html>"' });
      await expect(call()).rejects.toMatchObject({ code: "answer-malformed" });
    });

    it("logs in once more when the token is rejected, and reads on", async () => {
      await fixture.cf.identity();
      world.revoke("all");
      expect(await named("other-db")).toMatchObject({ guid: world.seeded.livingGuid });
      expect(world.count("POST /oauth/token")).toBeLessThanOrEqual(2);
    });

    it("logs in once more when neither token nor renewal works", async () => {
      world.change((state) => ({ ...state, uaa: { ...state.uaa, accessTokenSeconds: 1 } }));
      const short = open();
      await short.identity();
      world.revoke("all");
      world.change((state) => ({ ...state, uaa: { ...state.uaa, accessTokenSeconds: 600 } }));
      expect(await short.findInstance(world.seeded.spaceGuid, "other-db")).toBeDefined();
    });

    it("gives up with a clear error if a fresh log-in is rejected too", async () => {
      const body = '{"errors":[{"code":1000,"title":"CF-InvalidAuthToken","detail":"Invalid Auth Token"}]}';
      world.way.add({ match: "GET /v3/service_instances", kind: "status", status: 401, body });
      await expect(named("other-db")).rejects.toMatchObject({ code: "not-logged-in" });
    });

    it("targets with a fresh log-in when the token died before a change", async () => {
      await fixture.cf.identity();
      world.revoke("all");
      await create();
      expect(world.count(INSTANCES)).toBe(1);
      expect(await named("important-db")).toBeDefined();
    });

    it("never sends a change again whose token is rejected in its middle", async () => {
      const body = '{"errors":[{"code":1000,"title":"CF-InvalidAuthToken","detail":"Invalid Auth Token"}]}';
      world.way.add({ match: INSTANCES, kind: "status", when: "after", status: 401, body, times: 1 });
      await expect(create()).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
      expect(
        world.state.requests.filter((each) => each.method === "POST" && each.path === "/v3/service_instances"),
      ).toHaveLength(1);
      expect(await named("important-db")).toBeDefined();
    });

    it("never sends a create again whose answer was lost", async () => {
      world.way.add({ match: INSTANCES, kind: "cut", when: "after" });
      await expect(create()).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
      expect(world.count(INSTANCES)).toBe(1);
      expect(await named("important-db")).toMatchObject({ tags: ["dingo-recover-4f2a"] });
    });

    it("gives a held create up at its deadline, without knowing what became of it", async () => {
      const impatient = open({ changeTimeoutMs: 5_000 });
      await impatient.identity();
      world.way.add({ match: INSTANCES, kind: "hold", when: "after" });
      const asked = create({}, impatient);
      await expect(asked).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
      expect(await named("important-db")).toBeDefined();
    });
  });
}
