/** One bad thing blocks one thing: the rest is dumped and proved, and what is lost is named. On the simulated engine. */
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/action.ts";
import { checkRoom } from "../../../src/docker/actions/salvage/check-room.ts";
import { chooseDatabases } from "../../../src/docker/actions/salvage/choose.ts";
import { dumpDatabases } from "../../../src/docker/actions/salvage/dump.ts";
import { inspectCopy } from "../../../src/docker/actions/salvage/inspect.ts";
import { pickVolumes } from "../../../src/docker/actions/salvage/pick.ts";
import { proveDump } from "../../../src/docker/actions/salvage/prove.ts";
import { summariseSalvage } from "../../../src/docker/actions/salvage/summarise.ts";
import {
  type BoxDatabases,
  CLOSED,
  databaseFiles,
  HAS_LIBRARY,
  HAS_LOCALE,
  ROWS_FILE,
  rowsFile,
} from "../../../src/rehearsal/docker-engine/catalogue-files.ts";
import type { DockerEngineState } from "../../../src/rehearsal/docker-engine/state.ts";
import { volumeMount, withContainer, withImage, withVolume } from "../../../src/rehearsal/docker-engine/seed.ts";
import { file } from "../../../src/rehearsal/docker-engine/tree.ts";
import { LOST } from "../../../src/rehearsal/scenarios/salvage-docker-volumes.ts";
import type { Scene } from "../../traps/scene.ts";
import { HERE, lost, OUT, planned, salvageHost, SALVAGE, survey } from "../../wiring/mutations/salvage.ts";

const NOW = Date.UTC(2026, 10, 22);
const FILES = (databases: BoxDatabases) =>
  databaseFiles({
    ...{ major: "13", systemId: 7_600_000_000_000_000_002n, inProduction: true, checkpointAt: NOW, role: "shop" },
    databases: { postgres: {}, ...databases },
  });

const inspectInput = async (scene: Scene, more: JsonObject = {}): Promise<JsonObject> => {
  const { copies } = await planned(scene);
  return { ...HERE, copy: (copies as readonly JsonObject[])[0] ?? {}, database: "", table: "", ...more };
};

async function copyOf(
  files: ReturnType<typeof FILES>,
  change: (state: DockerEngineState) => DockerEngineState = (state) => state,
): Promise<Scene> {
  const scene = await lost();
  salvageHost(scene).alter((state) => change(withVolume(state, { name: LOST, files, createdAt: NOW })));
  const copying = SALVAGE.find(({ action }) => action.id === "salvage.copy");
  if (copying === undefined) throw new Error("there is no copy");
  await scene.perform(copying.action, await copying.input(scene));
  return scene;
}

interface Ended {
  readonly dumped: JsonObject;
  readonly proof: JsonObject;
  readonly lines: string;
  readonly lacking: readonly string[];
}

/** From the copy to the last lines. */
async function saved(databases: BoxDatabases, files: ReturnType<typeof FILES> = {}): Promise<Ended> {
  const scene = await copyOf({ ...FILES(databases), ...files });
  const found = await scene.perform(inspectCopy, await inspectInput(scene));
  const { chosen } = await scene.perform(chooseDatabases, { found: [found], dump: [] });
  const input = { ...HERE, chosen: (chosen as readonly JsonObject[])[0] ?? {}, out: OUT };
  const dumped = await scene.perform(dumpDatabases, input);
  const proof = await scene.perform(proveDump, { ...HERE, dumped });
  const end = await scene.perform(summariseSalvage, { dumps: [dumped], proofs: [proof], put_back: "", found: [found] });
  const [lines, lacking] = [end["lines"] as string[], end["lacking"] as string[]];
  return { dumped, proof, lines: lines.join("\n"), lacking };
}

