/** A Compose stack gets directories for its data: guards and ways back, on fakes. */
import { describe, expect, it } from "vitest";
import type { AnyAction, JsonObject, Taken, WayBack } from "../../../src/action.ts";
import { announce } from "../../../src/docker/actions/compose/announce.ts";
import { copyService } from "../../../src/docker/actions/compose/copy-data.ts";
import { checkHttp } from "../../../src/docker/actions/compose/check-http.ts";
import { stopStack } from "../../../src/docker/actions/compose/stop.ts";
import { bringUp } from "../../../src/docker/actions/compose/up.ts";
import { proveMoved } from "../../../src/docker/actions/compose/prove-moved.ts";
import { reviewMove } from "../../../src/docker/actions/compose/review.ts";
import { surveyStack } from "../../../src/docker/actions/compose/survey.ts";
import { setContainerAside } from "../../../src/docker/actions/compose/set-aside.ts";
import { runByHand } from "../../../src/docker/actions/compose/by-hand.ts";
import type { Scene } from "../../traps/scene.ts";
import {
  aside,
  BEFORE,
  caseOf,
  copied,
  DESTINATION,
  edited,
  FILE,
  KEPT,
  MOVED,
  OVERRIDE,
  PROJECT,
  running,
  RUNNING,
  stackOf,
  started,
  stopped,
  UP,
  warmed,
} from "../../wiring/mutations/compose.ts";

async function perform(scene: Scene, id: string): Promise<JsonObject> {
  const { action, input } = caseOf(id);
  return await scene.perform(action, await input(scene));
}

/** Guard, way back, probe, as the engine does. */
async function undo(scene: Scene, id: string): Promise<string> {
  const { action, input } = caseOf(id);
  const way = (action as Exclude<AnyAction, { effect: "read" }>).undo as WayBack<never, JsonObject>;
  const taken = { input: action.input.parse(await input(scene)), output: undefined } as Taken<never, JsonObject>;
  const before = await way.probe(scene.context, taken);
  if (before.state === "done") return "done";
  await way.guard(scene.context, taken);
  await way.run(scene.context, taken);
  return (await way.probe(scene.context, taken)).state;
}

describe("a project that has no container", () => {
  const refused = async (project: string, change: (scene: Scene) => unknown = () => undefined) => {
    const scene = running();
    change(scene);
    return await scene.perform(surveyStack, { ...PROJECT, project, services: [] }).catch((error: unknown) => error);
  };

  it("is a wrong input, and the one that may be meant is named", async () => {
    expect(await refused("mastodonx")).toMatchObject({
      code: "input-invalid",
      place: "input project",
      message: expect.stringMatching(/^no container belongs to .*"mastodonx"; there are "mastodon"/u) as string,
      remedy: 'If "mastodon" is meant, begin anew with it.',
    });
  });

  it("is told where nothing here is like it", async () => {
    expect(await refused("shop")).toMatchObject({ message: expect.stringMatching(/there are "mastodon"/u) as string });
    expect(await refused("shop", (scene) => stackOf(scene).all.clear())).toMatchObject({
      message: expect.stringMatching(/; no container here has one$/u) as string,
    });
  });
});

