/** The audit's actions on the simulated engine, through the production adapter. */
import { describe, expect, it } from "vitest";
import { findEngine } from "../../../src/docker/actions/storage/engine.ts";
import { judgeStorage } from "../../../src/docker/actions/storage/judge.ts";
import { survey } from "../../../src/docker/actions/storage/survey.ts";
import type { AnyAction, JsonObject } from "../../../src/action.ts";
import type { StorageSurvey } from "../../../src/docker/audit/survey.ts";
import { DockerEngine } from "../../../src/rehearsal/docker-engine/engine.ts";
import {
  bindMount,
  digits,
  volumeMount,
  withContainer,
  withImage,
  withVolume,
} from "../../../src/rehearsal/docker-engine/seed.ts";
import { postgresFiles } from "../../../src/rehearsal/docker-engine/postgres-files.ts";
import { type DockerEngineState, emptyEngine } from "../../../src/rehearsal/docker-engine/state.ts";
import { file, treeOf } from "../../../src/rehearsal/docker-engine/tree.ts";
import { dockerHost } from "../../../src/rehearsal/scenarios/audit-docker-storage.ts";
import { hostOf } from "../../rehearsal/docker/docker-engine-fixture.ts";
import { Scene } from "../../traps/scene.ts";

const NOW = Date.UTC(2026, 10, 22);
const HERE = { host: "", sudo: false };

/** A scene with that engine on this machine, and the words of every call of `docker`. */
async function sceneOf(state: DockerEngineState) {
  const engine = new DockerEngine(state, () => NOW);
  const calls: string[] = [];
  const heard: Pick<DockerEngine, "call"> = {
    call: (call) => {
      calls.push(call.words.slice(0, 3).join(" "));
      return engine.call(call);
    },
  };
  const scene = new Scene();
  const docker = await hostOf(heard);
  scene.docker.hosts.set("", docker);
  const reach = (host: string) => scene.docker.hosts.set(host, docker);
  const perform = async (action: AnyAction, input: JsonObject) => await scene.perform(action, input);
  const look = async () =>
    (await perform(survey, { ...HERE, compose_files: [] }))["survey"] as unknown as StorageSurvey;
  const judge = async (backedUp: readonly string[] = []) =>
    await perform(judgeStorage, { survey: (await look()) as unknown as JsonObject, backed_up: [...backedUp] });
  return { engine, calls, perform, look, judge, reach };
}