describe("a table that cannot be read", () => {
  it("is saved as far as it can be, and named with what is lost of it; the others are whole", async () => {
    const { proof, lacking, lines } = await saved({
      shop: { good: 1000, bad: { rows: 884, ails: "pages" }, gone: { rows: 0, ails: "file" } },
      till: { sales: 7 },
    });
    expect(proof).toMatchObject({
      proved: [
        { database: "shop", tables: 3, rows: 1884 },
        { database: "till", tables: 1, rows: 7 },
      ],
      unproved: [],
    });
    expect(lacking).toEqual([
      'DAMAGED: shop: "public"."bad": 884 rows of it could be read, and the rest not',
      'DAMAGED: shop: "public"."gone": no row of it can be read',
      "DAMAGED: shop: ERROR:  invalid page in block 3 of relation base/16384/16388",
      'DAMAGED: shop: ERROR:  could not open file "base/16384/16393": No such file or directory',
    ]);
    expect(lines).toContain(lacking[0]);
  });

  it("makes a warning of the whole run, and what is whole makes none", async () => {
    const gravity = (output: { lines: string[]; lacking: string[] }): string | undefined =>
      summariseSalvage.effect === "read" ? summariseSalvage.finds?.(output) : undefined;
    const whole = await saved({ shop: { good: 1000 } });
    expect(whole.lacking).toEqual([]);
    expect(gravity({ lines: [], lacking: [] })).toBe("nothing");
    expect(gravity({ lines: [], lacking: ["DAMAGED: x"] })).toBe("warning");
  });
});

describe("a database", () => {
  it("that nobody may enter is opened on the copy, and saved", async () => {
    const { proof } = await saved({ nolog: { [CLOSED]: 0, accounts: 41 }, shop: { good: 1 } });
    expect(proof).toMatchObject({ proved: [{ database: "nolog", rows: 41 }, { database: "shop" }] });
  });

  it("whose dump does not load whole is named with the tables that do, and the others are proved", async () => {
    const places = { places: { rows: 100, ails: "definition" }, albums: 400 } as const;
    const { proof, lacking } = await saved({ photos: places, shop: { good: 1 } });
    expect(proof).toMatchObject({ proved: [{ database: "shop", rows: 1 }], unproved: [{ database: "photos" }] });
    expect(lacking).toEqual([
      expect.stringMatching(
        /^NOT PROVED: photos, in .*: the dump of "photos" does not load: .*type "places" does not exist; 1 of 2 tables come back without --exit-on-error, all but "public"\."places"$/u,
      ),
    ]);
    expect(await saved({ photos: places })).toMatchObject({ proof: { unproved: [{ database: "photos" }] } });
  });

  it("whose functions find their types behind their extensions alone is proved so, and the line says how", async () => {
    const { proof, lacking, lines } = await saved({
      photos: { places: { rows: 100, ails: "extension" }, albums: 400 },
    });
    expect(proof).toMatchObject({ proved: [{ database: "photos", tables: 2, rows: 500 }], unproved: [] });
    expect(lacking).toEqual([]);
    const typed = lines.split("\n").filter((line) => line.startsWith("  $ "));
    expect(typed.map((line) => /CONTAINER (\S+)/u.exec(line)?.[1])).toEqual(["createdb", "psql", "pg_restore"]);
    expect(typed[1]).toContain('CREATE EXTENSION IF NOT EXISTS "earth" SCHEMA public; DO $$');
  });

  it("of which nothing comes back stops the run, so that it can be tried once more", async () => {
    await expect(saved({ photos: { places: { rows: 100, ails: "definition" } } })).rejects.toMatchObject({
      code: "proof-failed",
    });
  });
});

describe("a library that an image lacks", () => {
  const inspected = async (tags: readonly string[]): Promise<readonly [JsonObject, string]> => {
    const files = FILES({ photos: { search: { rows: 5, ails: "library" }, assets: 9 } });
    const scene = await copyOf(files, (state) =>
      tags.reduce((all, tag) => withImage(all, { tag, env: ["PG_MAJOR=13", HAS_LIBRARY] }), state),
    );
    const found = await scene.perform(inspectCopy, await inspectInput(scene));
    const { chosen } = await scene.perform(chooseDatabases, { found: [found], dump: [] });
    const [first] = chosen as unknown as readonly { readonly copy: { readonly programs_text: string } }[];
    return [found, first?.copy.programs_text ?? ""];
  };

  it("is taken from another image of the release, for all steps that follow", async () => {
    const [found, programs] = await inspected(["pgvector:13"]);
    expect(programs).toBe("the image pgvector:13");
    expect(found["databases"]).toMatchObject([{ name: "photos", damage: [] }, { name: "postgres" }]);
  });

  it("is named with the images that were looked at, if none has it", async () => {
    const [found, programs] = await inspected([]);
    expect(programs).toBe("the image postgres:13");
    expect(JSON.stringify(found["databases"])).toContain("is in none of the image postgres:13");
  });
});

