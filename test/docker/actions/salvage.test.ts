/**
 * The search for a lost database, on the simulated engine: its refusals, its words, and the volumes that it never
 * touches.
 */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type AnyAction, defineAction, type JsonObject, type Taken, type WayBack } from "../../../src/action.ts";
import { chooseDatabases } from "../../../src/docker/actions/salvage/choose.ts";
import { runRunbook } from "../../../src/engine/run/run.ts";
import { explainEnd } from "../../../src/docker/actions/salvage/explain-end.ts";
import { inspectCopy } from "../../../src/docker/actions/salvage/inspect.ts";
import { pickVolumes } from "../../../src/docker/actions/salvage/pick.ts";
import { proveDump } from "../../../src/docker/actions/salvage/prove.ts";
import { putBack } from "../../../src/docker/actions/salvage/put-back.ts";
import { surveyVolumes } from "../../../src/docker/actions/salvage/survey.ts";
import type { Candidate } from "../../../src/docker/actions/salvage/candidate.ts";
import { databaseFiles } from "../../../src/rehearsal/docker-engine/catalogue-files.ts";
import { altered } from "../../../src/rehearsal/docker-engine/machine-files.ts";
import {
  composeLabels,
  digits,
  volumeMount,
  withContainer,
  withVolume,
} from "../../../src/rehearsal/docker-engine/seed.ts";
import type { DockerEngineState } from "../../../src/rehearsal/docker-engine/state.ts";
import { directory, planted } from "../../../src/rehearsal/docker-engine/tree.ts";
import { LOST } from "../../../src/rehearsal/scenarios/salvage-docker-volumes.ts";
import { Bench, runbookOf, step } from "../../engine/fixture.ts";
import { ScriptedOperator } from "../../fakes/scripted-operator.ts";
import type { Scene } from "../../traps/scene.ts";
import { copied, HERE, lost, planned, restored, SALVAGE, salvageHost, survey } from "../../wiring/mutations/salvage.ts";

const PGDATA = "/var/lib/postgresql/data";
const NOW = Date.UTC(2026, 10, 22);

function caseOf(id: string) {
  const found = SALVAGE.find(({ action }) => action.id === id);
  if (found === undefined) throw new Error(`no case ${id}`);
  return found;
}
const perform = async (scene: Scene, id: string): Promise<JsonObject> =>
  await scene.perform(caseOf(id).action, await caseOf(id).input(scene));

const candidatesOf = async (scene: Scene, wanted?: JsonObject): Promise<readonly Candidate[]> =>
  (await survey(scene, wanted))["candidates"] as unknown as readonly Candidate[];
const pick = async (scene: Scene, ...volumes: string[]): Promise<JsonObject> =>
  await scene.perform(pickVolumes, { ...HERE, candidates: (await survey(scene))["candidates"] ?? [], volumes });

function changed(scene: Scene, change: (state: DockerEngineState) => DockerEngineState): Scene {
  salvageHost(scene).alter(change);
  return scene;
}
const running = (state: DockerEngineState): DockerEngineState =>
  withContainer(state, { name: "thief", image: "postgres:13", createdAt: NOW, mounts: [volumeMount(LOST, PGDATA)] });

