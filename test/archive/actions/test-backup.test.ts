/** The grounds of a backup test's verdict: protection, expectations, the words of a server. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { archiveAges, copiedAge } from "../../../src/archive/actions/backup/ages.ts";
import { conclude, conclusion } from "../../../src/archive/actions/backup/conclude.ts";
import { finding, findingText } from "../../../src/archive/actions/backup/finding.ts";
import { keptText, lookAtRights } from "../../../src/archive/actions/backup/look-at-rights.ts";
import { expectationOf, returnedOf } from "../../../src/archive/actions/backup/expectation.ts";
import { requireOneSelect } from "../../../src/archive/actions/backup/find-archive.ts";
import type { Protection } from "../../../src/ports/object-store.ts";
import { checkPages, type ReadingDepth, readRows } from "../../../src/archive/actions/backup/read-rows.ts";
import { RecoverError } from "../../../src/errors.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import { Scene } from "../../traps/scene.ts";
import { isOfTheMachine, lastWords } from "../../../src/archive/actions/backup/server-words.ts";

describe("what a bucket keeps of what is deleted", () => {
  const off: Protection = { versioning: "off", mfaDelete: false, lock: "none" };

  it.each<readonly [string, Partial<Protection>, RegExp]>([
    ["nothing", {}, /what is deleted is gone/],
    ["nothing any more", { versioning: "suspended" }, /has stopped to keep/],
    ["versions", { versioning: "on" }, /who may delete versions takes them away too/],
    ["versions, by a second device", { versioning: "on", mfaDelete: true }, /only a code of a second device/],
    [
      "versions, by a lock",
      { versioning: "on", lock: { mode: "COMPLIANCE", days: 30 } },
      /nobody takes a version away within 30 days/,
    ],
    [
      "versions, by a lock that some pass by",
      { versioning: "on", lock: { mode: "GOVERNANCE", days: 30 } },
      /only who may pass by the lock takes a version away/,
    ],
    ["versions, with a lock for single objects", { versioning: "on", lock: "no-default" }, /takes them away too/],
    ["what nobody may look at", { versioning: "not-known", lock: "not-known" }, /is not known/],
  ])("%s", (_what, given, says) => {
    const protection = { ...off, ...given };
    expect(keptText(protection)).toMatch(says);
  });
});

const found = z.object({ why: z.string(), findings: z.array(finding) });

describe("the right to delete", () => {
  it.each([
    ["", "these keys", "arn:aws:iam::ACCOUNT:user/NAME"],
    ["arn:aws-cn:iam::123456789012:role/pusher", "the keys of arn:aws-cn", "arn:aws-cn:iam::123456789012:role/pusher"],
  ])("of %j is not known and not tried, and the line asks AWS for it", async (pushed_by, subject, arn) => {
    const scene = new Scene();
    scene.store.seed("our-backups", "shop/wal_005/1", "x");
    const input = lookAtRights.input.parse({ archive: "s3://our-backups/shop", pushed_by });
    const { findings, why } = found.parse(await lookAtRights.run(scene.context, input));
    expect(scene.store.changes).toEqual([]);
    expect(why).toContain(subject);
    expect(findings).toMatchObject([{ severity: "note", code: "deletion-not-known" }]);
    expect(findings[0]?.message).toContain("what is deleted is gone");
    expect(findings[0]?.cause).toContain(
      `simulate-principal-policy --policy-source-arn ${arn} --action-names s3:DeleteObject`,
    );
    const [text = "", ...lines] = findings.map(findingText).join("").split("\n");
    expect(text).toMatch(/these lines: \(deletion-not-known\)$/u);
    expect(lines).toEqual([
      expect.stringMatching(/^ {2}\$ aws .*'arn:aws(?:-cn)?:s3:::our-backups\/shop\/\*'$/u),
      expect.stringMatching(/^ {2}\$ aws .* arn:aws(?:-cn)?:s3:::our-backups$/u),
    ]);
  });
});

describe("the rows of a restored copy", () => {
  type Answer = (database: string, sql: string) => readonly (readonly string[])[];
  const read = async (answer: Answer, depth: ReadingDepth = "rows", left = 5000) => {
    const asked: string[] = [];
    const sql = (_server: unknown, database: string, text: string) => {
      asked.push(`${database}: ${text.split("\n")[0] ?? ""}`);
      return Promise.resolve(answer(database, text));
    };
    const dumpNowhere = (_server: unknown, database: string) => {
      asked.push(`${database}: pg_dump`);
      return database === "till" ? failed("pg_dump: error: missing chunk") : Promise.resolve();
    };
    const ports = { scratch: { sql, dumpNowhere } } as unknown as Ports;
    const keeper = { ports, signal: new AbortController().signal, progress: () => undefined, beforeEffect: undefined };
    const server = { place: "/x", programs: "/bin" };
    const reading = { server, database: "shop", depth, left: () => left };
    return { findings: await readRows(keeper as never, reading), asked };
  };
  const failed = (message: string): never => {
    throw new RecoverError("command-failed", message, { remedy: "Look.", effect: "none" });
  };
  const databases = (text: string): readonly (readonly string[])[] | undefined =>
    text.startsWith("SELECT datname") ? [["shop"], ["till"]] : undefined;

  it("are read in every database, and each table that cannot be is named", async () => {
    const { findings, asked } = await read(
      (database, text) =>
        databases(text) ?? (database === "till" ? [] : [["public.orders", "invalid page in block 50"]]),
    );
    expect(asked.slice(1)).toEqual(["shop: SET statement_timeout = 5000;", "till: SET statement_timeout = 5000;"]);
    expect(findings).toMatchObject([
      {
        severity: "serious",
        code: "rows-unreadable",
        message: 'not every row of public.orders of "shop" can be read: invalid page in block 50',
      },
    ]);
  });

  it("are read with all that a dump reads, and with their indexes, if all is wanted", async () => {
    const { findings, asked } = await read((database, text) => {
      if (text.includes("pg_available_extensions")) return database === "shop" ? [["1"]] : [];
      if (!text.includes("bt_index_check")) return databases(text) ?? [];
      return [
        ["public.orders_pkey", "lacks a tuple", "f"],
        ["public.by_name", "out of order", "t"],
      ];
    }, "all");
    expect(asked.filter((each) => each.endsWith("pg_dump"))).toHaveLength(2);
    expect(findings).toMatchObject([
      { severity: "serious", code: "indexes-unreadable", message: expect.stringContaining("orders_pkey") as string },
      { severity: "warning", code: "indexes-unreadable", cause: expect.stringContaining("sorts text") as string },
      { severity: "serious", code: "dump-unreadable", message: expect.stringContaining("missing chunk") as string },
      { severity: "note", code: "indexes-not-read" },
    ]);
  });

  it("are said to be unread if no time is left for them", async () => {
    const { findings, asked } = await read((_, text) => databases(text) ?? [], "rows", 0);
    expect(asked).toHaveLength(1);
    expect(findings).toMatchObject([{ code: "rows-not-read" }, { code: "rows-not-read" }]);
  });

  it("are not called bad if the time ran out, and are if the server fell over them", async () => {
    const { findings } = await read((database, text) => {
      const names = databases(text);
      if (names !== undefined) return names;
      return failed(
        database === "shop" ? "ERROR:  canceling statement due to statement timeout" : "server closed the connection",
      );
    });
    expect(findings).toMatchObject([
      { severity: "warning", code: "rows-not-read" },
      { severity: "serious", code: "rows-unreadable" },
    ]);
  });
});

describe("the pages of a restored copy", () => {
  const check = async (isSummed: boolean, unfitPages: () => Promise<readonly string[]>, left = 5000) => {
    const ports = { scratch: { unfitPages } } as unknown as Ports;
    const keeper = { ports, signal: new AbortController().signal, progress: () => undefined, beforeEffect: undefined };
    return await checkPages(keeper as never, { server: { place: "/x", programs: "" }, left: () => left }, isSummed);
  };
  const refused = (code: "unreachable" | "program-missing" | "command-failed") => async (): Promise<never> => {
    throw new RecoverError(code, "it said no", { remedy: "Look.", effect: "none" });
  };

  it("are bad if a sum does not fit, and said to be unread if nobody could look", async () => {
    expect(await check(true, () => Promise.resolve([]))).toEqual([]);
    expect(await check(true, () => Promise.resolve(["block 5 does not fit"]))).toMatchObject([
      { severity: "serious", code: "pages-unreadable", message: "block 5 does not fit" },
    ]);
    expect(await check(false, refused("command-failed"))).toMatchObject([{ severity: "note", code: "pages-not-read" }]);
    for (const code of ["unreachable", "program-missing", "command-failed"] as const)
      expect(await check(true, refused(code))).toMatchObject([{ severity: "warning", code: "pages-not-read" }]);
    expect(await check(true, () => Promise.resolve([]), 0)).toMatchObject([{ severity: "warning" }]);
  });
});

describe("the age of what a backup brings back", () => {
  const [stored, time] = ["2026-11-24T03:50:11.000Z", "2026-11-24T03:50:31.000Z"];
  const ages = (late: number) =>
    archiveAges.parse({
      ...{ store_time: time, base_age_seconds: 300, recovery_point_age_seconds: 20, base_stored_late_seconds: late },
    });

  it("is told by the last transaction if all of it was stored anew, and else by the store", () => {
    const [threeMinutes, just] = ["2026-11-24T03:47:31.123456Z", stored];
    expect(copiedAge(ages(280), threeMinutes)).toBe(180);
    // The base backup was stored as it ended: the database was idle.
    expect(copiedAge(ages(2), threeMinutes)).toBeUndefined();
    expect(copiedAge(ages(280), just)).toBeUndefined();
    expect(copiedAge(ages(280), "")).toBeUndefined();
  });

  const concluded = async (late: number, limit: string): Promise<readonly string[]> => {
    const scene = new Scene();
    const known = { ...ages(late), base: "b", postgres_version: "15", recovery_point: stored, expanded_bytes: 1 };
    const outputs: Readonly<Record<string, unknown>> = {
      "backup.judge": { ...known, fetched_bytes: 1, findings: [] },
      "backup.restore-test": { last_transaction: "2026-11-24T03:47:31.123456Z", findings: [] },
    };
    const context = Object.assign(Object.create(scene.context) as typeof scene.context, {
      journaled: (action: string) => (outputs[action] === undefined ? [] : [{ output: outputs[action] }]),
    });
    const input = conclude.input.parse({ archive: "s3://b/p", serious: [], max_recovery_point_age: limit });
    const { verdict, recovery_point, findings } = conclusion.parse(await conclude.run(context, input));
    return [verdict, recovery_point, ...findings.map(({ code, message }) => `${code}: ${message}`)];
  };

  it("makes a copied archive bad that is older than it may be", async () => {
    const old = "recovery-point-too-old: the last transaction is 3 min old, more than 60s";
    expect(await concluded(280, "60s")).toEqual(["bad", "2026-11-24T03:47:31.123456Z", old]);
    expect(await concluded(280, "")).toEqual(["good", "2026-11-24T03:47:31.123456Z"]);
    expect(await concluded(0, "60s")).toEqual(["good", stored]);
  });
});

describe("an expectation", () => {
  const one = (value: string) => returnedOf([[value]]);

  it("of nothing in particular wants a row that is no single 0: a count of an empty table is a row", () => {
    const { holds } = expectationOf("");
    expect([one("0"), one("f"), one("\\N"), one(""), returnedOf([])].map(holds)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect([one("6"), one("text"), returnedOf([["0"], ["0"]])].map(holds)).toEqual([true, true, true]);
  });

  it("is an expression over rows and value", () => {
    expect(expectationOf("rows > 0").holds(one("0"))).toBe(true);
    expect(expectationOf("value >= 1000").holds(one("999.5"))).toBe(false);
    expect(expectationOf('value == "x"').holds(one("x"))).toBe(true);
    expect(expectationOf("value > 0").holds(one("\\N"))).toBe(false);
  });

  it("that cannot be used is refused before anything is restored, and one without meaning is no verdict", () => {
    for (const text of ["rows >", "row > 0", "rows", "${{ rows }}"])
      expect(() => expectationOf(text)).toThrow(/cannot be used/);
    expect(() => expectationOf("value > 0").holds(one("text"))).toThrow(/has no meaning for "text"/);
  });
});

describe("the query of a test", () => {
  it.each(["", "select count(*) from t", "select ')(' as \"a(b\" from f(1)", "with x as (select 1) table x;"])(
    "may be %j",
    (query) => {
      expect(() => requireOneSelect(query)).not.toThrow();
    },
  );

  it.each([
    "select 1) to program 'touch /tmp/x' with (format text",
    "select 1) to stdout (",
    "select (1",
    "select 1 \\! touch /tmp/x",
    "select 1\n\\! touch /tmp/x",
    "select 1; drop table t",
    "copy t to program 'touch /tmp/x'",
    "selekt 1",
  ])("is refused before anything is looked at if it is %j", (query) => {
    expect(() => requireOneSelect(query)).toThrow(expect.objectContaining({ code: "input-invalid", effect: "none" }));
  });
});

describe("the words of a server that ended", () => {
  it.each([
    'FATAL:  could not write to file "pg_wal/xlogtemp.7": No space left on device',
    "FATAL:  could not map anonymous shared memory: Cannot allocate memory",
    'FATAL:  could not access file "$libdir/timescaledb": No such file or directory',
    "FATAL:  database files are incompatible with server",
    // musl's words, as images on Alpine have them.
    'PANIC:  could not write to file "pg_wal/xlogtemp.30": Quota exceeded',
  ])("are about the machine: %s", (words) => {
    expect(isOfTheMachine(["LOG:  starting", words])).toBe(true);
  });

  it.each([
    "FATAL:  WAL ends before end of online backup",
    "PANIC:  could not locate a valid checkpoint record",
    "FATAL:  requested timeline 3 is not a child of this server's history",
    'FATAL:  could not open file "base/1/2": No such file or directory',
  ])("are about the backup: %s", (words) => {
    expect(isOfTheMachine(["LOG:  starting", words])).toBe(false);
    expect(lastWords([words, "LOG:  database system is shut down"])).toBe(words);
  });
});