describe("a locale that an image lacks", () => {
  const FOREIGN = { laden: { kunden: { rows: 5, ails: "locale" } }, shop: { good: 1000 } } as const;
  const WITH = { tag: "shop/db:13", env: ["PG_MAJOR=13", HAS_LOCALE] };
  const choose = async (scene: Scene): Promise<JsonObject> => {
    const found = await scene.perform(inspectCopy, await inspectInput(scene));
    const { chosen } = await scene.perform(chooseDatabases, { found: [found], dump: [] });
    return (chosen as readonly JsonObject[])[0] ?? {};
  };

  it("is taken from another image of the release, and from one that is pulled later", async () => {
    const early = await copyOf(FILES(FOREIGN), (state) => withImage(state, WITH));
    const late = await copyOf(FILES(FOREIGN));
    const input = await inspectInput(late);
    salvageHost(late).alter((state) => withImage(state, WITH));
    for (const found of [
      await early.perform(inspectCopy, await inspectInput(early)),
      await late.perform(inspectCopy, input),
    ])
      expect(found).toMatchObject({
        copy: { programs_text: "the image shop/db:13" },
        databases: [{ name: "laden", damage: [], tables: [{ rows: 5 }] }, { name: "postgres" }, { name: "shop" }],
      });
  });

  it("keeps back one database: it is named with the images, and with the way to one that has it", async () => {
    const scene = await copyOf(FILES(FOREIGN));
    const chosen = await choose(scene);
    const says =
      'the locale "de_DE.UTF-8" is in none of the image postgres:13: run "printf \'FROM postgres:13\\nRUN localedef -i de_DE -f UTF-8 de_DE.UTF-8\\n\' | docker build -t postgres-with-de_de -"';
    expect(chosen["databases"]).toMatchObject([
      { name: "laden", damage: [says] },
      { name: "shop", damage: [] },
    ]);
    const dumped = await scene.perform(dumpDatabases, { ...HERE, chosen, out: OUT });
    expect(dumped["damaged"]).toEqual([{ database: "laden", what: `it could not be dumped: ${says}` }]);
    expect(await scene.perform(proveDump, { ...HERE, dumped })).toMatchObject({ proved: [{ database: "shop" }] });
  });

  it("of all databases stops the run with the way on, that of its container's own image first", async () => {
    const all = { ...FILES({}), [ROWS_FILE]: rowsFile({ postgres: FOREIGN.laden, template1: FOREIGN.laden }, NOW) };
    const scene = await copyOf(all);
    const { copy, ...input } = await inspectInput(scene);
    const { original, ...own } = copy as { original: JsonObject };
    const names = ["postgres:13", "shop/db:13", "sha256:00", "dingo-recover/x:db"];
    const given = { ...input, copy: { ...own, original: { ...original, image_names: names } } };
    await expect(scene.perform(inspectCopy, given)).rejects.toMatchObject({
      code: "proof-failed",
      message: expect.stringMatching(
        /^no database can be entered: the locale "de_DE.UTF-8" is in none of the image postgres:13: run "docker pull shop\/db:13", which its container ran; or run "printf/u,
      ) as string,
    });
  });
});

describe("a library that is preloaded", () => {
  const files = { "postgresql.auto.conf": file("shared_preload_libraries = 'made_up'\n") };

  it("keeps no row back if no image has it: the copy is started without it, and it is named", async () => {
    const scene = await copyOf({ ...FILES({ shop: { good: 1000 } }), ...files });
    const named = 'the library "made_up" is in none of the image postgres:13';
    expect(await scene.perform(inspectCopy, await inspectInput(scene))).toMatchObject({
      copy: { is_bare: true },
      databases: [{ name: "postgres" }, { name: "shop", damage: [named] }],
    });
    const { proof } = await saved({ shop: { good: 1000 } }, files);
    expect(proof).toMatchObject({ proved: [{ database: "shop", tables: 1, rows: 1000 }], unproved: [] });
  });

  it("is loaded from an image that has it", async () => {
    const scene = await copyOf({ ...FILES({ shop: { good: 1 } }), ...files }, (state) =>
      withImage(state, { tag: "pgvector:13", env: ["PG_MAJOR=13", HAS_LIBRARY] }),
    );
    const found = await scene.perform(inspectCopy, await inspectInput(scene));
    expect(found).toMatchObject({ copy: { is_bare: false, programs_text: "the image pgvector:13" } });
  });
});

