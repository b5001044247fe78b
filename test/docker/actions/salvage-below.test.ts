/** A database is recognised by its files, however deep, and nothing is called gone that was not walked to its end. */
import { describe, expect, it } from "vitest";
import type { Candidate } from "../../../src/docker/actions/salvage/candidate.ts";
import { pickVolumes } from "../../../src/docker/actions/salvage/pick.ts";
import { guardOriginal } from "../../../src/docker/actions/salvage/guard-original.ts";
import { RecoverError } from "../../../src/errors.ts";
import { databaseFiles } from "../../../src/rehearsal/docker-engine/catalogue-files.ts";
import type { DockerContainer } from "../../../src/ports/docker-host.ts";
import { graft } from "../../../src/rehearsal/docker-engine/machine-files.ts";
import { bindMount, withContainer, withVolume } from "../../../src/rehearsal/docker-engine/seed.ts";
import type { DockerEngineState } from "../../../src/rehearsal/docker-engine/state.ts";
import { file, type TreeNode, treeOf } from "../../../src/rehearsal/docker-engine/tree.ts";
import type { Scene } from "../../traps/scene.ts";
import { HERE, lost, salvageHost, survey } from "../../wiring/mutations/salvage.ts";

const NOW = Date.UTC(2026, 10, 22);
const FILES = databaseFiles({
  ...{
    major: "13",
    systemId: 7_300_000_000_000_000_099n,
    inProduction: false,
    checkpointAt: NOW,
    role: "web",
    databases: { shop: {} },
  },
});

const REDIS = { "dump.rdb": file("REDIS0009") };

/** No volume has PostgreSQL; what a container has beside volumes is for the test. */
async function without(
  change: (state: DockerEngineState) => DockerEngineState,
  seen: Partial<DockerContainer> = {},
  unchanged?: RecoverError,
): Promise<unknown> {
  const scene = await lost();
  salvageHost(scene).alter((state) => change({ ...state, volumes: {}, containers: {} }));
  const host = scene.docker.hosts.get("");
  if (host === undefined) throw new Error("there is no host");
  const containers = host.containers.bind(host);
  host.containers = async () => (await containers()).map((each) => ({ ...each, ...seen }));
  if (unchanged !== undefined) host.changes = () => Promise.reject(unchanged);
  return await survey(scene).catch((error: unknown) => error);
}
const below = (directory: string): Readonly<Record<string, TreeNode>> =>
  Object.fromEntries(Object.entries(FILES).map(([path, node]) => [`${directory}/${path}`, node]));
const BOUND = "/srv/app";
const NO_LAYER: Partial<DockerContainer> = { layer: undefined };

/** One volume alone, with the files of a database below a directory, and others beside it. */
async function only(below: string, beside: Readonly<Record<string, TreeNode>> = {}): Promise<Scene> {
  const scene = await lost();
  const files = Object.fromEntries(Object.entries(FILES).map(([path, node]) => [`${below}/${path}`, node]));
  const plain = { "notes.txt": file("of somebody") };
  salvageHost(scene).alter((state) =>
    withVolume(
      { ...state, volumes: {}, containers: {} },
      { name: "pg", files: { ...plain, ...beside, ...files }, createdAt: NOW },
    ),
  );
  return scene;
}

describe("a cluster below a directory of any name", () => {
  it.each(["main", "v13/data", "pgdata/pgroot/data/main"])("is found in %s, with its databases", async (below) => {
    expect(await survey(await only(below))).toMatchObject({
      candidates: [{ volume: "pg", inside: below, version: "13", databases: ["postgres", "shop"] }],
    });
  });

  it("is told beside every other one of the same volume, and picked by its directory", async () => {
    const other = databaseFiles({
      ...{ major: "16", systemId: 7_300_000_000_000_000_098n, inProduction: false, checkpointAt: NOW, role: "web" },
      databases: { till: {} },
    });
    const below = (directory: string): Readonly<Record<string, TreeNode>> =>
      Object.fromEntries(Object.entries(other).map(([path, node]) => [`${directory}${path}`, node]));
    for (const [first, second] of [
      ["v13", "srv/v15/"],
      ["pgdata", "data/"],
      ["old", ""],
    ] as const) {
      const scene = await only(first, below(second));
      const answer = await survey(scene);
      const candidates = answer["candidates"] as unknown as readonly Candidate[];
      expect(
        candidates
          .map(({ inside, version, databases }) => [`${inside}/`.replace(/^\/$/u, ""), version, databases[1]])
          .sort(),
      ).toEqual(
        [
          [`${first}/`, "13", "shop"],
          [second, "16", "till"],
        ].sort(),
      );
      const pick = async (word: string): Promise<unknown> =>
        await scene.perform(pickVolumes, { ...HERE, candidates: answer["candidates"] ?? [], volumes: [word] });
      await expect(pick(`pg/${first}`)).resolves.toMatchObject({ picked: [{ inside: first, version: "13" }] });
      await expect(pick("pg")).rejects.toMatchObject({
        message: expect.stringContaining('"pg" is a volume with several clusters: pg/') as string,
      });
    }
  });

  it.each([
    ["another system's at the top", "main", REDIS],
    ["another system's in a directory that usually holds data", "main", { "redis/dump.rdb": REDIS["dump.rdb"] }],
    ["SQLite's", "main", { "app.db": file("SQLite format 3\0") }],
    ["one that initdb never finished", "main", { "data/PG_VERSION": file("13"), "data/base/1/1": file("") }],
    ["one without a pg_control, nearer to the top", "far/main", { "a/global/pg_control": file("") }],
  ])("is found beside files of %s", async (_, below, beside) => {
    const { candidates } = await survey(await only(below, beside));
    expect(candidates).toMatchObject({ 0: { volume: "pg", inside: below, version: "13" } });
  });

  it("is known again before each step that follows, and another in its place is refused", async () => {
    const scene = await only("v13/data");
    const [found] = (await survey(scene))["candidates"] as unknown as readonly Candidate[];
    if (found === undefined) throw new Error("nothing was found");
    await expect(guardOriginal(scene.context, HERE, { original: found, links: [] })).resolves.toBeUndefined();
    await expect(
      guardOriginal(scene.context, HERE, { original: { ...found, system_id: "98" }, links: [] }),
    ).rejects.toMatchObject({
      code: "guard-refused",
    });
  });
});

