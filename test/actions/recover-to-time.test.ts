/** A recovery to a time on fakes: what is refused, what is taken back, and where a recovery is seen to have stopped. */
import { describe, expect, it } from "vitest";
import type { AnyAction, JsonObject, Taken, UndoProbe, WayBack } from "../../src/action.js";
import { judgeTime } from "../../src/actions/archive/judge-time.js";
import { findLeader } from "../../src/actions/docker/find-leader.js";
import { countLiving } from "../../src/actions/postgres/count-tables.js";
import { loadTables } from "../../src/actions/postgres/load-tables.js";
import { makeSchema } from "../../src/actions/postgres/make-schema.js";
import { proveTables } from "../../src/actions/postgres/prove-tables.js";
import { asideName } from "../../src/actions/postgres/undo-load.js";
import { checkPrograms } from "../../src/actions/scratch/check-programs.js";
import { compareTables } from "../../src/actions/scratch/compare-tables.js";
import { dumpTables } from "../../src/actions/scratch/dump.js";
import { recoverScratch } from "../../src/actions/scratch/recover.js";
import { restoreScratch } from "../../src/actions/scratch/restore.js";
import { reviewScratch } from "../../src/actions/scratch/review.js";
import { requireStopped } from "../../src/actions/scratch/stop-line.js";
import { tableNames } from "../../src/actions/scratch/table-names.js";
import { RecoverError } from "../../src/errors.js";
import { BUCKET } from "../archive/sample-archive.js";
import { DEPLOYMENT } from "../fakes/fake-director.js";
import { containerOf, failure, NEW_GUID, RUN, type Scene, TAG, TARGET } from "../traps/scene.js";
import { keyed } from "./mutations/drill.js";
import { DUMP, dumped, loadOf, PLACE, RECOVER, RESTORE, restored, SCHEMA, TIME } from "./mutations/recover-to-time.js";
import { fresh } from "./mutations/worlds.js";

const AS_APPLICATION = { ...TARGET, key_guid: `key-${TAG}`, database: "" };
const CHECK = {
  ...{ postgres_bin: "/pg/bin", scratch: "", postgres_version: "9.6", expanded_bytes: 1e9 },
  ...{ tables: ["visits"], into_schema: "" },
};
const COUNT = { ...TARGET, database: "postgres", tables: ["visits"], into_schema: "" };

describe("the names of tables", () => {
  it("are taken as they are written, in the schema public where none is named", () => {
    expect(tableNames(["visits", "Shop.Orders", '"Odd.Name"."say ""hi"""'], "")).toEqual([
      { schema: "public", table: "visits" },
      { schema: "Shop", table: "Orders" },
      { schema: "Odd.Name", table: 'say "hi"' },
    ]);
  });

  it.each([[[]], [["a.b.c"]], [["a\nb"]], [["x".repeat(64)]], [["visits", "public.visits"]]])(
    "are refused where they are none: %j",
    (names) => {
      expect(() => tableNames(names, "")).toThrow(RecoverError);
    },
  );

  it("meet in one schema where two schemas are loaded into it", () => {
    expect(() => tableNames(["a.t", "b.t"], "recovered")).toThrow(/loaded twice/);
  });
});

describe("the place where a recovery stopped", () => {
  const place = PLACE;

  it("is read from the server's own lines", () => {
    const said = [
      "starting point-in-time recovery to 2026-11-21 11:04:30+00",
      "recovery stopping before commit of transaction 600, time 2026-11-21 11:05:00.25+00",
      "last completed transaction was at log time 2026-11-21 11:04:10.5 UTC",
    ];
    expect(requireStopped(said, { time: TIME, place })).toEqual({
      stopped_before: "2026-11-21T11:05:00.25Z",
      last_transaction: "2026-11-21T11:04:10.5Z",
    });
  });

  it.each([
    [["archive recovery complete"], /came to the end of the WAL/],
    [["recovery stopping before commit of transaction 6, time 2026-11-21 11:03:00+00"], /stopped before 2026/],
    [
      [
        "recovery stopping before abort of transaction 6, time 2026-11-21 11:06:00+00",
        "last completed transaction was at log time 2026-11-21 11:05:00+00",
      ],
      /after 2026-11-21T11:05:00Z/,
    ],
  ])("is no proof where it is another: %j", (said, message) => {
    expect(() => requireStopped(said, { time: TIME, place })).toThrow(message);
  });
});

