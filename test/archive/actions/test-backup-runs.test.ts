/** The shipped test of a backup on fakes, from beginning to end, killed at every journal append, and taken back. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/action.ts";
import { loadFile } from "../../../src/cli/process/shipped-runbooks.ts";
import { resumeRun, runRunbook, undoRun } from "../../../src/engine/run/run.ts";
import type { RunResult } from "../../../src/engine/state/options.ts";
import { RecoverError } from "../../../src/errors.ts";
import { MemoryJournal } from "../../../src/engine/journal/memory-journal.ts";
import { backupTestOf } from "../../../src/report/backup-test.ts";
import { formatLocation } from "../../../src/archive/names/location.ts";
import { OLD } from "../sample-archive.ts";
import { Bench } from "../../engine/fixture.ts";
import { type KillPoint, KillingJournal } from "../../engine/killing-journal.ts";
import { Scene } from "../../traps/scene.ts";

const RUN = "20261121-020000-test";
const ARCHIVE = formatLocation(OLD);
const MOST_PROCESSES = 10;
const HOWS = ["before", "torn", "after"] as const;
const QUERY = { sanity_query: "select count(*) from visits;", expect: "value > 50" };

/** A public-key encrypted session key packet (RFC 4880, 4.2 and 5.1). */
const OPENPGP = Buffer.from(`85010c03${"00".repeat(40)}`, "hex");

const runbook = (() => {
  const loaded = loadFile(join(import.meta.dirname, "../../../runbooks/test-backup.yml"));
  if ("diagnostics" in loaded) throw new Error(JSON.stringify(loaded.diagnostics));
  return loaded.runbook;
})();

function living(): Scene {
  const scene = new Scene().withOldArchive();
  scene.scratch.onStart = [
    "LOG:  last completed transaction was at log time 2026-11-21 11:04:10.5+00",
    "LOG:  archive recovery complete",
  ];
  return scene;
}

interface Carrying {
  readonly kills?: readonly KillPoint[];
  readonly inputs?: JsonObject;
}

const newJournal = (): MemoryJournal => new MemoryJournal({ run: RUN, now: () => new Date(0) });

async function carry(
  scene: Scene,
  journal: MemoryJournal,
  { kills = [], inputs = {} }: Carrying = {},
): Promise<RunResult> {
  for (let count = 0; count < MOST_PROCESSES; count += 1) {
    const killing = new KillingJournal(journal, kills[count]);
    killing.onDeath = () => {
      scene.scratch.toolIsDead = true;
    };
    const options = { ...new Bench(killing).options({ runbook, flags: { yes: true } }), ports: scene.context.ports };
    const began = journal.entries.length > 0;
    const given = { archive: ARCHIVE, ...QUERY, ...inputs };
    const result = await (began ? resumeRun(options) : runRunbook({ ...options, inputs: given }));
    scene.scratch.toolIsDead = false;
    const isEnded = journal.entries.at(-1)?.type === "run-ended";
    if (kills[count] === undefined || isEnded) return result;
  }
  throw new Error("it was killed too often");
}

const tested = async (scene: Scene, inputs: JsonObject = {}) => {
  const journal = newJournal();
  const result = await carry(scene, journal, { inputs });
  const test = backupTestOf(journal.entries);
  const codes = test?.found?.findings.filter(({ severity }) => severity === "serious").map(({ code }) => code);
  return { result, test, codes };
};

const NOTHING_LEFT = (scene: Scene): void => {
  expect(scene.scratch.places.size).toBe(0);
  expect(scene.scratch.standingNow).toBe("down");
  expect(scene.store.changes).toEqual([]);
};