describe("a volume that cannot be saved", () => {
  const OF_16 = "of-16";
  const beside = async (): Promise<Scene> => {
    const scene = await lost();
    const seed = { major: "16", systemId: 7_600_000_000_000_000_016n, inProduction: false, checkpointAt: NOW } as const;
    const files = databaseFiles({ ...seed, role: "shop", databases: { postgres: {} } });
    const running = { name: "thief", image: "postgres:13", createdAt: NOW, mounts: [volumeMount("in-use", "/data")] };
    const { "base/1/PG_VERSION": _lost, ...begun } = files;
    salvageHost(scene).alter(({ images, ...state }) => {
      const without16 = Object.entries(images).filter(([, { tags }]) => !tags.includes("postgres:16"));
      const seen = { ...state, images: Object.fromEntries(without16) };
      const with16 = withVolume(seen, { name: OF_16, files, createdAt: NOW });
      const withBegun = withVolume(with16, { name: "begun", files: begun, createdAt: NOW });
      return withContainer(withVolume(withBegun, { name: "in-use", files, createdAt: NOW }), running);
    });
    return scene;
  };
  const picked = async (scene: Scene, ...volumes: string[]): Promise<JsonObject> =>
    await scene.perform(pickVolumes, { ...HERE, candidates: (await survey(scene))["candidates"] ?? [], volumes });
  const room = async (scene: Scene, given: JsonObject): Promise<JsonObject> =>
    await scene.perform(checkRoom, { ...HERE, ...given, postgres_bin: "", out: OUT });

  it("leaves the others alone if it is in use or was never finished", async () => {
    const { picked: all, left } = await picked(await beside(), "in-use", LOST, "begun");
    expect(all).toMatchObject([{ volume: LOST }]);
    expect(left).toEqual([
      "the volume in-use is in use: thief runs on it",
      expect.stringMatching(/^the volume begun cannot be started: initdb did not come to its end/u),
    ]);
  });

  it("leaves the others alone if no image has its release, and is named to the end", async () => {
    const scene = await beside();
    const { copies, left } = await room(scene, await picked(scene, OF_16, LOST));
    expect(copies).toMatchObject([{ original: { volume: LOST } }]);
    expect(left).toEqual([expect.stringMatching(/^no image .* PostgreSQL 16.* of of-16 \(postgres:16 has it\)/u)]);
    const end = await scene.perform(summariseSalvage, { dumps: [], proofs: [], put_back: "", left: left ?? [] });
    expect(end["lacking"]).toEqual([expect.stringMatching(/^LEFT OUT: no image .* a new run saves it$/u)]);
  });

  it("stops the run if there is no other", async () => {
    const scene = await beside();
    await expect(picked(scene, "in-use", "begun")).rejects.toMatchObject({ code: "guard-refused" });
    await expect(room(scene, await picked(scene, OF_16))).rejects.toMatchObject({ code: "program-missing" });
  });
});

describe("a volume that does not start", () => {
  const broken = async (): Promise<Scene> => await copyOf({ ...FILES({}), [ROWS_FILE]: file("lost") });

  it("stops the run if it is the only one", async () => {
    const scene = await broken();
    await expect(scene.perform(inspectCopy, await inspectInput(scene))).rejects.toMatchObject({ code: "proof-failed" });
  });

  it("is named beside the others, and leaves no server", async () => {
    const scene = await broken();
    const failed = await scene.perform(inspectCopy, await inspectInput(scene, { is_one_of_several: true }));
    expect(failed).toMatchObject({
      databases: [],
      failed: expect.stringMatching(/^PostgreSQL does not start/u) as string,
    });
    expect(Object.values(salvageHost(scene).engine.state.containers).map(({ name }) => name)).toEqual(["shop_db_1"]);
    await expect(scene.perform(chooseDatabases, { found: [failed], dump: [] })).rejects.toMatchObject({
      code: "not-restorable",
      message: expect.stringContaining("no picked volume can be read: PostgreSQL does not start") as string,
    });
    const whole = await copyOf(FILES({ shop: { good: 3 } }));
    const found = [failed, await whole.perform(inspectCopy, await inspectInput(whole))];
    const { chosen, lines } = await whole.perform(chooseDatabases, { found, dump: [] });
    expect(chosen).toMatchObject([{ databases: [{ name: "shop" }] }]);
    expect((lines as string[])[0]).toMatch(/NOT READ: PostgreSQL does not start/u);
  });
});