describe("what is looked at first", () => {
  it("another release of PostgreSQL is refused, and a pg_dump that is older", async () => {
    const scene = fresh();
    scene.scratch.versions = { postgres: "13.14", pgDump: "15.14" };
    await expect(scene.perform(checkPrograms, CHECK)).rejects.toThrow(failure("does-not-fit", /of PostgreSQL 9\.6/));
    scene.scratch.versions = { postgres: "9.6.24", pgDump: "9.5.1" };
    await expect(scene.perform(checkPrograms, CHECK)).rejects.toMatchObject({ code: "does-not-fit" });
  });

  it("too little room is refused with what is there", async () => {
    const scene = fresh();
    scene.scratch.free = 1_000_000;
    await expect(scene.perform(checkPrograms, CHECK)).rejects.toMatchObject({
      code: "does-not-fit",
      message: expect.stringMatching(/needs .* GB, and 1\.0 MB are free/) as string,
    });
  });

  it("a directory that is somebody else's is refused", async () => {
    const scene = fresh();
    scene.scratch.places.set("/elsewhere", { state: "foreign", evidence: "it belongs to run x" });
    await expect(scene.perform(checkPrograms, { ...CHECK, scratch: "/elsewhere" })).rejects.toMatchObject({
      code: "target-not-fresh",
    });
    await expect(scene.perform(checkPrograms, { ...CHECK, scratch: "below" })).rejects.toMatchObject({
      code: "input-invalid",
    });
  });

  it("a table that is there is refused before a copy is made, but for another schema", async () => {
    const scene = keyed();
    scene.cell.sql.tables.set("visits", 3);
    await expect(scene.perform(countLiving, COUNT)).rejects.toMatchObject({ code: "name-taken" });
    expect(await scene.perform(countLiving, { ...COUNT, into_schema: "recovered" })).toMatchObject({
      tables: [{ schema: "public", table: "visits", rows: 3 }],
    });
  });

  it("the leader is the one of all running nodes that writes", async () => {
    const scene = fresh();
    const request = { guid: NEW_GUID, deployment: DEPLOYMENT };
    expect(await scene.perform(findLeader, request)).toMatchObject({ container: TARGET.container, bucket: BUCKET });
    scene.cell.sql.inRecovery = true;
    await expect(scene.perform(findLeader, request)).rejects.toMatchObject({ code: "guard-refused" });
    scene.cell.sql.inRecovery = false;
    scene.cell.put(containerOf(NEW_GUID, { name: "cf-11111111-a9f7-4f3e-8fc0-0d2a6b1c9e55" }));
    await expect(scene.perform(findLeader, request)).rejects.toThrow(/of 2 running containers .* 2 lead/);
  });

  it.each([
    ["2020-01-01T00:00:00.000Z", /before the first base backup/],
    ["2030-01-01T00:00:00.000Z", /has not come yet/],
  ])("a time that nothing leads to is refused: %s", async (time, message) => {
    const request = { guid: NEW_GUID, bucket: BUCKET, archive: "", time, may_be_open: true };
    await expect(fresh().perform(judgeTime, request)).rejects.toThrow(failure("not-restorable", message));
  });
});