describe("a test of a backup", () => {
  it("that is good ends with 0, leaves nothing and has asked Cloud Foundry for nothing", async () => {
    const scene = living();
    const { result, test } = await tested(scene, { max_age: "3650d" });
    expect(result).toMatchObject({ outcome: "succeeded", exitCode: 0 });
    expect(test).toMatchObject({ verdict: "good", archive: ARCHIVE, found: { rows: 1 } });
    expect(scene.scratch.changes.map((each) => each.split(" ")[0])).toEqual(["restore", "start", "remove"]);
    NOTHING_LEFT(scene);
  });

  describe("that is killed before the restore", () => {
    const resumed = async (free: (looks: number) => number) => {
      const whole = newJournal();
      await carry(living(), whole);
      const found = whole.entries.findIndex((entry) => entry.type === "step-succeeded" && entry.step === "machine");
      expect(found).toBeGreaterThan(0);
      const scene = living();
      let looks = 0;
      Object.defineProperty(scene.scratch, "free", { get: () => free((looks += 1)) });
      const journal = newJournal();
      const result = await carry(scene, journal, { kills: [{ at: found + 1, how: "after" }] });
      expect(looks).toBeGreaterThan(1);
      return { result, drift: journal.entries.filter((entry) => entry.type === "drift-found") };
    };

    it("goes on though other bytes are free by then", async () => {
      const { result, drift } = await resumed((looks) => 100_000_000_000 - looks * 3_000_000);
      expect(drift).toEqual([]);
      expect(result).toMatchObject({ outcome: "succeeded" });
    });

    it("asks if there is too little room by then", async () => {
      const { result, drift } = await resumed((looks) => (looks === 1 ? 100_000_000_000 : 1_000));
      expect(drift).toMatchObject([{ step: "machine", evidence: expect.stringContaining("are free") }]);
      expect(result).toMatchObject({ exitCode: 13, error: { code: "question-unanswered" } });
    });
  });

  it("that is killed at any append comes to the same end, and leaves nothing", async () => {
    const whole = newJournal();
    await carry(living(), whole, { inputs: { max_age: "3650d" } });
    const { length } = whole.entries;
    expect(length).toBeGreaterThan(15);
    for (let at = 2; at <= length; at += 1)
      for (const how of HOWS) {
        const scene = living();
        const journal = newJournal();
        const result = await carry(scene, journal, { kills: [{ at, how }], inputs: { max_age: "3650d" } });
        // Killed behind its last line, the process can say nothing of its end.
        if (at < length || how !== "after")
          expect([at, how, result.error?.message, result.exitCode]).toEqual([at, how, undefined, 0]);
        expect(backupTestOf(journal.entries)?.verdict).toBe("good");
        NOTHING_LEFT(scene);
      }
  });

  it("can be taken back, of which nothing is left to take", async () => {
    const scene = living();
    const journal = newJournal();
    await carry(scene, journal);
    const options = { ...new Bench(journal).options({ runbook, flags: { yes: true } }), ports: scene.context.ports };
    expect(await undoRun(options)).toMatchObject({ outcome: "undone", exitCode: 0 });
  });

  it("keeps the copy if it was asked to", async () => {
    const scene = living();
    expect((await tested(scene, { keep: true, max_age: "3650d" })).result.exitCode).toBe(0);
    expect(scene.scratch.places.size).toBe(1);
    expect(scene.scratch.standingNow).toBe("down");
  });
});

describe("two tests in one place", () => {
  const anothers = { state: "begun", evidence: "", copy: { run: "another", archive: "", time: "", base: "" } } as const;

  it("leave it to whoever was first: the other one could not test, and takes nothing away", async () => {
    const scene = living();
    const { scratch } = scene;
    const restore = scratch.restore.bind(scratch);
    scratch.restore = async (order) => {
      scratch.places.set(order.place, anothers);
      return await restore(order);
    };
    const { result, test } = await tested(scene, { max_age: "3650d" });
    expect([result.outcome, result.error?.code, result.exitCode]).toEqual(["failed", "could-not-test", 15]);
    expect(test?.verdict).toBe("untested");
    expect([...scratch.places.values()]).toEqual([anothers]);
    expect(scratch.changes).toEqual([]);
  });

  it("one after the other are both good, though the second begins the moment that the first has gone", async () => {
    const scene = living();
    const { scratch } = scene;
    const remove = scratch.remove.bind(scratch);
    scratch.remove = async (place, run) => {
      await remove(place, run);
      scratch.places.set(place, anothers);
    };
    const { result, test } = await tested(scene, { max_age: "3650d" });
    expect([result.exitCode, test?.verdict]).toEqual([0, "good"]);
    expect([...scratch.places.values()]).toEqual([anothers]);
  });
});

