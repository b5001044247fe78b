/** The contract of a throw-away PostgreSQL on this machine behind the port, with any implementation. */
import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/kit/clock/system-clock.ts";
import { waitFor } from "../../src/kit/wait.ts";
import type { RestoreOrder, ScratchDatabases, Standing } from "../../src/ports/scratch-database.ts";

export interface ScratchFixture {
  /** As another process would have it: it knows only the files. */
  open(): ScratchDatabases;
  /** A path at which nothing is, the same each time. */
  readonly place: string;
  /** Directory with the programs. */
  readonly programs: string;
  /** A copy up to `time`, after which something was committed. */
  readonly copy: Pick<RestoreOrder, "archive" | "time" | "base">;
  /** A table of it. */
  readonly table: { readonly schema: string; readonly table: string; readonly rows: number };
  close(): Promise<void>;
}

const RUN = "20261121-030000-aaaa";
const ANOTHER = "20261121-030000-bbbb";
const LONG = 600_000;

/** Its cases are one life of one copy, in their order. */
export function scratchDatabaseContract(name: string, start: () => Promise<ScratchFixture>): void {
  describe(`scratch database contract: ${name}`, () => {
    let made: ScratchFixture;
    const scratch = (): ScratchDatabases => made.open();
    const server = () => ({ place: made.place, programs: made.programs });
    const count = ({ schema, table } = made.table) =>
      scratch().sql(server(), "postgres", `SELECT count(*) FROM "${schema}"."${table}";`);
    const order = (run = RUN): RestoreOrder => ({
      ...{ ...made.copy, run, place: made.place, signal: new AbortController().signal },
      progress: () => undefined,
    });
    const comesTo = async (wanted: Standing): Promise<void> => {
      const waiter = {
        signal: new AbortController().signal,
        progress: () => undefined,
        ports: { clock: systemClock() },
      };
      await waitFor(waiter, {
        deadlineMs: LONG,
        pollMs: 50,
        look: async () => {
          const now = await scratch().standing(server());
          return now === wanted ? { found: now } : { instead: now };
        },
        late: (now) => new Error(`it is ${now}, not ${wanted}`) as never,
      });
    };
    const saidOf = async (text: string): Promise<number> =>
      (await scratch().said(made.place)).filter((line) => line.includes(text)).length;

    beforeAll(async () => {
      made = await start();
    }, LONG);
    afterAll(() => made.close());

    it("tells its programs, with their versions and where they are", async () => {
      const found = await scratch().programs(made.programs);
      expect(found.postgres).toMatch(/^\d+(\.\d+)+$/);
      expect(found.pgDump).toMatch(/^\d+(\.\d+)+$/);
      for (const path of [found.postgresPath, found.pgDumpPath, found.psqlPath]) expect(path).toMatch(/^\//);
      expect(found.account).not.toBe("root");
      expect(await scratch().freeBytes(made.place)).toBeGreaterThan(0);
      expect(await scratch().closedAbove(made.place)).toBeUndefined();
    });

    it("has nothing in a place that is not there: no copy, no server, no dump, nothing said", async () => {
      expect(await scratch().look(made.place, RUN)).toEqual({ state: "absent" });
      expect(await scratch().standing(server())).toBe("down");
      expect(await scratch().dumped(made.place)).toBeUndefined();
      expect(await scratch().said(made.place)).toEqual([]);
      await scratch().stop(server(), "fast");
    });

    it(
      "restores a copy that belongs to its run, and keeps a whole one",
      async () => {
        const restored = await scratch().restore(order());
        expect(restored.systemId).toMatch(/^\d+$/);
        const { archive, time, base } = made.copy;
        const copy = { run: RUN, archive, time, base };
        expect(await scratch().look(made.place, RUN)).toEqual({ state: "restored", copy, restored });
        expect(await scratch().restore(order())).toEqual(restored);
      },
      LONG,
    );

    it("gives nothing of it to another run", async () => {
      expect(await scratch().look(made.place, ANOTHER)).toMatchObject({ state: "foreign", owner: RUN });
      await expect(scratch().restore(order(ANOTHER))).rejects.toMatchObject({ code: "guard-refused" });
      await expect(scratch().remove(made.place, ANOTHER)).rejects.toMatchObject({ code: "guard-refused" });
      expect(await scratch().look(made.place, RUN)).toMatchObject({ state: "restored" });
    });

    it("asks nobody before a server is started", async () => {
      await expect(count()).rejects.toMatchObject({ code: "command-failed" });
      await expect(scratch().dump(server(), { database: "postgres", tables: [made.table] })).rejects.toMatchObject({
        code: "command-failed",
      });
    });

    it(
      "recovers up to the time, and says where it stopped",
      async () => {
        await scratch().start(server());
        await comesTo("accepting");
        expect(await saidOf("recovery stopping before commit of transaction")).toBe(1);
        expect(await saidOf("last completed transaction was at log time")).toBe(1);
        expect(await saidOf("archive recovery complete")).toBe(1);
      },
      LONG,
    );

    it("is found by whoever comes later, and not started again", async () => {
      await scratch().start(server());
      expect(await scratch().standing(server())).toBe("accepting");
      expect(await count()).toEqual([[String(made.table.rows)]]);
    });

    it("lists its tables, and refuses what is not there", async () => {
      const { schema, table } = made.table;
      const listed = await scratch().sql(
        server(),
        "postgres",
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2;",
      );
      expect(listed).toContainEqual([schema, table]);
      await expect(count({ schema, table: "nowhere", rows: 0 })).rejects.toMatchObject({ code: "command-failed" });
      await expect(scratch().sql(server(), "nowhere", "SELECT 1;")).rejects.toMatchObject({ code: "command-failed" });
    });

    it("dumps a table into a file that is known by its content", async () => {
      const file = await scratch().dump(server(), { database: "postgres", tables: [made.table] });
      const archive = await scratch().readDump(made.place);
      const text = Buffer.from(archive).toString("latin1");
      expect(text.startsWith("PGDMP")).toBe(true);
      expect(text).toMatch(new RegExp(`CREATE TABLE \\S*${made.table.table}`));
      expect(file.sha256).toBe(createHash("sha256").update(archive).digest("hex"));
      expect(file.bytes).toBe(archive.length);
      expect(await scratch().dumped(made.place)).toEqual(file);
      const tables = [{ schema: "public", table: "nowhere" }];
      await expect(scratch().dump(server(), { database: "postgres", tables })).rejects.toMatchObject({
        code: "command-failed",
      });
      const again = await scratch().dump(server(), { database: "postgres", tables: [made.table] });
      // The time of its making stands in it.
      expect(again.bytes).toBe(file.bytes);
    });

    it(
      "has lost nothing if it was stopped at once, and does not recover again",
      async () => {
        await scratch().stop(server(), "at-once");
        await comesTo("down");
        await scratch().start(server());
        await comesTo("accepting");
        expect(await count()).toEqual([[String(made.table.rows)]]);
        expect(await saidOf("recovery stopping before commit of transaction")).toBe(1);
      },
      LONG,
    );

    it(
      "is down when it was stopped, and what it has said can still be read",
      async () => {
        await scratch().stop(server(), "fast");
        await comesTo("down");
        expect(await saidOf("archive recovery complete")).toBe(1);
        await scratch().stop(server(), "fast");
        await expect(count()).rejects.toMatchObject({ code: "command-failed" });
      },
      LONG,
    );

    it("takes another name, under which nothing may be", async () => {
      const aside = `${made.place}.aside`;
      await scratch().moveAside(made.place, aside);
      expect(await scratch().look(made.place, RUN)).toEqual({ state: "absent" });
      expect(await scratch().look(aside, RUN)).toMatchObject({ state: "restored" });
      await expect(scratch().moveAside(aside, aside)).rejects.toMatchObject({ code: "guard-refused" });
      await scratch().moveAside(aside, made.place);
    });

    it("is deleted for good by its own run, and again if nothing is", async () => {
      await scratch().remove(made.place, RUN);
      expect(await scratch().look(made.place, RUN)).toEqual({ state: "absent" });
      await scratch().remove(made.place, RUN);
    });
  });
}