describe("what may not be touched", () => {
  it("a container that runs is neither copied nor set aside", async () => {
    const scene = await copied();
    stackOf(scene).alter(MOVED.container_id, { running: true, status: "running" });
    for (const id of ["compose.copy-data", "compose.set-aside"])
      await expect(perform(scene, id)).rejects.toMatchObject({ code: "guard-refused" });
  });

  it("a container of another project is not", async () => {
    const scene = await stopped();
    const { labels } = stackOf(scene).named("mastodon_db_1") ?? { labels: {} };
    stackOf(scene).alter(MOVED.container_id, { labels: { ...labels, "com.docker.compose.project": "theirs" } });
    await expect(perform(scene, "compose.copy-data")).rejects.toThrow(/is "db" of "theirs"/);
  });

  it("a Compose file that was changed meanwhile is not written over", async () => {
    const scene = await edited();
    stackOf(scene).files.set(OVERRIDE, "theirs");
    await expect(perform(scene, "compose.edit-file")).rejects.toMatchObject({ code: "guard-refused" });
    await expect(undo(scene, "compose.edit-file")).rejects.toMatchObject({ code: "guard-refused" });
    expect(stackOf(scene).files.get(OVERRIDE)).toBe("theirs");
  });

  it("nothing is started if the new directory is gone", async () => {
    const scene = await edited();
    stackOf(scene).directories.delete(DESTINATION);
    await expect(perform(scene, "compose.up")).rejects.toThrow(/is not there/);
  });

  it("what Compose leaves alone, such as of a profile, is started again, and a service keeps as many containers as it had", async () => {
    const scene = await started();
    const stack = stackOf(scene);
    stack.files.set(FILE, `${BEFORE}  extra:\n    image: acme\n`);
    const [extra, again] = [stack.add("extra"), stack.add("web")];
    for (const { id } of [extra, again]) {
      await stack.stop(id);
      stack.profiled.add(id);
    }
    const more = [extra, again].map(({ id, name }) => ({ id, name, grace: 10, ports: [] }));
    const running = [...RUNNING, { ...more[0], service: "extra" }, { ...more[1], service: "web" }];
    await scene.perform(bringUp, { ...UP, running, all: true });
    expect(stack.changed.slice(-3)).toEqual([
      "up --no-recreate web db extra --scale web=2 --scale db=1 --scale extra=1",
      `start ${extra.name}`,
      `start ${again.name}`,
    ]);
  });

  it("nothing is started if another container has a port of the stack", async () => {
    const scene = await edited();
    const port = { container: "3000/tcp", hostIp: "", host: 3000 };
    // Of one that has stopped the engine tells no ports.
    stackOf(scene).alter("2".padStart(64, "0"), { running: false, status: "exited", ports: [] });
    stackOf(scene).add("theirs", { ports: [port], labels: { "com.docker.compose.project": "other" } });
    await expect(perform(scene, "compose.up")).rejects.toThrow(/has a port that the stack publishes/);
  });

  it("a copy that is not what lies in the volume is not taken", async () => {
    const scene = await stopped();
    const stack = stackOf(scene);
    const alignTree = stack.alignTree.bind(stack);
    stack.alignTree = async (from, to) => {
      await alignTree(from, to);
      stack.directories.set(to, "cut");
    };
    await expect(perform(scene, "compose.copy-data")).rejects.toMatchObject({ code: "proof-failed" });
    expect(stack.directories.has(DESTINATION)).toBe(false);
  });

  it.each(["a volume", "a layer"])(
    "of %s in which a container ran meanwhile is taken back and made anew",
    async (of) => {
      const scene = await copied();
      const stack = stackOf(scene);
      const layer = of === "a layer";
      if (layer) stack.alter(MOVED.container_id, { mounts: [] });
      const moved = layer ? { ...MOVED, volume: "", source: "", started_at: "2026-11-22T08:00:00Z" } : MOVED;
      const taken = copyService.input.parse({ ...PROJECT, moved });
      const step = copyService as Exclude<AnyAction, { effect: "read" }>;
      stack.directories.set(MOVED.source, "data of db, and a row");
      stack.alter(MOVED.container_id, { startedAt: "2026-11-22T09:00:00Z" });
      expect(await step.probe(scene.context, taken)).toMatchObject({ state: "unknown", best: "undo" });
      await (step.undo as WayBack<never, JsonObject>).run(scene.context, { input: taken, output: undefined });
      await step.run(scene.context, taken);
      expect(await step.probe(scene.context, taken)).toMatchObject({ state: "done" });
      await scene.perform(setContainerAside, { ...PROJECT, moved });
      expect(stack.named("mastodon_db_1")).toBeUndefined();
    },
  );

  it("is never taken back on a recommendation once the old container is gone", async () => {
    const scene = await aside();
    stackOf(scene).directories.set(DESTINATION, "rows of the new stack");
    const taken = copyService.input.parse({ ...PROJECT, moved: MOVED });
    const found = await (copyService as Exclude<AnyAction, { effect: "read" }>).probe(scene.context, taken);
    expect(found).toMatchObject({ state: "unknown" });
    expect(found).not.toHaveProperty("best");
  });

  it("a warm copy in which a change was not found is thrown away, and copied anew", async () => {
    const scene = await warmed();
    const stack = stackOf(scene);
    await stack.stop(MOVED.container_id);
    const alignTree = stack.alignTree.bind(stack);
    // No size and no time tells the change.
    stack.alignTree = async (from, to) => {
      if (stack.directories.has(to)) stack.directories.set(to, "as before");
      else await alignTree(from, to);
    };
    await perform(scene, "compose.copy-data");
    expect(stack.directories.get(DESTINATION)).toBe("data of db");
    expect(stack.changed.filter((what) => what.startsWith("rm -r"))).toHaveLength(1);
  });
});