describe("the look into all volumes", () => {
  it("puts the one with the expected database first, and says why", async () => {
    const [first, ...others] = await candidatesOf(await lost());
    expect(first).toMatchObject({ volume: LOST, databases: ["postgres", "shop"], superusers: ["shop"] });
    expect(first?.evidence).toContain('has a database "shop"');
    expect(others).toHaveLength(25);
  });

  it("counts every volume once in what it tells", async () => {
    const found = surveyVolumes.output.parse(await survey(await lost()));
    const told = surveyVolumes.effect === "read" ? (surveyVolumes.tell?.(found) ?? "") : "";
    const [, ...counts] =
      /(\d+) volumes: (\d+) with PostgreSQL, (\d+) empty, (\d+) with something else/u.exec(told) ?? [];
    const [all = 0, ...parts] = counts.map(Number);
    expect(all).toBeGreaterThan(0);
    expect(parts.reduce((sum, each) => sum + each, 0)).toBe(all);
  });

  it("shows the best three and the one in use, and says where all others stand", async () => {
    const found = surveyVolumes.output.parse(await survey(await lost()));
    const told = surveyVolumes.effect === "read" ? (surveyVolumes.tell?.(found) ?? "") : "";
    expect(told.match(/^\d+\. /gmu)).toEqual(["1. ", "2. ", "3. ", "26. "]);
    expect(told).toContain("and 22 more: ? at the question lists them all, and so does the report");
  });

  it("puts the one first that was written next to the time, if nothing else is known", async () => {
    const time = new Date(NOW - 30 * 86_400_000).toISOString();
    const [first] = await candidatesOf(await lost(), { database: "", table: "", time });
    expect(first?.written).toBe(time);
  });

  it("says that no catalogue names the database that is missed, and what can remain of it", async () => {
    const of = async (database: string): Promise<string> => {
      const found = await survey(await lost(), { database, table: "", time: "" });
      return surveyVolumes.effect === "read" ? (surveyVolumes.tell?.(surveyVolumes.output.parse(found)) ?? "") : "";
    };
    expect(await of("forum")).toMatch(
      /No catalogue that was read names a database "forum": .*"down -v".*\nWhat can remain: /su,
    );
    for (const known of ["shop", ""]) expect(await of(known)).not.toContain("What can remain");
  });

  it("calls nothing removed for good while a volume was not looked into", async () => {
    const found = await survey(await lost(), { database: "forum", table: "", time: "" });
    const unlooked = ['volume "v": permission denied'];
    const output = surveyVolumes.output.parse({ ...found, unlooked });
    const told = surveyVolumes.effect === "read" ? (surveyVolumes.tell?.(output) ?? "") : "";
    expect(told).toContain("or it lies where nobody could look.");
    expect(told).not.toContain("for good");
  });

  it("names what else is somebody's data, and changes nothing", async () => {
    const scene = await lost();
    expect(await survey(scene)).toMatchObject({ others: [{ title: "Redis", volumes: [digits("a cache")] }], empty: 6 });
    expect(salvageHost(scene).engine.state.record).toEqual([]);
    expect(salvageHost(scene).engine.state.strays).toEqual([]);
  });

  it("tells of a directory that was moved, by the volume of the same name under another project", async () => {
    const labels = (project: string) => ({
      "com.docker.compose.project": project,
      "com.docker.compose.volume": "db",
    });
    const files = databaseFiles({
      major: "13",
      systemId: 99n,
      inProduction: false,
      checkpointAt: NOW,
      role: "x",
      databases: {},
    });
    const scene = changed(await lost(), (state) =>
      withVolume(withVolume(state, { name: "old_db", files, labels: labels("old"), createdAt: NOW - 9e8 }), {
        ...{ name: "new_db", labels: labels("new"), createdAt: NOW },
      }),
    );
    const found = (await candidatesOf(scene)).find(({ volume }) => volume === "old_db");
    expect(found?.evidence.join()).toMatch(/was called "old" and is called "new": you moved or renamed its directory/);
  });

  it("says that they were removed if none is left, and never if one could not be looked into", async () => {
    const none = changed(await lost(), (state) => ({ ...state, volumes: {}, containers: {} }));
    await expect(survey(none)).rejects.toMatchObject({ code: "nothing-found" });
    const foreign = changed(none, (state) => {
      const made = withVolume(state, { name: "nfs", createdAt: NOW });
      const volume = made.volumes["nfs"];
      return volume === undefined ? made : { ...made, volumes: { nfs: { ...volume, driver: "netapp" } } };
    });
    await expect(survey(foreign)).rejects.toMatchObject({ code: "coverage-incomplete" });
  });
});