describe("the audit of a Docker host", () => {
  it("says what the engine is and how directories will be looked at", async () => {
    const { perform } = await sceneOf(dockerHost(NOW));
    expect(await perform(findEngine, HERE)).toMatchObject({
      name: "docker1",
      version: "20.10.24",
      reads_directly: false,
    });
  });

  it("tells what lies in every volume, by the bytes of its files", async () => {
    const { look, engine } = await sceneOf(dockerHost(NOW));
    const { volumes } = await look();
    const data = volumes.filter(({ contents }) => contents.kind === "data");
    expect(data.map(({ contents }) => contents)).toMatchObject(
      data.map(() => ({
        system: "postgresql",
        version: "13",
        postgres: { condition: "whole", control: { known: true } },
      })),
    );
    expect(data).toHaveLength(3);
    expect(volumes.filter(({ contents }) => contents.kind === "empty")).toHaveLength(10);
    expect(engine.state.strays).toEqual([]);
    expect(engine.state.record).toEqual([]);
  });

  it.each(["", "ops@web1"])(
    "refuses a named Compose file that is not there, before it looks (host %j)",
    async (host) => {
      const { calls, perform, reach } = await sceneOf(dockerHost(NOW));
      reach(host);
      const request = { host, sudo: false, compose_files: ["/no/such/compose.yml"] };
      await expect(perform(survey, request)).rejects.toMatchObject({
        code: "input-invalid",
        message: expect.stringContaining("a Compose file is not there") as string,
        place: "input compose_files",
      });
      await expect(perform(survey, request)).rejects.toThrow('"/no/such/compose.yml"');
      expect(calls).toEqual([]);
    },
  );

  it("needs a handful of calls for two hundred volumes", async () => {
    let state = withImage(emptyEngine(), { tag: "plain:1" });
    for (let each = 0; each < 200; each += 1)
      state = withVolume(state, {
        name: digits(String(each)),
        files: postgresFiles({
          major: "16",
          systemId: 7_000_000_000_000_000_000n,
          inProduction: false,
          checkpointAt: NOW,
        }),
        createdAt: NOW,
      });
    const { look, calls } = await sceneOf(state);
    const { volumes } = await look();
    expect(volumes.filter(({ contents }) => contents.kind === "data")).toHaveLength(200);
    expect(calls.length).toBeLessThanOrEqual(15);
  });

  it("finds data one and two levels down, as images of PostgreSQL from 18 on and others keep them", async () => {
    const inner = postgresFiles({
      major: "16",
      systemId: 7_000_000_000_000_000_000n,
      inProduction: false,
      checkpointAt: NOW,
    });
    const below = (path: string) =>
      Object.fromEntries(Object.entries(inner).map(([name, node]) => [`${path}/${name}`, node]));
    let state = withImage(emptyEngine(), { tag: "plain:1" });
    state = withVolume(state, { name: "new", files: below("18/docker"), createdAt: NOW });
    state = withVolume(state, { name: "dingo", files: below("postgres0"), createdAt: NOW });
    state = withVolume(state, { name: "app", files: { "app.sqlite3": file("SQLite format 3\0rest") }, createdAt: NOW });
    const { look } = await sceneOf(state);
    const contents = Object.fromEntries((await look()).volumes.map((volume) => [volume.name, volume.contents]));
    expect(contents["new"]).toMatchObject({ system: "postgresql", inside: "18/docker" });
    expect(contents["dingo"]).toMatchObject({ system: "postgresql", inside: "postgres0" });
    expect(contents["app"]).toMatchObject({ system: "sqlite" });
  });

  it("looks by the programs of the engine's machine: those of an image are a stranger's", async () => {
    const state = withVolume(withImage(emptyEngine(), { tag: "neighbour/tiny:1", size: 1 }), {
      name: "x",
      createdAt: NOW,
    });
    const engine = new DockerEngine(state, () => NOW);
    const runs: (readonly string[])[] = [];
    const host = await hostOf({
      call: (call) => {
        if (call.words[0] === "run") runs.push(call.words);
        return engine.call(call);
      },
    });
    await host.look([{ key: "x", path: "/var/lib/docker/volumes/x/_data" }], { files: [], entries: 1 });
    const empty = Object.values(engine.state.images).find(({ tags }) => tags.includes("dingo-recover/empty:1"));
    expect(runs.map((words) => words[words.indexOf("--entrypoint") + 2])).toEqual([empty?.id]);
  });

  it("tells no more of hundreds of findings than a line of the journal holds, the gravest first, and gives all of them", async () => {
    let state = withImage(emptyEngine(), { tag: "plain:1" });
    for (let each = 0; each < 300; each += 1) {
      const files = postgresFiles({
        major: "16",
        systemId: 7_000_000_000_000_000_000n,
        inProduction: false,
        checkpointAt: NOW,
      });
      state = withVolume(state, { name: digits(String(each)), files, createdAt: NOW });
    }
    const { judge } = await sceneOf(state);
    const found = await judge();
    expect(found["findings"]).toHaveLength(300);
    if (judgeStorage.effect !== "read") throw new Error("an audit only reads");
    const told = judgeStorage.tell?.(found) ?? "";
    expect(Buffer.byteLength(told)).toBeLessThan(24 * 1024);
    expect(told).toMatch(/\nthe rest without its commands, .*:\nSERIOUS: .*\n  .*\nSERIOUS: /u);
    expect(told).toMatch(/and \d+ more: they stand in the report of this run\n300 findings/);
  });

  it("ends with 15 if nothing is wrong and something could not be looked at", async () => {
    const volume = { name: "nfs", createdAt: NOW };
    const state = withVolume(withImage(emptyEngine(), { tag: "plain:1" }), volume);
    const nfs = {
      ...state.volumes["nfs"],
      options: { type: "nfs", device: ":/x" },
    } as DockerEngineState["volumes"][string];
    const { judge } = await sceneOf({ ...state, volumes: { nfs } });
    await expect(judge()).rejects.toMatchObject({
      code: "coverage-incomplete",
      message: expect.stringContaining("nfs"),
    });
  });

  it("does not know what an engine holds that makes no image", async () => {
    const state = withVolume(emptyEngine(), { name: "x", createdAt: NOW });
    const engine = new DockerEngine(state, () => NOW);
    const host = await hostOf({
      call: (call) =>
        call.words[0] === "import" ? { code: 1, stdout: "", stderr: "403 Forbidden" } : engine.call(call),
    });
    const path = "/var/lib/docker/volumes/x/_data";
    expect(await host.look([{ key: "x", path }], { files: [], entries: 1 })).toMatchObject([
      { state: "unknown", key: "x", why: expect.stringContaining("403 Forbidden") },
    ]);
  });

  it("says so if the engine's machine has no shell to look by", async () => {
    const { look } = await sceneOf(withVolume(emptyEngine({ hasPrograms: false }), { name: "x", createdAt: NOW }));
    expect((await look()).volumes[0]?.contents).toMatchObject({
      kind: "unknown",
      why: expect.stringContaining("no shell where Linux has it"),
    });
  });

  it("reads a database in a layer also if the engine does not say where that lies", async () => {
    let state = withImage(emptyEngine({ storageDriver: "zfs" }), { tag: "plain:1" });
    state = withContainer(state, {
      ...{ name: "db", image: "plain:1", createdAt: NOW },
      layer: treeOf({ "srv/pg/PG_VERSION": file("13"), "srv/pg/global/pg_control": file("x") }),
      mounts: [volumeMount("none", "/x"), bindMount("/srv/gone", "/y")],
    });
    const { look } = await sceneOf(state);
    const [container] = (await look()).containers;
    expect(container?.layerData).toMatchObject([{ path: "/srv/pg", contents: { kind: "data", system: "postgresql" } }]);
    expect(container?.mounts.find(({ kind }) => kind === "bind")?.contents).toEqual({ kind: "absent" });
  });

  it("believes the operator that something is backed up elsewhere", async () => {
    const { judge } = await sceneOf(dockerHost(NOW));
    const codes = (found: JsonObject) => JSON.stringify(found);
    expect(codes(await judge())).toContain("data-without-backup");
    expect(codes(await judge(["shop-db", "forum-db", "wiki"]))).not.toContain("data-without-backup");
  });
});
