/** A recovery to a time on fakes: its refusals, its way back, and the place at which a recovery stopped. */
import { describe, expect, it } from "vitest";
import type { AnyAction, JsonObject, Taken, UndoProbe, WayBack } from "../../../src/action.ts";
import { judgeTime } from "../../../src/foundation/actions/archive/judge-time.ts";
import { findLeader } from "../../../src/foundation/actions/docker/find-leader.ts";
import { formatOf } from "../../../src/foundation/actions/postgres/archive-format.ts";
import { checkLogin } from "../../../src/foundation/actions/postgres/check-login.ts";
import { countLiving } from "../../../src/foundation/actions/postgres/count-tables.ts";
import { inDatabase } from "../../../src/foundation/actions/postgres/in-database.ts";
import { loadTables } from "../../../src/foundation/actions/postgres/load-tables.ts";
import { makeSchema } from "../../../src/foundation/actions/postgres/make-schema.ts";
import { proveTables } from "../../../src/foundation/actions/postgres/prove-tables.ts";
import { asideName } from "../../../src/foundation/actions/postgres/undo-load.ts";
import { checkPrograms } from "../../../src/archive/actions/scratch/check-programs.ts";
import { compareTables } from "../../../src/foundation/actions/scratch/compare-tables.ts";
import { dumpTables } from "../../../src/archive/actions/scratch/dump.ts";
import { recoverScratch } from "../../../src/archive/actions/scratch/recover.ts";
import { restoreScratch } from "../../../src/archive/actions/scratch/restore.ts";
import { reviewScratch } from "../../../src/archive/actions/scratch/review.ts";
import { requireStopped } from "../../../src/archive/actions/scratch/stop-line.ts";
import { tableNames } from "../../../src/archive/actions/scratch/table-names.ts";
import { RecoverError } from "../../../src/errors.ts";
import { BUCKET } from "../../archive/sample-archive.ts";
import { DEPLOYMENT } from "../../fakes/fake-director.ts";
import { containerOf, failure, NEW_GUID, RUN, type Scene, TAG, TARGET } from "../../traps/scene.ts";
import { keyed } from "../../wiring/mutations/drill.ts";
import {
  DUMP,
  dumped,
  loadOf,
  PLACE,
  RECOVER,
  RESTORE,
  restored,
  SCHEMA,
  TIME,
} from "../../wiring/mutations/recover-to-time.ts";
import { fresh } from "../../wiring/mutations/worlds.ts";

const AS_APPLICATION = { ...TARGET, key_guid: `key-${TAG}`, database: "" };
const CHECK = {
  ...{ postgres_bin: "/pg/bin", scratch: "", postgres_version: "9.6", expanded_bytes: 1e9 },
  ...{ tables: ["visits"], into_schema: "" },
};
const COUNT = { ...TARGET, database: "postgres", tables: ["visits"], into_schema: "" };

describe("the names of tables", () => {
  it("are taken as they are written, in the schema public if none is named", () => {
    expect(tableNames(["visits", "Shop.Orders", '"Odd.Name"."say ""hi"""'], "")).toEqual([
      { schema: "public", table: "visits" },
      { schema: "Shop", table: "Orders" },
      { schema: "Odd.Name", table: 'say "hi"' },
    ]);
  });

  it.each([[[]], [["a.b.c"]], [["a\nb"]], [["x".repeat(64)]], [["visits", "public.visits"]]])(
    "are refused if they are none: %j",
    (names) => {
      expect(() => tableNames(names, "")).toThrow(RecoverError);
    },
  );

  it("meet in one schema if two schemas are loaded into it", () => {
    expect(() => tableNames(["a.t", "b.t"], "recovered")).toThrow(/loaded twice/);
  });
});