describe("the copy", () => {
  it("that does not stop at the time is loaded from by nobody, and its server is stopped", async () => {
    const scene = await restored();
    scene.scratch.onStart = ["archive recovery complete"];
    await expect(scene.perform(recoverScratch, RECOVER)).rejects.toMatchObject({ code: "proof-failed" });
    expect(scene.scratch.standingNow).toBe("down");
  });

  it("is told before it is made: what, from where, onto which disk", async () => {
    const facts = {
      ...{ target: "shop/prod/important-db", guid: NEW_GUID, archive: "s3://b/p", time: TIME, base: "base_1" },
      ...{ segments: 2, fetched_bytes: 5_000_000, recovery_point: TIME, place: PLACE, postgres: "9.6.24" },
      ...{ account: "nobody", needed_bytes: 6e8, free_bytes: 1e11, database: "postgres", into_schema: "" },
      tables: [{ schema: "public", table: "visits", rows: null }],
    };
    const found = await fresh().perform(reviewScratch, facts);
    const told = reviewScratch.effect === "read" ? (reviewScratch.tell?.(found) ?? "") : "";
    for (const part of ["which goes on as it is", "5.0 MB to fetch", "600.0 MB of 100.0 GB free", "visits: not there"])
      expect(told).toContain(part);
  });

  it("that lacks a table of that time says so before anything is loaded", async () => {
    const scene = await restored();
    scene.scratch.tables.clear();
    const found = await scene.perform(recoverScratch, RECOVER);
    const request = { ...AS_APPLICATION, ...found, time: TIME, into_schema: "" };
    await expect(scene.perform(compareTables, request)).rejects.toMatchObject({ code: "nothing-found" });
  });

  it("gives its tables another schema in the dump", async () => {
    const scene = await restored();
    const found = await scene.perform(dumpTables, { ...DUMP, into_schema: "recovered" });
    expect(found).toMatchObject({ tables: [{ schema: "recovered", table: "visits", rows: 60 }] });
    expect(scene.scratch.text).toContain("CREATE TABLE recovered.visits");
  });

  it("has no server after anything that was done with it", async () => {
    const scene = await dumped();
    expect(scene.scratch.standingNow).toBe("down");
  });
});

describe("the load", () => {
  it("commits at its end alone: a text that is cut on its way changes nothing", async () => {
    const scene = await dumped();
    await scene.perform(loadTables, await loadOf(scene));
    const sent = scene.cell.sql.statements.find((text) => text.includes("CREATE TABLE")) ?? "";
    expect(sent.startsWith("BEGIN;\n")).toBe(true);
    expect(sent.trimEnd().endsWith("\nCOMMIT;")).toBe(true);
    expect(sent.match(/COMMIT/g)).toHaveLength(1);
  });

  it("is refused over a table that is there, and for a dump that is another", async () => {
    const scene = await dumped();
    const request = await loadOf(scene);
    scene.cell.sql.tables.set("visits", 1);
    await expect(scene.perform(loadTables, request)).rejects.toMatchObject({ code: "guard-refused" });
    scene.cell.sql.tables.clear();
    scene.scratch.text = "DROP TABLE everything;";
    await expect(scene.perform(loadTables, request)).rejects.toThrow(/is not the dump that this run made/);
  });

  it("is proved by the rows that the application reads", async () => {
    const scene = await dumped();
    const { tables } = await scene.perform(loadTables, await loadOf(scene));
    expect(await scene.perform(proveTables, { ...AS_APPLICATION, tables: tables ?? [] })).toMatchObject({ tables });
    scene.cell.sql.tables.set("visits", 59);
    await expect(scene.perform(proveTables, { ...AS_APPLICATION, tables: tables ?? [] })).rejects.toMatchObject({
      code: "proof-failed",
    });
  });
});