describe("the old container", () => {
  it("is made again by lines that speak to the very engine", () => {
    const step = setContainerAside as Exclude<AnyAction, { effect: "read" }>;
    const other = step.input.parse({ ...PROJECT, moved: MOVED, sudo: true, endpoint: "unix:///run/other.sock" });
    const way = step.undo as WayBack<never, JsonObject>;
    const said = [
      ...step.describe(other, "RUN"),
      ...way.describe(other, "RUN", { output: undefined, records: () => [] }),
    ];
    const curls = said.map(({ line }) => line).filter((line) => line.includes("curl"));
    expect(curls).toHaveLength(2);
    for (const line of curls) expect(line).toMatch(/^sudo -n .* --unix-socket \/run\/other.sock /u);
  });

  it("is kept with its volume, out of Compose's sight, before it is removed", async () => {
    const stack = stackOf(await aside());
    const kept = stack.named(KEPT);
    expect(kept).toMatchObject({
      running: false,
      labels: { "com.docker.compose.project": "" },
      mounts: [{ volume: MOVED.volume }],
    });
    expect(stack.changed.slice(-3)).toEqual([
      expect.stringMatching(/^commit mastodon_db_1/),
      `create ${KEPT}`,
      "rm mastodon_db_1",
    ]);
  });

  it("is not removed if somebody has written to its data since they were copied", async () => {
    const scene = await copied();
    const stack = stackOf(scene);
    const { input } = caseOf("compose.copy-data");
    const taken = copyService.input.parse(await input(scene));
    const verify = () => copyService.verify?.(scene.context, taken, { files: 1, bytes: 1000, sha256: "" });
    expect(await verify()).toMatchObject({
      holds: true,
      evidence: expect.stringMatching(/ \(1 file copied\)$/) as string,
    });
    // Started by hand for a while, after the process that copied them was killed, and stopped again.
    stack.directories.set(MOVED.source, "data of db, and a row");
    expect(await verify()).toMatchObject({
      holds: false,
      evidence: expect.stringMatching(/somebody has written there since/) as string,
    });
    await expect(perform(scene, "compose.set-aside")).rejects.toMatchObject({
      code: "guard-refused",
      message: expect.stringMatching(/somebody has written there since/) as string,
    });
    expect(stack.named("mastodon_db_1")).toBeDefined();
  });

  it("is not removed if its data lie in its own layer, and it was started since they were looked at", async () => {
    const scene = await copied();
    const stack = stackOf(scene);
    stack.alter(MOVED.container_id, { mounts: [], startedAt: "2026-11-22T09:00:00Z" });
    const layered = { ...MOVED, volume: "", source: "", started_at: "2026-11-22T08:00:00Z" };
    const { action } = caseOf("compose.set-aside");
    await expect(scene.perform(action, { ...PROJECT, moved: layered })).rejects.toThrow(/has run since/);
    expect(stack.named("mastodon_db_1")).toBeDefined();
    await scene.perform(action, { ...PROJECT, moved: { ...layered, started_at: "2026-11-22T09:00:00Z" } });
    expect(stack.named("mastodon_db_1")).toBeUndefined();
  });

  it("is not removed if the one that is kept lacks its volume", async () => {
    const scene = await copied();
    const stack = stackOf(scene);
    const createLike = stack.createLike.bind(stack);
    stack.createLike = async (order) => {
      const id = await createLike(order);
      stack.alter(id, { mounts: [] });
      return id;
    };
    await expect(perform(scene, "compose.set-aside")).rejects.toThrow(/does not hold the volume/);
    expect(stack.named("mastodon_db_1")).toBeDefined();
  });
});

describe("the way back", () => {
  it("brings the old stack back, step by step", async () => {
    const scene = await started();
    const stack = stackOf(scene);
    for (const id of [
      "compose.up",
      "compose.edit-file",
      "compose.set-aside",
      "compose.prove-copy",
      "compose.copy-data",
      "compose.stop",
      "compose.warm-copy",
    ])
      expect(await undo(scene, id), id).toBe("done");
    expect(stack.named("mastodon_db_1")).toMatchObject({
      running: true,
      mounts: [{ volume: MOVED.volume }],
      labels: { "com.docker.compose.project": "mastodon" },
    });
    expect([...stack.files]).toEqual([[FILE, BEFORE]]);
    expect([...stack.directories.keys()]).toContain(`${DESTINATION}.dingo-recover-${scene.context.run.id}-undone`);
    expect(stack.directories.has(DESTINATION)).toBe(false);
    expect(stack.named(KEPT)).toBeDefined();
  });
});

