/** The left-overs and losses of a move, told at its end and at an undo's; and no other run beside a move. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { JsonObject, Taken, WayBack } from "../../../src/action.ts";
import { editFile } from "../../../src/docker/actions/compose/edit-file.ts";
import { copyService } from "../../../src/docker/actions/compose/copy-data.ts";
import { lostBy } from "../../../src/docker/actions/compose/lost.ts";
import { proveMoved } from "../../../src/docker/actions/compose/prove-moved.ts";
import { reviewMove } from "../../../src/docker/actions/compose/review.ts";
import { setContainerAside } from "../../../src/docker/actions/compose/set-aside.ts";
import { stopStack } from "../../../src/docker/actions/compose/stop.ts";
import { summariseMove } from "../../../src/docker/actions/compose/summarise.ts";
import { surveyStack } from "../../../src/docker/actions/compose/survey.ts";
import { bringUp } from "../../../src/docker/actions/compose/up.ts";
import { warmCopy } from "../../../src/docker/actions/compose/warm-copy.ts";
import type { DockerContainer, DockerMount } from "../../../src/ports/docker-host.ts";
import type { Scene } from "../../traps/scene.ts";
import {
  BEFORE,
  caseOf,
  copied,
  DESTINATION,
  FILE,
  KEPT,
  MOVED,
  PROJECT,
  running,
  RUNNING,
  stackOf,
  started,
  warmed,
} from "../../wiring/mutations/compose.ts";

const PAGE = readFileSync(new URL("../compose/mastodon-1.3.2.yml", import.meta.url), "utf8");
const STOP = { ...PROJECT, running: RUNNING, services: [MOVED], file: FILE };
const RUN = KEPT.slice("mastodon_db_1.dingo-recover-".length);

async function undo(scene: Scene, action: { readonly id: string }, input?: JsonObject): Promise<string> {
  const found = caseOf(action.id);
  const way = (found.action as unknown as { undo: WayBack<never, JsonObject> }).undo;
  const given = found.action.input.parse(input ?? (await found.input(scene)));
  const taken = { input: given, output: undefined } as Taken<never, JsonObject>;
  if ((await way.probe(scene.context, taken)).state !== "done") {
    await way.guard(scene.context, taken);
    await way.run(scene.context, taken);
  }
  return (await way.probe(scene.context, taken)).evidence;
}

describe("an undo", () => {
  it("tells at its end what is left, if, and how it is removed", async () => {
    const scene = await started();
    for (const action of [bringUp, editFile, setContainerAside, copyService]) await undo(scene, action);
    const told = (await undo(scene, stopStack, STOP)).split("\n");
    expect(told).toEqual([
      "all run",
      "Left of this run; once you are sure, remove:",
      "what db had in its new directory, with all that was written to it since:",
      `  $ rm -r -- ${DESTINATION}.dingo-recover-${RUN}-undone`,
      "a second container on the very volume of mastodon_db_1 (never with -v):",
      `  $ docker rm ${KEPT}`,
      `not the image dingo-recover/${RUN}:db, as long as mastodon_db_1 runs on it`,
    ]);
    expect([...stackOf(scene).files]).toEqual([[FILE, BEFORE]]);
  });

  it("says nothing of what is not there", async () => {
    const scene = await warmed();
    await scene.perform(stopStack, STOP);
    expect(await undo(scene, stopStack, STOP)).toBe("all run");
  });
});

describe("the end of a run", () => {
  it("names each container once, and deletes no volume that its data were in", async () => {
    const kept = { kept: KEPT, image: `dingo-recover/${RUN}:db` };
    const { lines } = await running().perform(summariseMove, {
      ...{ ...PROJECT, sudo: true, services: [MOVED, { ...MOVED, path: "/extra", volume: "v2" }] },
      ...{ kept: [kept, kept], original: "" },
    });
    expect((lines as string[]).filter((line) => line.startsWith("  $"))).toEqual([
      `  $ sudo -n docker rm ${KEPT} && sudo -n docker image rm ${kept.image}`,
    ]);
    expect(lines).toContain("The volume v2 stays, with the rows of db as they were before the move.");
    expect((lines as string[]).join("\n")).not.toContain("volume rm");
  });
});

const TOLD = proveMoved as unknown as { tell(output: unknown): string; finds(output: unknown): string };
const mountOf = (over: Partial<DockerMount>): DockerMount => ({
  ...{ kind: "bind", volume: "", source: "/srv/a", destination: "/a", writable: true },
  ...over,
});

describe("what the old container had", () => {
  const proof = async (change: (scene: Scene, id: string) => unknown): Promise<JsonObject> => {
    const scene = await started();
    await change(scene, stackOf(scene).named(KEPT)?.id ?? "");
    return await scene.perform(proveMoved, { ...PROJECT, services: [MOVED], proofs: [] });
  };
  const lost = async (change: (scene: Scene, id: string) => unknown): Promise<unknown> => (await proof(change))["lost"];

  it("is compared with the new one, and nothing is said if all of it is there", async () => {
    const found = await proof(() => undefined);
    expect(found["lost"]).toEqual([]);
    expect(TOLD.finds(proveMoved.output.parse(found))).toBe("nothing");
  });

  it("is told where it is lost, and the run ends with a warning", async () => {
    const found = await proof((scene, id) => {
      const secret = mountOf({ source: "/srv/secret", destination: "/run/secrets/key", writable: false });
      const { mounts } = stackOf(scene).named(KEPT) ?? { mounts: [] };
      stackOf(scene).alter(id, { mounts: [...mounts, secret], networks: ["mastodon_inner"] });
      stackOf(scene).unlikes = [{ what: "the variable", name: "PASSWORD", how: "lost" }];
    });
    const output = proveMoved.output.parse(found);
    expect(TOLD.tell(output).split("\n").slice(1)).toEqual([
      "WARNING: db had /srv/secret at /run/secrets/key, and has nothing there",
      'WARNING: db was in the network "mastodon_inner", and is not',
      'WARNING: db had the variable "PASSWORD", and has not',
    ]);
    expect(TOLD.finds(output)).toBe("warning");
  });

  it("is not silently taken for the same if nobody can compare it", async () => {
    expect(await lost((scene, id) => stackOf(scene).all.delete(id))).toEqual([
      { service: "db", what: expect.stringMatching(/cannot be compared .* is gone$/) as string },
    ]);
  });

  it("in a volume without a name is told where something lay there, and not if it was empty", async () => {
    const with_ = (content: string) => (scene: Scene, id: string) => {
      const { mounts } = stackOf(scene).named(KEPT) ?? { mounts: [] };
      const other = mountOf({ kind: "volume", volume: "b".repeat(64), source: "/vols/b", destination: "/etc/x" });
      stackOf(scene).directories.set("/vols/b", content);
      stackOf(scene).alter(id, { mounts: [...mounts, other] });
      const now = stackOf(scene).named("mastodon_db_1");
      stackOf(scene).alter(now?.id ?? "", { mounts: [...(now?.mounts ?? []), { ...other, volume: "c".repeat(64) }] });
    };
    expect(await lost(with_(""))).toEqual([]);
    expect(await lost(with_("keys"))).toEqual([
      {
        service: "db",
        what: `had the volume ${"b".repeat(64)} at /etc/x, and has the volume ${"c".repeat(64)} there: what lay there stays with the old container`,
      },
    ]);
  });

  it.each<[string, Partial<DockerMount>, readonly string[]]>([
    ["the same", {}, []],
    ["another source", { source: "/srv/b" }, ["had /srv/a at /a, and has /srv/b there"]],
    ["another right", { writable: false }, ["may not write at /a, other than before"]],
    ["another place", { destination: "/b" }, ["had /srv/a at /a, and has nothing there"]],
    ["memory", { kind: "tmpfs", source: "" }, ["had /srv/a at /a, and has tmpfs there"]],
  ])("as a mount, with %s now", (_, now, expected) => {
    const one = { networks: [], mounts: [mountOf({})] } as unknown as DockerContainer;
    expect(lostBy(one, { ...one, mounts: [mountOf(now)] }, { moved: new Set(), unlike: [] })).toEqual(expected);
    expect(lostBy(one, { ...one, mounts: [] }, { moved: new Set(["/a"]), unlike: [] })).toEqual([]);
  });

  it("and will not be moved is told before anything is asked", async () => {
    const scene = running();
    const { mounts } = stackOf(scene).named("mastodon_db_1") ?? { mounts: [] };
    const other = mountOf({ kind: "volume", volume: "b".repeat(64), source: "/vols/b", destination: "/etc/x" });
    stackOf(scene).directories.set("/vols/b", "keys");
    stackOf(scene).alter(MOVED.container_id, { mounts: [...mounts, other] });
    const uploads = { ...other, volume: "c".repeat(64), source: "/vols/c", destination: "/uploads" };
    stackOf(scene).directories.set("/vols/c", "a.jpg");
    stackOf(scene).alter(stackOf(scene).named("mastodon_web_1")?.id ?? "", { mounts: [uploads] });
    const survey = await scene.perform(surveyStack, { ...PROJECT, services: [] });
    expect(survey["staying"]).toEqual([
      "db: /etc/x, in the volume bbbbbbbbbbbb…",
      "web: /uploads, in the volume cccccccccccc…",
    ]);
    const rows = ["file", "diff", "drifted", "staying", "services", "seconds"] as const;
    const shown = Object.fromEntries([
      ["project", "mastodon"],
      ...rows.map((name) => [name, survey[name] ?? ""]),
    ]) as JsonObject;
    expect(JSON.stringify(await scene.perform(reviewMove, shown))).toContain("db: /etc/x, in the volume");
  });
});

describe("files in a container itself", () => {
  const KEY = { how: "added", path: "/etc/pg/root.key" } as const;
  const survey = async (change: (scene: Scene) => unknown) => {
    const scene = running();
    change(scene);
    stackOf(scene).layers.set(stackOf(scene).named("mastodon_web_1")?.id ?? "", [KEY]);
    return (await scene.perform(surveyStack, { ...PROJECT, services: [] }))["staying"];
  };

  it("of a moved service are told before anything is asked, but for what a mount has and what no start misses", async () => {
    const paths = ["/run/pg.pid", "/tmp/x", MOVED.path, `${MOVED.path}/base`, "/a", "/b", "/c\u001b", "/d", "/etc/pg"];
    const wrote = (scene: Scene) =>
      stackOf(scene).layers.set(MOVED.container_id, [
        ...paths.map((path) => ({ how: "added", path }) as const),
        ...[KEY, { how: "changed", path: "/etc" } as const, { how: "deleted", path: "/etc/gone" } as const],
      ]);
    expect(await survey(wrote)).toEqual(["db: /a, /b, /c\\u001b, /d and 1 more, in the container itself"]);
  });

  it("of another one are told if the next start by Compose makes it anew", async () => {
    expect(await survey((scene) => stackOf(scene).drifted.add("web"))).toEqual([
      "web: /etc/pg/root.key, in the container itself",
    ]);
    expect(await survey(() => undefined)).toEqual([]);
  });
});

describe("what has only the image of a database", () => {
  const survey = (scene: Scene): Promise<JsonObject> => {
    stackOf(scene).files.set(FILE, PAGE);
    return scene.perform(surveyStack, { ...PROJECT, services: [] });
  };

  it("and an empty volume is left alone, unless it is named, and but for what writes at its end", async () => {
    const scene = running();
    for (const [service, image, path] of [
      ["sidekiq", "postgres:15", MOVED.path],
      ["redis", "redis:7", "/data"],
    ] as const) {
      const { mounts } = stackOf(scene).add(service, { image, path });
      stackOf(scene).directories.set(mounts[0]?.source ?? "", "");
    }
    const names = ({ services }: JsonObject) => (services as { service: string }[]).map(({ service }) => service);
    expect(names(await survey(scene))).toEqual(["db", "redis"]);
    const asked = await scene.perform(surveyStack, { ...PROJECT, services: ["sidekiq"] });
    expect(names(asked)).toEqual(["sidekiq"]);
  });

  it("and holds the points of other mounts alone is left alone", async () => {
    const scene = running();
    const { id, mounts } = stackOf(scene).add("pg18", { image: "postgres:18", path: "/var/lib/postgresql" });
    const own = mountOf({ kind: "volume", volume: "pg18_data", source: "/vols/own", destination: MOVED.path });
    stackOf(scene).alter(id, { mounts: [...mounts, own] });
    expect(await survey(scene)).toMatchObject({ services: [{ service: "db" }], staying: [] });
  });

  it("and gives no answer is refused before anything is stopped", async () => {
    const scene = running();
    stackOf(scene).answer = () => ({ code: 2, stdout: "", stderr: "psql: error: no such file \u001b[2J\n" });
    await expect(survey(scene)).rejects.toMatchObject({
      code: "guard-refused",
      message: expect.stringMatching(/"mastodon_db_1" has the image .* no such file \\u001b\[2J$/u) as string,
    });
    expect(stackOf(scene).changed).toEqual([]);
  });
});

describe("of two runs on one stack", () => {
  const THEIRS = `${DESTINATION}.dingo-recover-20261122-080000-aaaa`;
  const REFUSED = {
    code: "guard-refused",
    message: expect.stringMatching(/the run 20261122-080000-aaaa moves/) as string,
  };
  const UNDO_OR_REMOVE = `("dingo-recover undo 20261122-080000-aaaa"); if its journal is lost: rm -r -- ${THEIRS}-`;
  const warm = (scene: Scene, moved: JsonObject = MOVED) => scene.perform(warmCopy, { ...PROJECT, moved });

  it.each(["part", "proof"])("the second is refused as long as the first has its %s there", async (kind) => {
    const scene = running();
    stackOf(scene).files.set(FILE, PAGE);
    stackOf(scene).directories.set(`${THEIRS}-${kind}`, "theirs");
    await expect(scene.perform(surveyStack, { ...PROJECT, services: [] })).rejects.toMatchObject(REFUSED);
    await expect(warm(scene)).rejects.toMatchObject({
      ...REFUSED,
      remedy: expect.stringContaining(`${UNDO_OR_REMOVE}${kind}`) as string,
    });
    expect(stackOf(scene).changed).toEqual([]);
  });

  it("one at least sees the other if both begin at once, and takes its own copy away", async () => {
    const scene = running();
    const stack = stackOf(scene);
    const alignTree = stack.alignTree.bind(stack);
    stack.alignTree = async (from, to) => {
      await alignTree(from, to);
      stack.directories.set(`${THEIRS}-part`, "theirs");
    };
    await expect(warm(scene)).rejects.toMatchObject(REFUSED);
    expect([...stack.directories.keys()].filter((path) => path.includes("dingo-recover"))).toEqual([`${THEIRS}-part`]);
  });

  it("neither overlooks one whose data lie in a container's own layer", async () => {
    const scene = running();
    stackOf(scene).alter(MOVED.container_id, { mounts: [] });
    await warm(scene, { ...MOVED, volume: "", source: "" });
    expect([...stackOf(scene).directories.keys()]).toContain(`${DESTINATION}.dingo-recover-${RUN}-part`);
  });

  it("what one that was taken back has left is in nobody's way", async () => {
    const scene = running();
    stackOf(scene).directories.set(`${THEIRS}-undone`, "old");
    await warm(scene);
    await expect(copied()).resolves.toBeDefined();
  });
});
