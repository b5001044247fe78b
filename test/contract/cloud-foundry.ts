/**
 * The contract of the CloudFoundry port: our adapter with a cf program against the Cloud Controller stand-in. Run with
 * the box's program everywhere, and with the real CLI if it is installed, so that neither can drift. Its demands on the
 * program's process are in `cloud-foundry-home.ts`.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CloudFoundryFixture, IN, INSTANCES } from "./cloud-foundry-fixture.ts";
import { swappedNames } from "./cloud-foundry-names.ts";
import { spaces } from "./cloud-foundry-spaces.ts";
import { badWeather } from "./cloud-foundry-weather.ts";
import { ADMIN, DB_PASSWORD, DEVELOPER, LONG_AGO, ROBOT, STRANGER } from "./cloud-foundry-world.ts";

/** `program` yields the path of the cf to hold to the contract; a directory is given for its builds. */
export function cloudFoundryContract(name: string, program: (directory: string) => Promise<string>): void {
  describe(`CloudFoundry by ${name}`, () => {
    const fixture = new CloudFoundryFixture();
    const { world, secrets, open, create, named, space, known, living, guidOf } = fixture;

    beforeAll(() => fixture.start(program));
    beforeEach(() => world.reset());
    afterEach(() => world.way.release());
    afterAll(() => fixture.close());

    describe("reads", () => {
      it("says who is logged in, with which scopes and which CLI", async () => {
        const identity = await fixture.cf.identity();
        expect(identity).toMatchObject({
          api: world.server.url,
          user: ADMIN.name,
          scopes: ["cloud_controller.admin"],
          seesEverything: true,
        });
        expect(identity.cliVersion).toMatch(/^(8\.\d+\.\d+|0\.0\.0-unknown-version)/);
      });

      it("finds a space whose name holds a comma, and says when there is none", async () => {
        expect(await fixture.cf.findSpace(IN)).toEqual(space());
        expect(await fixture.cf.findSpace({ ...IN, space: "prod" })).toBeUndefined();
        expect(await fixture.cf.findSpace({ org: "nobody", space: "prod" })).toBeUndefined();
        expect(await fixture.cf.orgName(world.seeded.orgGuid)).toBe("acme");
        expect(await fixture.cf.orgName("00000000-0000-4000-8000-000000000000")).toBeUndefined();
      });

      it("reads every page of the usage events, newest first, with the deleted instance's names", async () => {
        world.change((state) => ({ ...state, settings: { ...state.settings, maxPerPage: 1 } }));
        const events = await fixture.cf.usageEvents(LONG_AGO);
        expect(events.map((event) => [event.state, event.instance.name])).toEqual([
          ["DELETED", "important-db"],
          ["CREATED", "other-db"],
          ["CREATED", "important-db"],
        ]);
        expect(events[0]).toMatchObject({
          instance: { guid: world.seeded.deletedGuid },
          space: { guid: world.seeded.spaceGuid, name: IN.space },
          orgGuid: world.seeded.orgGuid,
          plan: "solo",
          offering: "dingo-postgresql95",
          createdAt: "2026-11-20T02:20:11Z",
        });
      });

      it("counts the given second as within the time asked for", async () => {
        expect(await fixture.cf.usageEvents(new Date("2026-11-20T02:20:11.900Z"))).toHaveLength(1);
        expect(await fixture.cf.usageEvents(new Date("2026-11-20T02:20:12Z"))).toHaveLength(0);
      });

      it("reads who deleted it, and which app had been bound", async () => {
        const types = ["audit.service_instance.delete", "audit.service_binding.delete", "audit.service_binding.create"];
        const events = await fixture.cf.auditEvents(types, LONG_AGO);
        expect(events.map((event) => event.type).sort()).toEqual([...types].sort());
        for (const event of events.filter((each) => each.type.includes("binding"))) {
          expect(event).toMatchObject({ appGuid: world.seeded.webGuid, instanceGuid: world.seeded.deletedGuid });
        }
        const deletion = events.find((each) => each.type === "audit.service_instance.delete");
        expect(deletion).toMatchObject({
          actor: DEVELOPER.name,
          target: { guid: world.seeded.deletedGuid, name: "important-db" },
          spaceGuid: world.seeded.spaceGuid,
        });
      });

      it("lists plans with the names of their offerings", async () => {
        const plan = { guid: world.seeded.planGuid, name: "solo", offering: "dingo-postgresql95", available: true };
        expect(await fixture.cf.listPlans(space())).toEqual([plan]);
      });

      it("finds living instances by name and GUID, and no deleted one", async () => {
        const living = await named("other-db");
        expect(living).toMatchObject({
          guid: world.seeded.livingGuid,
          tags: ["blue"],
          lastOperation: { type: "create", state: "succeeded" },
          spaceGuid: world.seeded.spaceGuid,
        });
        expect(await fixture.cf.getInstance(world.seeded.livingGuid)).toEqual(living);
        expect(await fixture.cf.listInstances(world.seeded.spaceGuid)).toEqual([living]);
        expect(await named("important-db")).toBeUndefined();
        expect(await fixture.cf.getInstance(world.seeded.deletedGuid)).toBeUndefined();
        expect(await named("")).toBeUndefined();
      });

      it("sees a name that a user-provided service has, by name and by GUID, and lists it not among the managed", async () => {
        const provided = await named("legacy");
        expect(provided).toMatchObject({
          guid: world.seeded.providedGuid,
          kind: "user-provided",
          tags: ["old"],
          lastOperation: { type: "create", state: "succeeded" },
          spaceGuid: world.seeded.spaceGuid,
        });
        expect(provided?.planGuid).toBeUndefined();
        expect(await fixture.cf.getInstance(world.seeded.providedGuid)).toEqual(provided);
        const listed = await fixture.cf.listInstances(world.seeded.spaceGuid);
        expect(listed.map(({ name, kind }) => [name, kind])).toEqual([["other-db", "managed"]]);
      });

      it("lists every managed instance with the names of its place and plan, over all pages", async () => {
        world.change((state) => ({ ...state, settings: { ...state.settings, maxPerPage: 1 } }));
        const living = await named("other-db");
        expect(await fixture.cf.placedInstances()).toEqual([
          {
            instance: living,
            space: { guid: world.seeded.spaceGuid, name: IN.space },
            org: { guid: world.seeded.orgGuid, name: "acme" },
            plan: "solo",
            offering: "dingo-postgresql95",
          },
        ]);
      });

      it("tells how each wanted instance of an app's processes is", async () => {
        const { webGuid, sickGuid } = world.seeded;
        const first = { process: "web", index: 0 };
        expect(await fixture.cf.appInstances(webGuid)).toEqual([{ ...first, state: "RUNNING" }]);
        expect(await fixture.cf.appInstances(sickGuid)).toEqual([{ ...first, state: "CRASHED" }]);
      });

      it("counts an instance of which Cloud Foundry says nothing as down", async () => {
        world.way.add({ match: "GET /v3/processes/*", kind: "status", status: 200, body: '{"resources":[]}' });
        expect(await fixture.cf.appInstances(world.seeded.webGuid)).toMatchObject([{ index: 0, state: "DOWN" }]);
      });

      it("lists apps and bindings", async () => {
        const apps = await fixture.cf.apps(world.seeded.spaceGuid);
        expect(apps.map(({ name, state }) => [name, state])).toEqual([
          ["web", "STARTED"],
          ["sick", "STARTED"],
        ]);
        const bindings = await fixture.cf.bindings(world.seeded.livingGuid);
        expect(bindings).toMatchObject([{ guid: world.seeded.livingKeyGuid, type: "key", name: "backup" }]);
        expect(bindings[0]?.appGuid).toBeUndefined();
        expect(await fixture.cf.bindings(world.seeded.deletedGuid)).toEqual([]);
      });

      it("reads a key's credentials and masks the password from then on, in the URI too", async () => {
        const credentials = await fixture.cf.keyCredentials(world.seeded.livingKeyGuid);
        expect(credentials).toEqual({
          host: "10.58.111.46",
          port: 30001,
          database: "postgres",
          username: "appuser",
          password: DB_PASSWORD,
        });
        expect(secrets.mask(`postgres://appuser:${DB_PASSWORD}@h`)).not.toContain(DB_PASSWORD);
      });

      it("does not take a router's 404 for absence", async () => {
        world.way.add({
          match: "GET /v3/service_instances/*",
          kind: "status",
          status: 404,
          body: "404 Not Found: Requested route",
        });
        await expect(fixture.cf.getInstance(world.seeded.livingGuid)).rejects.toMatchObject({ code: "unreachable" });
      });

      it("refuses a list that does not add up", async () => {
        const body = JSON.stringify({
          pagination: { total_results: 2, next: null },
          resources: [{ guid: "a", name: "a" }],
        });
        world.way.add({ match: "GET /v3/organizations", kind: "status", status: 200, body });
        await expect(fixture.cf.findSpace(IN)).rejects.toMatchObject({ code: "answer-incomplete" });
      });
    });

    describe("rights", () => {
      it("takes no empty answer for a fact when the token may not see everything", async () => {
        const guest = open({ login: { kind: "password", username: STRANGER.name, password: STRANGER.password } });
        for (const look of [
          () => guest.usageEvents(LONG_AGO),
          () => guest.auditEvents(["audit.service_instance.delete"], LONG_AGO),
          () => guest.findSpace(IN),
          () => guest.getInstance(world.seeded.livingGuid),
          () => guest.placedInstances(),
          () => guest.listInstances(world.seeded.spaceGuid),
        ])
          await expect(look(), String(look)).rejects.toMatchObject({ code: "access-denied" });
        expect((await guest.identity()).seesEverything).toBe(false);
      });

      it("lets a space developer's empty answer about that space count", async () => {
        const developer = open({ login: { kind: "password", username: DEVELOPER.name, password: DEVELOPER.password } });
        expect(await developer.findInstance(world.seeded.spaceGuid, "important-db")).toBeUndefined();
        await expect(developer.usageEvents(LONG_AGO)).rejects.toMatchObject({ code: "access-denied" });
      });

      it("logs in as a client, and says so when credentials are refused", async () => {
        const robot = open({ login: { kind: "client", ...ROBOT } });
        expect(await robot.identity()).toMatchObject({ user: ROBOT.id, seesEverything: true });
        const wrong = open({ login: { kind: "client", id: ROBOT.id, secret: "not-this-one" } });
        await expect(wrong.identity()).rejects.toMatchObject({ code: "not-logged-in" });
      });
    });

    describe("changes", () => {
      it("creates with tag and parameters, and sends the POST once", async () => {
        world.broker.questionsUntilDone = 3;
        await create();
        expect(world.count(INSTANCES)).toBe(1);
        const created = await named("important-db");
        expect(created).toMatchObject({ tags: ["dingo-recover-4f2a"], planGuid: world.seeded.planGuid });
        expect(world.broker.provisions.at(-1)).toMatchObject({
          instanceGuid: created?.guid,
          planId: "b96d0936",
          parameters: { "node-count": 1 },
          orgGuid: world.seeded.orgGuid,
        });
        expect((await named("important-db"))?.lastOperation.state).toBe("succeeded");
      });

      it("returns quietly if the name is taken, which proves nothing", async () => {
        await create({ name: "other-db" });
        expect(await fixture.cf.listInstances(world.seeded.spaceGuid)).toHaveLength(1);
        expect((await named("other-db"))?.tags).toEqual(["blue"]);
      });

      it("returns quietly too if a user-provided service has the name", async () => {
        await create({ name: "legacy" });
        expect((await named("legacy"))?.guid).toBe(world.seeded.providedGuid);
        expect(world.broker.provisions.some(({ instanceGuid }) => instanceGuid === world.seeded.providedGuid)).toBe(
          false,
        );
      });

      it("carries a name with quotes, commas, blanks, newlines and shell letters there and back", async () => {
        const hostile = `db, "x" $(id) \`id\`; é\nApr 1 router: DELETED 🐘`;
        await create({ name: hostile });
        expect((await named(hostile))?.name).toBe(hostile);
        await fixture.cf.createServiceKey({ in: IN, instance: hostile, guid: await guidOf(hostile), key: "k, 1" });
        const bindings = await fixture.cf.bindings(await guidOf(hostile));
        expect(bindings.map((each) => each.name)).toEqual(["k, 1"]);
      });

      it.each(["-x", " padded", "", "a%2Cb", "zero\0byte"])(
        "refuses the name %j before anything is sent",
        async (bad) => {
          const before = world.state.counts;
          await expect(create({ name: bad })).rejects.toMatchObject({ code: "name-unsupported", effect: "none" });
          const binding = fixture.cf.bindService({ ...living(), app: bad });
          await expect(binding).rejects.toMatchObject({ code: "name-unsupported" });
          expect(world.state.counts).toEqual(before);
        },
      );

      it("tells of a broker that refuses, and the instance stays to be seen", async () => {
        world.broker.refusal = "no cell has room";
        await expect(create()).rejects.toMatchObject({ code: "step-failed", effect: "unknown" });
        expect((await named("important-db"))?.lastOperation).toMatchObject({
          state: "failed",
          description: "no cell has room",
        });
      });

      it("makes and removes a service key", async () => {
        const at = living();
        await fixture.cf.createServiceKey({ ...at, key: "fresh" });
        await fixture.cf.createServiceKey({ ...at, key: "fresh" });
        const keys = async () => (await fixture.cf.bindings(world.seeded.livingGuid)).map((each) => each.name);
        expect(await keys()).toEqual(["backup", "fresh"]);
        await fixture.cf.deleteServiceKey({ ...at, key: "fresh" });
        await fixture.cf.deleteServiceKey({ ...at, key: "fresh" });
        expect(await keys()).toEqual(["backup"]);
      });

      it("binds an app once and restarts it", async () => {
        await fixture.cf.bindService({ ...living(), app: "web" });
        await fixture.cf.bindService({ ...living(), app: "web" });
        const bound = (await fixture.cf.bindings(world.seeded.livingGuid)).filter((each) => each.type === "app");
        expect(bound).toMatchObject([{ appGuid: world.seeded.webGuid, lastOperation: { state: "succeeded" } }]);
        await fixture.cf.restartApp({ in: known(), app: "web" });
        expect(world.state.apps.find((each) => each.name === "web")?.starts).toBe(1);
      });

      it("unbinds an app, and an app that is not bound is no error", async () => {
        await fixture.cf.bindService({ ...living(), app: "web" });
        await fixture.cf.unbindService({ ...living(), app: "web" });
        await fixture.cf.unbindService({ ...living(), app: "web" });
        const bindings = await fixture.cf.bindings(world.seeded.livingGuid);
        expect(bindings.map(({ type, name }) => [type, name])).toEqual([["key", "backup"]]);
      });

      it("gives an instance another name, by which it is the same one; a name that is taken is refused", async () => {
        await create();
        const before = await named("important-db");
        const guid = before?.guid ?? "";
        await fixture.cf.renameService({
          in: IN,
          instance: "important-db",
          guid,
          to: "important-db-dingo-recover-4f2a",
        });
        expect(await named("important-db")).toBeUndefined();
        expect(await named("important-db-dingo-recover-4f2a")).toMatchObject({
          guid: before?.guid,
          tags: before?.tags,
        });
        await expect(
          fixture.cf.renameService({ in: IN, instance: "important-db-dingo-recover-4f2a", guid, to: "other-db" }),
        ).rejects.toMatchObject({ code: "step-failed" });
        expect((await named("other-db"))?.guid).toBe(world.seeded.livingGuid);
      });

      it("deletes an instance, which is gone once its broker is done; one that is not there is refused", async () => {
        await create();
        const at = { in: IN, instance: "important-db", guid: await guidOf("important-db") };
        await fixture.cf.deleteService(at);
        await expect.poll(() => named("important-db"), { timeout: 60_000 }).toBeUndefined();
        await expect(fixture.cf.deleteService(at)).rejects.toMatchObject({ code: "guard-refused", effect: "none" });
        expect((await named("other-db"))?.guid).toBe(world.seeded.livingGuid);
      });

      it("gives an instance other tags, and asks its broker nothing", async () => {
        await create();
        const before = await named("important-db");
        await fixture.cf.tagService({
          ...{ in: IN, instance: "important-db", guid: before?.guid ?? "" },
          tags: ["theirs", "dingo-recover-4f2a"],
        });
        expect(await named("important-db")).toMatchObject({
          guid: before?.guid,
          tags: ["theirs", "dingo-recover-4f2a"],
          lastOperation: before?.lastOperation,
        });
      });

      it("tells of an app that does not come up, and of one that is not there", async () => {
        for (const app of ["sick", "gone"])
          await expect(fixture.cf.restartApp({ in: known(), app })).rejects.toMatchObject({ code: "step-failed" });
      });

      it("refuses if the space is not there", async () => {
        await expect(create({ in: { ...known(), space: "nowhere" } })).rejects.toMatchObject({ effect: "none" });
        expect(world.count(INSTANCES)).toBe(0);
      });
    });

    spaces(fixture);
    badWeather(fixture);
    swappedNames(fixture);
  });
}