describe("the proofs", () => {
  const proofs = [{ service: "db", asked: true, rows: [{ name: "postgres.public.accounts", rows: "1000" }] }];

  it("of the copy tell its rows, and leave nothing", async () => {
    const scene = await copied();
    expect(await perform(scene, "compose.prove-copy")).toEqual({ service: "db", asked: true, rows: proofs[0]?.rows });
    expect([...stackOf(scene).directories.keys()].some((path) => path.endsWith("-proof"))).toBe(false);
  });

  it("of the copy fail if it has fewer rows than were there before the stop", async () => {
    const scene = warmed();
    const { rows } = await (await scene).perform(stopStack, { ...PROJECT, running: RUNNING, services: [MOVED] });
    expect(rows).toEqual([{ name: "db", rows: proofs[0]?.rows }]);
    const copy = await copied();
    const of = (count: string) =>
      copy.perform(caseOf("compose.prove-copy").action, {
        ...{ ...PROJECT, moved: MOVED },
        before: [{ name: "db", rows: [{ name: "postgres.public.accounts", rows: count }] }],
      });
    expect(await of("999")).toMatchObject({ asked: true });
    await expect(of("1001")).rejects.toMatchObject({
      code: "proof-failed",
      message: expect.stringMatching(
        /fewer rows than .* before the stop: postgres.public.accounts 1001, now 1000/,
      ) as string,
    });
    expect([...stackOf(copy).directories.keys()].some((path) => path.endsWith("-proof"))).toBe(false);
  });

  it("of the moved service see its mount and the very rows of the copy", async () => {
    const scene = await started();
    expect(await scene.perform(proveMoved, { ...PROJECT, services: [MOVED], proofs })).toMatchObject({
      proved: [{ service: "db", mount: `${DESTINATION}:${MOVED.path}` }],
    });
    const other = [{ ...proofs[0], rows: [{ name: "postgres.public.accounts", rows: "999" }] }];
    await expect(scene.perform(proveMoved, { ...PROJECT, services: [MOVED], proofs: other })).rejects.toMatchObject({
      code: "proof-failed",
    });
  });

  it("of the application wait out its first errors", async () => {
    const scene = await started();
    stackOf(scene).statuses = [undefined, 500, 502, 200];
    expect(await scene.perform(checkHttp, { ...PROJECT, url: "http://127.0.0.1:3000/", seconds: 60 })).toEqual({
      status: 200,
      refused: 3,
    });
    await expect(
      scene.perform(checkHttp, { ...PROJECT, url: "http://127.0.0.1:3000/", seconds: 5 }),
    ).rejects.toMatchObject({ code: "deadline-passed" });
    // A resumed run asks whether the page answers, and does not wait for the same errors once more.
    stackOf(scene).statuses = [302, 500];
    const again = { ...PROJECT, url: "http://127.0.0.1:3000/", seconds: 5 };
    const output = { status: 200, refused: 3 };
    const verify = async (): Promise<unknown> => await checkHttp.verify?.(scene.context, again as never, output);
    expect(await verify()).toMatchObject({ holds: true });
    expect(await verify()).toMatchObject({ holds: false });
  });
});

describe("what is asked", () => {
  it("is who was told, if nobody has said so before", async () => {
    const scene = running();
    expect(await scene.perform(announce, { project: "mastodon", copied: [{ seconds: 11 }], announced: "all" })).toEqual(
      {
        told: "all",
        minutes: 2,
      },
    );
    await expect(
      scene.perform(announce, { project: "mastodon", copied: [{ seconds: 11 }], announced: "" }),
    ).rejects.toMatchObject({
      code: "question-unanswered",
    });
    scene.context.answers.set("announced", " ");
    await expect(
      scene.perform(announce, { project: "mastodon", copied: [{ seconds: 11 }], announced: "" }),
    ).rejects.toMatchObject({
      code: "stopped-by-operator",
    });
  });

  it("is how each command ended that is run by hand", async () => {
    const scene = running();
    scene.context.answers.set("command-0", "done");
    expect(await scene.perform(runByHand, { ...PROJECT, commands: ["docker-compose build"] })).toEqual({
      answers: [{ command: "docker-compose build", answer: "done" }],
    });
  });

  it("is shown with the override before it, and the same in the file for who wants it there", async () => {
    const scene = running();
    const rows = await scene.perform(reviewMove, {
      project: "mastodon",
      services: [MOVED],
      file: FILE,
      diff: "+services:",
      by_itself: false,
      in_file: "-#    volumes:\n+    volumes:",
      clone: true,
      builds: ["/srv/mastodon"],
      drifted: ["web"],
      seconds: 90,
    });
    expect(JSON.stringify(rows)).toMatch(
      /EVERY later call needs it.*\+services:.*-# {4}volumes:.*\.gitignore.*mastodon\/\.dockerignore.*the others with the next `up`/s,
    );
  });
});