describe("the place where a recovery stopped", () => {
  const place = PLACE;

  it("is read from the server's own lines", () => {
    const said = [
      "starting point-in-time recovery to 2026-11-21 11:04:30+00",
      "LOG:  recovery stopping before commit of transaction 600, time 2026-11-21 11:05:00.25+00",
      "LOG:  last completed transaction was at log time 2026-11-21 11:04:10.5 UTC",
    ];
    expect(requireStopped(said, { time: TIME, place })).toEqual({
      stopped_before: "2026-11-21T11:05:00.25Z",
      last_transaction: "2026-11-21T11:04:10.5Z",
    });
  });

  it.each([
    [["LOG:  archive recovery complete"], /came to the end of the WAL/],
    [["LOG:  recovery stopping before commit of transaction 6, time 2026-11-21 11:03:00+00"], /stopped before 2026/],
    [
      [
        "LOG:  recovery stopping before abort of transaction 6, time 2026-11-21 11:06:00+00",
        "LOG:  last completed transaction was at log time 2026-11-21 11:05:00+00",
      ],
      /after 2026-11-21T11:05:00Z/,
    ],
  ])("is no proof if it is another: %j", (said, message) => {
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

  it("a place that the server's account cannot reach is refused, before anything is fetched", async () => {
    const scene = fresh();
    scene.scratch.closed = "/root";
    await expect(scene.perform(checkPrograms, CHECK)).rejects.toMatchObject({
      code: "does-not-fit",
      message: expect.stringContaining('"/root" is closed to it') as string,
    });
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
    scene.scratch.onStart = ["LOG:  archive recovery complete"];
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

describe("the name of a database", () => {
  it.each(["a\n\\! touch /tmp/obeyed", "host=evil", "postgresql://evil/a"])("is refused as %j", (name) => {
    expect(() => inDatabase(name, "SELECT 1;")).toThrow(/psql would read/u);
  });

  it("is quoted if it is a name alone", () => {
    expect(inDatabase('sh"op', "SELECT 1;")).toBe('\\connect "sh""op"\nSELECT 1;');
  });
});

describe("the load", () => {
  it("sends the dump as it lies there, and as nothing else", async () => {
    const scene = await dumped();
    await scene.perform(loadTables, await loadOf(scene));
    expect(scene.cell.sql.statements.filter((text) => text.includes("CREATE TABLE"))).toEqual([scene.scratch.text]);
  });

  it("of plain text, which an earlier version has dumped, is refused before anything is sent", async () => {
    const scene = await dumped();
    const request = { ...(await loadOf(scene)), path: `${PLACE}/out/dump.sql` };
    await expect(scene.perform(loadTables, request)).rejects.toMatchObject({
      code: "guard-refused",
      effect: "none",
      message: expect.stringContaining("is a dump as plain text, of an earlier version") as string,
    });
    expect(scene.context.records("loading")).toEqual([]);
  });

  it.each([
    ["9.6.7", 12],
    ["9.6.24", 13],
    ["9.2.24", 12],
    ["10.2", 12],
    ["10.3", 13],
    ["11.22", 13],
    ["15.18", 14],
    ["16.1", 15],
    ["17.0", 16],
    ["18.1", 16],
  ])("knows which format pg_dump and pg_restore %s have: 1.%i", (version, format) => {
    expect(formatOf(version)).toBe(format);
  });

  it("is left to be done by hand if the service's pg_restore does not read the dump, and said beforehand", async () => {
    const scene = await dumped();
    scene.cell.sql.restoring = "9.6.7";
    const checked = await scene.perform(checkLogin, { ...AS_APPLICATION, pg_dump: "9.6.24" });
    expect(checked).toMatchObject({ unread_by: "9.6.7" });
    await expect(scene.perform(loadTables, await loadOf(scene))).rejects.toMatchObject({
      code: "does-not-fit",
      effect: "none",
      remedy: expect.stringContaining("Load it with the printed command") as string,
    });
    expect(scene.context.records("loading")).toEqual([]);
    scene.cell.sql.restoring = "9.6.8";
    expect(await scene.perform(checkLogin, { ...AS_APPLICATION, pg_dump: "9.6.24" })).not.toHaveProperty("unread_by");
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