describe("PostgreSQL that lies in no volume", () => {
  const bound = (files: Readonly<Record<string, TreeNode>>) =>
    without((state) =>
      withContainer(graft(state, BOUND, treeOf(files)), {
        ...{ name: "app", image: "postgres:13", createdAt: NOW },
        mounts: [bindMount(BOUND, "/app")],
      }),
    );
  const layered = (
    files: Readonly<Record<string, TreeNode>>,
    seen: Partial<DockerContainer>,
    unchanged?: RecoverError,
  ) =>
    without(
      (state) => withContainer(state, { name: "app", image: "postgres:13", createdAt: NOW, layer: treeOf(files) }),
      seen,
      unchanged,
    );

  it("is looked for in each layer, also if the engine does not say where that lies", async () => {
    for (const seen of [{}, NO_LAYER])
      expect(await layered(below("srv/pg"), seen)).toMatchObject({
        code: "nothing-found",
        message: expect.stringContaining("the container app holds PostgreSQL in itself: do not remove it") as string,
      });
  });

  it("is not said to be nowhere if a layer or a directory was not looked at, or not to its end", async () => {
    const large = new RecoverError("answer-incomplete", "it changed too much", { remedy: "Look.", effect: "none" });
    expect(await layered({}, NO_LAYER, large)).toMatchObject({
      code: "coverage-incomplete",
      message: expect.stringContaining("what app wrote into itself: it changed too much") as string,
    });
    expect(await bound({ "main.py": file("x") })).toMatchObject({ code: "nothing-found" });
    expect(await bound(below("pg"))).toMatchObject({
      message: expect.stringContaining("/srv/app/pg of app holds PostgreSQL") as string,
    });
    expect(await bound(below("a/b/c/d/e/pg"))).toMatchObject({
      code: "coverage-incomplete",
      message: expect.stringContaining(
        "the directory /srv/app of app, not to its end: it has directories below the 4 levels that were searched",
      ) as string,
    });
  });
});

describe("a volume that was not walked to its end", () => {
  const refused = async (
    answer: () => Promise<never>,
    beside: Readonly<Record<string, TreeNode>> = {},
  ): Promise<unknown> => {
    const scene = await only("main", beside);
    const host = scene.docker.hosts.get("");
    if (host === undefined) throw new Error("there is no host");
    host.search = async (places) => {
      if (places.some(({ key }) => key === "volume:pg")) return await answer();
      return [];
    };
    return await survey(scene).catch((error: unknown) => error);
  };

  it.each([{}, REDIS])("is said to be so, with 15, and nothing is called removed for good", async (beside) => {
    const slow = new RecoverError("unreachable", "it took longer than 120 s", { remedy: "Wait.", effect: "none" });
    const error = await refused(() => Promise.reject(slow), beside);
    expect(error).toMatchObject({
      code: "coverage-incomplete",
      message: expect.stringContaining("pg, not to its end: it took longer than 120 s") as string,
    });
    expect(String(error)).not.toContain("for good");
  });

  it("is one of which more was found than can be listed", async () => {
    const scene = await only("main", REDIS);
    const host = scene.docker.hosts.get("");
    if (host === undefined) throw new Error("there is no host");
    host.search = (places) =>
      Promise.resolve(places.map(({ key }) => ({ state: "seen", key, paths: [], more: true }) as const));
    await expect(survey(scene)).rejects.toMatchObject({
      code: "coverage-incomplete",
      message: expect.stringContaining("pg, not to its end: it holds more than can be listed") as string,
    });
  });

  it("stops the look if a person stops it", async () => {
    const stopped = new RecoverError("interrupted", "stopped", { remedy: "Go on.", effect: "none" });
    expect(await refused(() => Promise.reject(stopped))).toBe(stopped);
  });
});