describe("what was done by hand", () => {
  it("is believed by what the world shows, and can be taken back", async () => {
    const scene = await dumped();
    const request = await loadOf(scene);
    scene.cell.sql.tables.set("visits", 60);
    expect(await scene.probe(loadTables, request)).toBe("unknown");
    if (loadTables.effect === "read") throw new Error("it loads");
    const found = await loadTables.probeByHand?.(scene.context, loadTables.input.parse(request));
    expect(found).toMatchObject({ state: "done", output: { tables: [{ table: "visits", rows: 60 }] } });
    expect(await scene.probe(loadTables, request)).toBe("done");
  });

  it("is not believed of another schema", async () => {
    const scene = fresh();
    scene.cell.sql.schemas.set("recovered", "ann");
    if (makeSchema.effect === "read") throw new Error("it makes one");
    const asked = makeSchema.input.parse(SCHEMA);
    expect(await makeSchema.probeByHand?.(scene.context, asked)).toMatchObject({ state: "unknown" });
    scene.cell.sql.schemas.set("recovered", "app");
    expect(await makeSchema.probeByHand?.(scene.context, asked)).toMatchObject({ state: "done" });
    expect(await scene.probe(makeSchema, SCHEMA)).toBe("done");
  });
});

describe("the way back", () => {
  function wayOf(action: AnyAction): WayBack<never, never> {
    if (action.effect === "read" || action.undo === undefined || "leaves" in action.undo) throw new Error(action.id);
    return action.undo;
  }

  async function undo(scene: Scene, way: WayBack<never, never>, input: JsonObject): Promise<UndoProbe> {
    const taken = { input, output: undefined } as unknown as Taken<never, never>;
    await way.guard(scene.context, taken);
    await way.run(scene.context, taken);
    return await way.probe(scene.context, taken);
  }

  it("renames the tables that the run loaded, and no other", async () => {
    const scene = await dumped();
    const request = await loadOf(scene);
    const way = wayOf(loadTables);
    scene.cell.sql.tables.set("visits", 5);
    await expect(undo(scene, way, request)).rejects.toMatchObject({ code: "guard-refused" });
    scene.cell.sql.tables.clear();
    await scene.perform(loadTables, request);
    expect(await undo(scene, way, request)).toMatchObject({ state: "done" });
    expect([...scene.cell.sql.tables.keys()]).toEqual([asideName("visits", RUN)]);
  });

  it("renames the schema that the run made, and no other", async () => {
    const scene = fresh();
    const way = wayOf(makeSchema);
    scene.cell.sql.schemas.set("recovered", "app");
    await expect(undo(scene, way, SCHEMA)).rejects.toMatchObject({ code: "guard-refused" });
    await expect(scene.perform(makeSchema, SCHEMA)).rejects.toMatchObject({ code: "guard-refused" });
    scene.cell.sql.schemas.clear();
    await scene.perform(makeSchema, SCHEMA);
    expect(await undo(scene, way, SCHEMA)).toMatchObject({ state: "done" });
    expect([...scene.cell.sql.schemas.keys()]).toEqual([asideName("recovered", RUN)]);
  });

  it("keeps the name of the run in a name that would be too long", () => {
    const name = asideName("ü".repeat(31), RUN);
    expect(name.endsWith(`.dingo-recover-${RUN}`)).toBe(true);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  });

  it("gives the directory of the copy another name", async () => {
    const scene = await restored();
    const way = wayOf(restoreScratch);
    expect(await undo(scene, way, RESTORE)).toMatchObject({ state: "done" });
    expect([...scene.scratch.places.keys()]).toEqual([`${PLACE}.undone`]);
  });
});

describe("a copy that was made from an older base backup", () => {
  it("says in its proof which one was passed over, and why", async () => {
    const scene = fresh();
    scene.scratch.found = {
      instead: '"base_2" was passed over for "base_1", from which more WAL is replayed: it is cut',
    };
    const output = restoreScratch.output.parse(await scene.perform(restoreScratch, RESTORE));
    const verdict = await restoreScratch.verify?.(scene.context, RESTORE as never, output);
    expect(verdict).toMatchObject({ holds: true, evidence: expect.stringContaining("was passed over for") as string });
  });
});