describe("a backup that is bad", () => {
  it.each<readonly [string, (scene: Scene) => void, JsonObject, string]>([
    ["is too old", () => undefined, { max_age: "1s" }, "base-too-old"],
    ["has WAL that is too old", () => undefined, { max_recovery_point_age: "1s" }, "recovery-point-too-old"],
    [
      "has a gap",
      (scene) => void scene.store.bucket(OLD.bucket).delete(`${OLD.prefix}/wal_005/000000010000000000000004.lzo`),
      {},
      "wal-gap",
    ],
    [
      "ends before a damaged segment",
      (scene) => void (scene.scratch.found = { damaged: "00…5: it is cut" }),
      {},
      "segment-damaged",
    ],
    [
      "ends inside a segment that others follow",
      (scene) => void (scene.scratch.found = { cut: "00…4, at 0/4000100" }),
      {},
      "wal-gap",
    ],
    [
      "comes back along another branch, because its own ends early",
      (scene) => void (scene.scratch.found = { instead: "the way to timeline 5 was left: a segment cannot be used" }),
      {},
      "wal-gap",
    ],
    [
      "comes back with fewer transactions",
      (scene) => void (scene.scratch.found = { lastTransaction: "2026-11-21T11:05:00.000000Z" }),
      {},
      "recovered-less",
    ],
    [
      "answers with nothing",
      (scene) => void (scene.scratch.onCopy = () => [["0"]]),
      { expect: "" },
      "expectation-failed",
    ],
    ["answers with NULL", (scene) => void (scene.scratch.onCopy = () => [["\\N"]]), {}, "expectation-failed"],
    [
      "lacks a table",
      (scene) =>
        void (scene.scratch.onCopy = () =>
          refuse('psql ended with exit code 3: ERROR:  relation "visits" does not exist')),
      {},
      "query-failed",
    ],
    ["is in clear where that counts", () => undefined, { serious: ["in-clear"] }, "in-clear"],
    ["has no second copy", () => undefined, { secondary: "s3://our-postgresql-backups/second" }, "secondary-differs"],
  ])("because it %s, ends with 21 and says so", async (_why, damage, inputs, code) => {
    const scene = living();
    damage(scene);
    const { result, test, codes } = await tested(scene, { max_age: "3650d", ...inputs });
    expect(result.error?.message).toBeUndefined();
    expect(codes).toContain(code);
    expect([test?.verdict, result.exitCode]).toEqual(["bad", 21]);
    NOTHING_LEFT(scene);
  });

  it("because nothing can be restored, ends with 21 before anything is made", async () => {
    const scene = living();
    for (const key of [...scene.store.bucket(OLD.bucket).keys()])
      if (key.includes("sentinel")) scene.store.bucket(OLD.bucket).delete(key);
    const { result, test } = await tested(scene);
    expect(result.error?.message).toBeUndefined();
    expect([test?.verdict, result.exitCode]).toEqual(["bad", 21]);
    expect(scene.scratch.changes).toEqual([]);
  });

  it("names the hour that Dingo's nightly base backup never comes at", async () => {
    const scene = living();
    const { test } = await tested(scene, { max_age: "1s" });
    const cause = test?.found?.findings.find(({ code }) => code === "base-too-old")?.cause ?? "";
    expect(cause).toMatch(/WAL stopped coming/);
    const alive = await tested(living(), { max_age: "9h30m" });
    const why = alive.test?.found?.findings.find(({ code }) => code === "base-too-old")?.cause ?? "";
    expect(why).toMatch(/01, with BACKUP_HOUR, 1/);
  });
});

describe("a backup that could not be tested", () => {
  it.each<readonly [string, (scene: Scene) => void, JsonObject, string]>([
    [
      "the client that asks was killed",
      (scene) => void (scene.scratch.onCopy = () => refuse("psql ended with exit code 137: ")),
      {},
      "could-not-test",
    ],
    ["the disk is full", (scene) => void (scene.scratch.free = 1), {}, "could-not-test"],
    [
      "PostgreSQL is of another release",
      (scene) => void (scene.scratch.versions = { postgres: "13.1", pgDump: "15.1" }),
      {},
      "could-not-test",
    ],
    [
      "the store refuses to be asked",
      (scene) => void scene.store.refusals.set("time", "access-denied"),
      {},
      "access-denied",
    ],
    [
      "it is encrypted",
      (scene) => scene.store.seed(OLD.bucket, `${OLD.prefix}/wal_005/000000010000000000000006.lzo`, OPENPGP),
      {},
      "could-not-test",
    ],
    [
      "the query is none",
      (scene) => void (scene.scratch.onCopy = () => refuse('ERROR:  syntax error at or near "selekt"')),
      {},
      "could-not-test",
    ],
    ["the expectation has no meaning", (scene) => void (scene.scratch.onCopy = () => [["text"]]), {}, "could-not-test"],
  ])("because %s, ends with 15 and no verdict", async (_why, damage, inputs, code) => {
    const scene = living();
    damage(scene);
    const { result, test } = await tested(scene, { max_age: "3650d", ...inputs });
    expect([result.error?.code, result.exitCode, test?.verdict]).toEqual([code, 15, "untested"]);
    NOTHING_LEFT(scene);
  });
});

describe("the sandbox of a test", () => {
  it("stands in the journal and on the screen, also if a person does without", async () => {
    const scene = living();
    scene.scratch.onSandbox = () => "no sandbox (the configuration says `sandbox: unsandboxed`)";
    const journal = newJournal();
    await carry(scene, journal, { inputs: { max_age: "3650d" } });
    const looked = journal.entries.find((entry) => entry.type === "step-succeeded" && entry.step === "machine");
    expect(JSON.stringify(looked)).toMatch(/"sandbox":"no sandbox \(the configuration says/);
    expect(JSON.stringify(looked)).toMatch(/as nobody, in no sandbox \(the configuration says/);
  });

  it("is refused with 16 if there is none, before anything is fetched or made", async () => {
    const scene = living();
    const none = new RecoverError("no-sandbox", "there is none", { remedy: "Install it.", effect: "none" });
    scene.scratch.onSandbox = () => {
      throw none;
    };
    const { result, test } = await tested(scene, { max_age: "3650d" });
    expect([result.error?.code, result.exitCode, test?.verdict]).toEqual(["no-sandbox", 16, "untested"]);
    expect(scene.scratch.changes).toEqual([]);
    NOTHING_LEFT(scene);
  });
});

function refuse(message: string): never {
  throw new RecoverError("command-failed", message, { remedy: "Look.", effect: "none" });
}