describe("what is picked", () => {
  it("is found by its number, its name or the beginning of it", async () => {
    for (const word of ["1", LOST, LOST.slice(0, 12), `${LOST.slice(0, 12)}…`])
      expect(await pick(await lost(), word)).toMatchObject({ picked: [{ volume: LOST }] });
  });

  it("is refused while a container runs on it", async () => {
    await expect(pick(changed(await lost(), running), LOST)).rejects.toMatchObject({
      code: "guard-refused",
      message: expect.stringContaining("thief runs on it") as string,
    });
  });

  it.each([["nowhere"], [""], ["99"], ["\u001b[31m"]])("is refused if %j is no volume", async (word) => {
    await expect(pick(await lost(), word)).rejects.toMatchObject({
      code: "input-invalid",
      remedy: expect.stringMatching(
        /^Name a volume that was found, by its number or its name: 1 is \w+…\.$/u,
      ) as string,
      place: "input volumes",
    });
  });

  it("is asked for again if a person mistypes it, and nothing of that is decided", async () => {
    const candidates = await candidatesOf(await lost());
    const bench = new Bench();
    const operator = new ScriptedOperator(["volumes", "99"], ["volumes", ""], ["volumes", "1"]);
    const found = defineAction({
      id: "fake.found",
      title: "Found",
      effect: "read",
      input: z.strictObject({}),
      output: pickVolumes.input,
      describe: () => [],
      run: () => Promise.resolve({ ...HERE, candidates: [...candidates], volumes: [] }),
      verify: () => Promise.resolve({ holds: true, evidence: "" }),
    });
    const names = ["host", "sudo", "candidates", "volumes"];
    const fromFound = Object.fromEntries(names.map((name) => [name, `\${{ steps.found.${name} }}`]));
    const runbook = runbookOf([
      step("found", { action: found }),
      step("pick", { action: pickVolumes, with: fromFound }),
    ]);
    const result = await runRunbook({ ...bench.options({ runbook }), operator, inputs: {} });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(bench.events.flatMap((event) => (event.type === "note" ? [event.message] : []))).toEqual([
      expect.stringContaining('"99" is no volume with PostgreSQL in it. Name a volume that was found'),
      expect.stringContaining("nothing was picked. Name a volume that was found"),
    ]);
    expect(bench.journal.entries.filter(({ type }) => type === "answered")).toMatchObject([{ value: "1" }]);
    expect(bench.state.units.get("pick")).toMatchObject({ output: { picked: [{ volume: LOST }] } });
  });

  it("is asked for if the input names none of them", async () => {
    const scene = await lost();
    scene.context.answers.set("volumes", "1");
    expect(await pick(scene, "99")).toMatchObject({ picked: [{ volume: LOST }] });
    expect(scene.context.asked[0]?.prompt).toMatch(/^"99" is no volume with PostgreSQL in it\. Which of them\?/u);
  });

  it("is asked for again if it is in use", async () => {
    const scene = changed(await lost(), running);
    scene.context.answers.set("volumes", LOST);
    await expect(pick(scene)).rejects.toMatchObject({ code: "guard-refused" });
  });

  it("is refused if initdb did not come to its end", async () => {
    const scene = changed(await lost(), (state) => {
      const volume = state.volumes[LOST];
      const { "base/1/PG_VERSION": _gone, ...nodes } = volume?.tree.nodes ?? {};
      return volume === undefined
        ? state
        : { ...state, volumes: { ...state.volumes, [LOST]: { ...volume, tree: { ...volume.tree, nodes } } } };
    });
    await expect(pick(scene, LOST)).rejects.toMatchObject({ code: "not-restorable" });
  });
});

describe("the room for copies", () => {
  it("says which image is missing, and how else to get the programs", async () => {
    const scene = changed(await lost(), (state) => ({
      ...state,
      images: Object.fromEntries(Object.entries(state.images).filter(([, { tags }]) => !tags.includes("postgres:13"))),
    }));
    await expect(planned(scene)).rejects.toMatchObject({
      code: "program-missing",
      remedy: expect.stringMatching(/docker pull postgres:13.*postgres_bin=DIRECTORY/u) as string,
    });
  });

  it("is too small before anything is made", async () => {
    const scene = changed(await lost(), (state) => ({ ...state, space: { ...state.space, free: 100 } }));
    await expect(planned(scene)).rejects.toMatchObject({ code: "does-not-fit" });
    expect(salvageHost(scene).changed).toEqual([]);
  });
});

