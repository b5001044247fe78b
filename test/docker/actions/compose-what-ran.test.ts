/** A stack's data are found by the files themselves, and nothing is started that did not run. */
import { describe, expect, it } from "vitest";
import { proveMoved } from "../../../src/docker/actions/compose/prove-moved.ts";
import { surveyStack } from "../../../src/docker/actions/compose/survey.ts";
import { bringUp } from "../../../src/docker/actions/compose/up.ts";
import { VOLUMES, volumeOf } from "../../fakes/fake-compose-stack.ts";
import type { Scene } from "../../traps/scene.ts";
import {
  BEFORE,
  FILE,
  MOVED,
  PROJECT,
  running,
  RUNNING,
  stackOf,
  started,
  UP,
} from "../../wiring/mutations/compose.ts";

describe("the data of a stack", () => {
  const survey = async (change: (scene: Scene) => unknown, services: string[] = []) => {
    const scene = running();
    await change(scene);
    return await scene.perform(surveyStack, { ...PROJECT, services });
  };

  it("finds a database by what lies there, whatever its image and its directory are called", async () => {
    const found = await survey((scene) => {
      const stack = stackOf(scene);
      stack.files.set(FILE, `${BEFORE}  main:\n    image: acme\n  built:\n    image: acme\n`);
      stack.add("main", { image: "acme/database:2024.1", path: "/srv/pg" });
      stack.clusters.add(`${VOLUMES}/${volumeOf("main")}/_data/main`);
      const { id } = stack.add("built", { image: "sha256:0a" });
      stack.layers.set(id, [
        { how: "added", path: "/opt/pg/PG_VERSION" },
        { how: "added", path: "/opt/pg/global/pg_control" },
      ]);
      stack.add("uploads", { image: "acme/web", path: "/uploads" });
    });
    expect(found["services"]).toMatchObject([
      { service: "db" },
      { service: "main", kind: "postgresql", path: "/srv/pg", volume: volumeOf("main") },
      { service: "built", kind: "postgresql", path: "/opt/pg", volume: "" },
    ]);
  });

  it.each<[string, (scene: Scene) => unknown, RegExp]>([
    [
      "a service to be moved does not run, and would be started",
      (scene) => stackOf(scene).alter(MOVED.container_id, { running: false, status: "exited" }),
      /"mastodon_db_1" does not run, and its service would be started/,
    ],
    [
      "other data lie in a container's own layer",
      (scene) =>
        stackOf(scene).layers.set(stackOf(scene).add("feed", { image: "acme/feed" }).id, [
          { how: "added", path: "/srv/feed/WiredTiger.wt" },
        ]),
      /"mastodon_feed_1" holds MongoDB in its own layer, at "\/srv\/feed"/,
    ],
    [
      "a volume could not be searched to its end",
      (scene) => {
        stackOf(scene).unsearched = "it takes too long";
        stackOf(scene).add("main", { image: "acme/database", path: "/srv/pg" });
      },
      /what "mastodon_main_1" keeps at "\/srv\/pg" is not known: it takes too long/,
    ],
  ])("are not moved if %s", async (_, change, message) => {
    await expect(survey(change)).rejects.toMatchObject({
      code: "guard-refused",
      message: expect.stringMatching(message) as string,
      remedy: expect.stringContaining("--input services=") as string,
    });
    expect(await survey(change, ["web"]).catch((error: unknown) => String(error))).toMatch(/no data of "mastodon" lie/);
  });
});

describe("the start of a stack", () => {
  it("is refused beforehand if one container of a service runs and another does not", async () => {
    const scene = running();
    stackOf(scene).add("web", { name: "mastodon_web_2", running: false, status: "exited" });
    await expect(scene.perform(surveyStack, { ...PROJECT, services: [] })).rejects.toMatchObject({
      code: "guard-refused",
      message:
        '"mastodon_web_2" does not run, and another container of its service does: Compose would remove one of them',
    });
  });

  it("makes no second server on a directory, whatever number the file has", async () => {
    const scene = await started();
    await scene.perform(bringUp, { ...UP, all: false });
    expect(stackOf(scene).changed.at(-1)).toBe("up db --scale db=1");
  });

  it("what had finished before is not started, and a service that the file does not have is not named to Compose", async () => {
    const scene = await started();
    const stack = stackOf(scene);
    const seed = stack.add("seed", { running: false, status: "exited" });
    const gone = stack.add("gone");
    await stack.stop(gone.id);
    stack.forgotten.add("gone");
    const running = [...RUNNING, { id: gone.id, name: gone.name, service: "gone", grace: 10, ports: [] }];
    await scene.perform(bringUp, { ...UP, running, all: true });
    expect(stack.changed.slice(-2)).toEqual([
      "up --no-recreate web db --scale web=1 --scale db=1",
      `start ${gone.name}`,
    ]);
    expect(stack.named(seed.name)).toMatchObject({ running: false });
  });

  it("rows that are fewer once the whole stack runs are told, and of Redis only what is gone", async () => {
    const scene = await started();
    const stack = stackOf(scene);
    const proofs = [{ service: "db", asked: true, rows: [{ name: "postgres.public.accounts", rows: "1003" }] }];
    const asked = { ...PROJECT, services: [MOVED], proofs };
    await expect(scene.perform(proveMoved, asked)).rejects.toMatchObject({ code: "proof-failed" });
    const found = proveMoved.output.parse(await scene.perform(proveMoved, { ...asked, again: true }));
    expect(found.fewer).toEqual([{ service: "db", what: "postgres.public.accounts 1003, now 1000" }]);
    expect(proveMoved.effect === "read" && proveMoved.finds?.(found)).toBe("warning");
    const more = [{ service: "db", asked: true, rows: [{ name: "postgres.public.accounts", rows: "7" }] }];
    expect(await scene.perform(proveMoved, { ...asked, proofs: more, again: true })).toMatchObject({ fewer: [] });
    const redis = { ...asked, services: [{ ...MOVED, kind: "redis" }], again: true };
    const keys = (name: string) => [{ service: "db", asked: true, rows: [{ name, rows: "2000" }] }];
    expect(await scene.perform(proveMoved, { ...redis, proofs: keys("db0") })).toMatchObject({ fewer: [] });
    expect(await scene.perform(proveMoved, { ...redis, proofs: keys("db1") })).toMatchObject({
      fewer: [{ what: "db1 2000, now none" }],
    });
    expect(stack.changed.at(-1)).not.toMatch(/^stop/);
  });
});
