/**
 * The contract of the CloudFoundry port, continued: the left-overs of one process of ours, and their use by the next.
 */
import { mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CloudFoundryFixture, IN, INSTANCES } from "./cloud-foundry-fixture.ts";
import { ADMIN } from "./cloud-foundry-world.ts";
import { ResourceLog } from "./resource-log.ts";

/** `program` as for `cloudFoundryContract`; a call of it is a process that does the work itself. */
export function cloudFoundryHome(name: string, program: (directory: string) => Promise<string>): void {
  describe(`CloudFoundry by ${name}`, () => {
    const fixture = new CloudFoundryFixture();
    const { world, directory, open, create } = fixture;

    beforeAll(() => fixture.start(program));
    beforeEach(() => world.reset());
    afterEach(() => world.way.release());
    afterAll(() => fixture.close());

    describe("its home", () => {
      it("notes the home before making it, removes it at the end, and removes what a killed process left", async () => {
        const parent = mkdtempSync(join(directory, "homes-"));
        const recorder = new ResourceLog();
        const killed = open({ recorder, temporaryDirectory: parent });
        await killed.identity();
        fixture.abandon(killed);
        expect(readdirSync(parent)).toHaveLength(1);
        expect(recorder.leftOpen()).toMatchObject([{ kind: "cf-home" }]);
        const next = open({ recorder, temporaryDirectory: parent });
        await next.identity();
        expect(readdirSync(parent)).toHaveLength(1);
        await next.close();
        expect(readdirSync(parent)).toEqual([]);
        expect(recorder.leftOpen()).toEqual([]);
      });

      it("ends a change that a killed process holds open, so that it never takes effect", async () => {
        const recorder = new ResourceLog();
        const killed = open({ recorder });
        await killed.identity();
        fixture.abandon(killed);
        world.way.add({ match: INSTANCES, kind: "hold", times: 1 });
        const lost = create({}, killed).then(
          () => "returned",
          () => "ended",
        );
        await world.way.untilHeld();
        const next = open({ recorder });
        await next.identity();
        expect(await lost).toBe("ended");
        world.way.release();
        expect(await next.findInstance(world.seeded.spaceGuid, "important-db")).toBeUndefined();
        await create({}, next);
        expect(world.count(INSTANCES)).toBe(1);
      });

      it("takes over the operator's session without touching it", async () => {
        const parent = mkdtempSync(join(directory, "homes-"));
        const operator = open({ temporaryDirectory: parent });
        await operator.identity();
        const configFile = join(parent, readdirSync(parent)[0] ?? "", ".cf", "config.json");
        const session = open({ login: { kind: "session", configFile } });
        await session.createServiceKey({
          in: IN,
          instance: "other-db",
          guid: world.seeded.livingGuid,
          key: "by-session",
        });
        expect((await session.identity()).user).toBe(ADMIN.name);
        expect((await operator.identity()).user).toBe(ADMIN.name);
        const { api: _, ...rest } = { api: "", login: { kind: "session" as const, configFile: join(parent, "none") } };
        await expect(open(rest).identity()).rejects.toMatchObject({ code: "not-logged-in" });
      });
    });
  });
}