describe("what may not be touched", () => {
  it("is not copied once a container runs on it, or it has gone, or it is another cluster", async () => {
    for (const change of [
      running,
      (state: DockerEngineState): DockerEngineState => {
        const { [LOST]: _gone, ...volumes } = state.volumes;
        return { ...state, volumes };
      },
      (state: DockerEngineState): DockerEngineState => {
        const other = databaseFiles({
          major: "13",
          systemId: 1n,
          inProduction: false,
          checkpointAt: NOW,
          role: "x",
          databases: {},
        });
        return withVolume(state, { name: LOST, files: other, createdAt: NOW });
      },
    ]) {
      const scene = await lost();
      const input = await caseOf("salvage.copy").input(scene);
      changed(scene, change);
      await expect(scene.perform(caseOf("salvage.copy").action, input)).rejects.toMatchObject({
        code: "guard-refused",
      });
      expect(salvageHost(scene).changed).toEqual([]);
    }
  });

  it("is told where the disk was full in the middle", async () => {
    const scene = await lost();
    const input = await caseOf("salvage.copy").input(scene);
    changed(scene, (state) => ({ ...state, space: { ...state.space, free: 1 } }));
    await expect(scene.perform(caseOf("salvage.copy").action, input)).rejects.toMatchObject({ code: "does-not-fit" });
  });

  it("never has a place put over it", async () => {
    const scene = changed(await lost(), (state) => withVolume(state, { name: "shop_db", createdAt: NOW }));
    await expect(perform(scene, "salvage.put-back")).rejects.toMatchObject({ code: "guard-refused" });
  });

  it.each(["../x", "a/b", "/srv/../etc", "-v", "x\ny", "/"])("refuses %j as a place", async (into) => {
    const scene = await lost();
    const input = { ...(await caseOf("salvage.put-back").input(scene)), into };
    await expect(scene.perform(putBack, input)).rejects.toMatchObject({ code: "guard-refused" });
    expect(salvageHost(scene).changed).toEqual([]);
  });

  it("is not put back as root by a name that another account could lead elsewhere", async () => {
    const at = "/home/ann/stack";
    const scene = changed(await lost(), (state) =>
      altered(state, at, (tree, path) => planted(tree, path, directory({ uid: 1000, modified: NOW }))),
    );
    const input = { ...(await caseOf("salvage.put-back").input(scene)), into: `${at}/data` };
    await expect(scene.perform(putBack, input)).rejects.toMatchObject({
      code: "guard-refused",
      message: `${at}/data is to be written as root, and others than root may write to ${at}`,
    });
    expect(salvageHost(scene).changed).toEqual([]);
  });

  it("is not put back on another libc, if text sorts differently", async () => {
    const scene = await lost();
    const input = await caseOf("salvage.put-back").input(scene);
    const [copy] = input["copies"] as readonly JsonObject[];
    const copies = [{ ...copy, libc: "glibc", libc_of_data: "musl" }];
    await expect(scene.perform(putBack, { ...input, copies })).rejects.toThrow(/another libc/);
  });
});

describe("a dump", () => {
  const dumpOf = async (scene: Scene): Promise<JsonObject> => {
    const { chosen } = await scene.perform(chooseDatabases, {
      found: [await scene.perform(inspectCopy, await caseOf("salvage.inspect").input(scene))],
      dump: ["shop"],
    });
    const [one] = chosen as readonly JsonObject[];
    return await scene.perform(caseOf("salvage.dump").action, { ...HERE, chosen: one ?? {}, out: "/var/tmp/x" });
  };

  it("as plain text, which an earlier version has written, is handed to no program", async () => {
    const scene = await copied();
    const dumped = await dumpOf(scene);
    const files = (dumped["files"] as readonly { path: string }[]).map((each) => ({
      ...each,
      path: each.path.replace(/\.dump$/u, ".sql"),
    }));
    const before = salvageHost(scene).engine.state.record;
    await expect(scene.perform(proveDump, { ...HERE, dumped: { ...dumped, files } })).rejects.toMatchObject({
      code: "guard-refused",
      effect: "none",
      message: expect.stringContaining("is a dump as plain text, of an earlier version") as string,
    });
    expect(salvageHost(scene).engine.state.record).toEqual(before);
  });

  it("is not called proved if a row is missing", async () => {
    const scene = await copied();
    const dumped = await dumpOf(scene);
    const counts = [{ database: "shop", tables: [{ schema: "public", table: "orders", rows: 4213, newest: "" }] }];
    await expect(scene.perform(proveDump, { ...HERE, dumped: { ...dumped, counts } })).rejects.toMatchObject({
      code: "proof-failed",
      message: expect.stringContaining("had 4213 rows, and has 4212") as string,
    });
  });

  it("is of all if none was named, and of the database postgres too if that has a table", async () => {
    const scene = await copied();
    const [found] = [await scene.perform(inspectCopy, await caseOf("salvage.inspect").input(scene))];
    const namesOf = async (tables: JsonObject[], dump = ["all"]): Promise<unknown> => {
      const databases = (found["databases"] as readonly JsonObject[]).map((each) =>
        each["name"] === "postgres" ? { ...each, tables } : each,
      );
      const { chosen } = await scene.perform(chooseDatabases, { found: [{ ...found, databases }], dump });
      return (chosen as readonly JsonObject[])[0]?.["databases"];
    };
    expect(await namesOf([])).toMatchObject([{ name: "shop" }]);
    expect(await namesOf([], [])).toMatchObject([{ name: "shop" }]);
    const table = { schema: "public", table: "orders", rows: 3, newest: "" };
    expect(await namesOf([table])).toMatchObject([{ name: "postgres" }, { name: "shop" }]);
  });

  it("of a database that is nowhere is refused with the names that are there", async () => {
    const scene = await copied();
    const found = [await scene.perform(inspectCopy, await caseOf("salvage.inspect").input(scene))];
    await expect(scene.perform(chooseDatabases, { found, dump: ["shopp"] })).rejects.toMatchObject({
      code: "nothing-found",
      message: expect.stringContaining("there are postgres, shop") as string,
      remedy: `Go on at a terminal: "dingo-recover resume ${scene.context.run.id}" asks which of these are dumped.`,
    });
    scene.context.answers.set("databases", "shop");
    expect(await scene.perform(chooseDatabases, { found, dump: ["shopp"] })).toMatchObject({
      chosen: [{ databases: [{ name: "shop" }] }],
    });
  });

  it.each(["shp", ""])("is asked for again if a person answers %j", async (answer) => {
    const scene = await copied();
    const found = [await scene.perform(inspectCopy, await caseOf("salvage.inspect").input(scene))];
    scene.context.answers.set("databases", answer);
    await expect(scene.perform(chooseDatabases, { found, dump: ["shopp"] })).rejects.toMatchObject({
      message: expect.stringContaining("there are postgres, shop") as string,
      remedy: 'Name some of these, or "all".',
    });
  });
});

