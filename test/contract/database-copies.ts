/**
 * The promises that a copy of a database relies on: a copy that is marked when it is whole, a server on it that
 * answers, a dump that loads, and an original that stays as it was. Registered for the simulated engine and for a real
 * one.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CopyServer, DatabaseCopies, ServerPrograms } from "../../src/ports/database-copy.ts";

export interface CopiesFixture {
  readonly copies: DatabaseCopies;
  readonly programs: ServerPrograms;
  /** Of a volume with PostgreSQL of that release. */
  readonly path: string;
  readonly role: string;
  /** A database in it, a table of that, and how many rows it has. */
  readonly database: string;
  readonly table: string;
  readonly rows: number;
  /** Owner of the files in the copy. */
  readonly uid: number;
  /** Directory for dumps. */
  readonly out: string;
  /** Under other names: the file without its last byte, and a dump as text. */
  spoiled(file: string): Promise<{ readonly torn: string; readonly text: string }>;
  /** Everything of the original, with times. */
  original(): Promise<string>;
}

/** The beginning of one, and more bytes than the head of an archive has. */
export const TEXT_DUMP = `--\n-- PostgreSQL database dump\n--\n\n${"SELECT 1;\n".repeat(80)}`;
const RUN = "20261122-0000-cont";
const NAME = `dingo-recover-${RUN}-1`;
const FRESH = `${NAME}-proof`;
const LABELS = { "dingo-recover.run": RUN };

export function describeDatabaseCopies(title: string, open: () => Promise<CopiesFixture>): void {
  describe(`copies of databases ${title}`, () => {
    let fixture: CopiesFixture;
    let server: CopyServer;
    let before = "";
    beforeAll(async () => {
      fixture = await open();
      const { programs, role, uid } = fixture;
      server = { run: RUN, programs, volume: NAME, uid, role };
      before = await fixture.original();
    });
    afterAll(async () => {
      const { copies } = fixture;
      for (const name of [FRESH, NAME]) {
        await copies.end(name, RUN);
        await copies.removeVolume(name).catch(() => undefined);
      }
      expect(await fixture.original()).toBe(before);
    });

    const until = async (accepting: CopyServer): Promise<void> => {
      for (;;) {
        const standing = await fixture.copies.standing(accepting);
        if (standing === "accepting") return;
        if (standing === "ended") throw new Error((await fixture.copies.said(accepting)).join("\n"));
      }
    };
    const count = async (at: CopyServer, database: string): Promise<string | undefined> =>
      (await fixture.copies.sql(at, database, `SELECT E'\\x1e0', count(*), '' FROM ONLY "public"."${fixture.table}";`))
        .rows[0]?.[1];

    it("tells the release of the programs and that none is missing", async () => {
      const { copies, programs } = fixture;
      expect(await copies.programs(RUN, programs)).toMatchObject({
        postgres: expect.stringMatching(new RegExp(`^${programs.major}\\b`)) as string,
        libc: "glibc",
        missing: [],
      });
    });

    it("fills a volume of its own, and fills it once more from the beginning", async () => {
      const { copies, path } = fixture;
      await copies.makeVolume(NAME, LABELS);
      const order = { run: RUN, path, inside: "", to: NAME, isForServer: true };
      const filled = await copies.fill(order);
      expect(filled.files).toBeGreaterThan(5);
      expect(await copies.fill(order)).toEqual(filled);
    });

    it("starts a server on the copy, which answers and says what it refuses", async () => {
      const { copies, database, rows } = fixture;
      expect(await copies.isThere(NAME, RUN)).toBe(false);
      await copies.start(server);
      await until(server);
      expect(await copies.isThere(NAME, RUN)).toBe(true);
      expect(await copies.isThere(NAME, "another run")).toBe(false);
      expect(await count(server, database)).toBe(String(rows));
      await copies.end(NAME, "another run");
      expect(await copies.standing(server)).toBe("accepting");
    });

    it("dumps to a file, and reads back what it is", async () => {
      const { copies, database, out } = fixture;
      const file = `${out}/contract/database.dump`;
      expect(await copies.dumped(file)).toBeUndefined();
      const dumped = await copies.dump(server, { database, file });
      expect(dumped).toMatchObject({ path: file, sha256: expect.stringMatching(/^[0-9a-f]{64}$/u) as string });
      expect(await copies.dumped(file)).toEqual(dumped);
      expect(await copies.dump(server, { database, file })).toEqual({
        ...dumped,
        sha256: expect.any(String) as string,
      });
      await copies.dump(server, { database: "", file: `${out}/contract/roles.sql` });
    });

    it("loads a dump into a server without a row", async () => {
      const { copies, programs, role, uid, out, rows } = fixture;
      const fresh = { run: RUN, programs, volume: FRESH, uid, role };
      await copies.makeVolume(FRESH, LABELS);
      await copies.startFresh(fresh, NAME);
      await until(fresh);
      const file = `${out}/contract/database.dump`;
      expect(
        (await copies.sql(fresh, "postgres", "CREATE DATABASE proof TEMPLATE template0 ENCODING 'UTF8';")).failed,
      ).toEqual([]);
      expect(await copies.loadRoles(fresh, `${out}/contract/roles.sql`)).toEqual([]);
      expect(await copies.load(fresh, { database: "proof", file })).toEqual([]);
      expect(await count(fresh, "proof")).toBe(String(rows));
      expect(await copies.load(fresh, { database: "proof", file })).toEqual([
        expect.stringMatching(/^pg_restore: error: could not execute query: ERROR: .* already exists/u),
      ]);
      const { torn, text } = await fixture.spoiled(file);
      const into = { database: "empty" } as const;
      await copies.sql(fresh, "postgres", "CREATE DATABASE empty TEMPLATE template0 ENCODING 'UTF8';");
      expect(await copies.load(fresh, { ...into, file: text })).toEqual([
        "pg_restore: error: input file appears to be a text format dump. Please use psql.",
      ]);
      expect(await copies.load(fresh, { ...into, file: torn })).toEqual([
        "pg_restore: error: could not read from input file: end of file",
      ]);
      expect(await copies.loadRoles(fresh, text)).toEqual([
        expect.stringMatching(/^ERROR: {2}the file of the roles is cut$/u),
      ]);
      await expect(copies.load(fresh, { ...into, file: `${file}-gone` })).rejects.toMatchObject({
        code: "command-failed",
      });
      await expect(copies.loadRoles(fresh, `${file}-gone`)).rejects.toMatchObject({ code: "command-failed" });
    });

    it("ends its servers, removes its volumes, and does nothing if there are none", async () => {
      const { copies } = fixture;
      for (const name of [FRESH, NAME, NAME]) await copies.end(name, RUN);
      expect(await copies.standing(server)).toBe("ended");
      for (const name of [FRESH, NAME]) await copies.removeVolume(name);
      await expect(copies.removeVolume(NAME)).rejects.toMatchObject({ code: "command-failed" });
    });

    it("says that an original has gone", async () => {
      const { copies, path } = fixture;
      await copies.makeVolume(NAME, LABELS);
      const order = { run: RUN, path: `${path}-gone`, inside: "", to: NAME, isForServer: true };
      await expect(copies.fill(order)).rejects.toMatchObject({ code: "command-failed" });
    });
  });
}