describe("the way back", () => {
  const undo = async (scene: Scene, id: string): Promise<string> => {
    const { action, input } = caseOf(id);
    const way = (action as Exclude<AnyAction, { effect: "read" }>).undo as WayBack<never, JsonObject>;
    const taken = { input: action.input.parse(await input(scene)), output: undefined } as Taken<never, JsonObject>;
    await way.guard(scene.context, taken);
    await way.run(scene.context, taken);
    return (await way.probe(scene.context, taken)).state;
  };

  it("removes the copy and what was put back, and nothing else", async () => {
    const scene = await copied();
    const before = salvageHost(scene).engine.state.volumes[LOST];
    expect(await undo(scene, "salvage.copy")).toBe("done");
    const put = await restored();
    expect(await undo(put, "salvage.put-back")).toBe("done");
    expect(salvageHost(scene).engine.state.volumes[LOST]).toEqual(before);
  });

  it("refuses to take away what a container uses", async () => {
    const scene = changed(await restored(), (state) =>
      withContainer(state, {
        name: "shop_db_2",
        image: "postgres:13",
        createdAt: NOW,
        labels: composeLabels("shop", "db", "/x/y.yml"),
        mounts: [volumeMount("shop_db", PGDATA)],
      }),
    );
    await expect(undo(scene, "salvage.put-back")).rejects.toMatchObject({ code: "guard-refused" });
  });
});

describe("a server that does not start on a copy", () => {
  it.each([
    [
      "PANIC:  could not locate a valid checkpoint record",
      /its WAL is missing/,
      /pg_resetwal on a copy is the last resort/,
    ],
    ["FATAL:  database files are incompatible with server", /of another release/, /postgres_bin/],
    ['FATAL:  could not access file "timescaledb": No such file', /preloads a library/, /image that it ran with/],
    ['FATAL:  could not open directory "pg_notify": No such file', /directories of it are missing/, /on a copy/],
    ["LOG:  who knows", /the server has ended/, /docker logs/],
  ])("is explained by %j", (line, message, remedy) => {
    const error = explainEnd([line], "copy-1");
    expect(error.message).toMatch(message);
    expect(error.remedy).toMatch(remedy);
    expect(error.code).toBe("proof-failed");
  });

  it("brings no control character to a screen", () => {
    expect(explainEnd(["FATAL:  \u001b[2Jgone"], "copy-1").message).not.toContain("\u001b");
  });
});
