/** Scratch databases in memory: one copy for each place, and one server for all of them. */
import { createHash } from "node:crypto";
import { type ErrorCode, RecoverError } from "../../src/errors.ts";
import type {
  DumpOrder,
  RestoredCopy,
  RestoreOrder,
  ScratchDatabases,
  ScratchFile,
  ScratchPrograms,
  ScratchServer,
  ScratchState,
  Standing,
} from "../../src/ports/scratch-database.ts";

type Rows = readonly (readonly string[])[];

export const STOP_LINES = [
  "LOG:  recovery stopping before commit of transaction 600, time 2026-11-21 11:05:00.25+00",
  "LOG:  last completed transaction was at log time 2026-11-21 11:04:10.5+00",
  "LOG:  archive recovery complete",
];

function refused(code: ErrorCode, message: string): RecoverError {
  return new RecoverError(code, message, { remedy: "Look.", effect: "none" });
}

export class FakeScratch implements ScratchDatabases {
  readonly places = new Map<string, ScratchState>();
  /** Every change, in order. */
  readonly changes: string[] = [];
  readonly lines: string[] = [];
  /** The lines of the next start. */
  onStart: readonly string[] = STOP_LINES;
  standingNow: Standing = "down";
  /** Who was killed stops no server. */
  toolIsDead = false;
  /** Tables of the copy with their rows, as "schema.table". */
  readonly tables = new Map<string, number>([["public.visits", 60]]);
  /** The rows of a query that is asked by COPY, as its lines; an error if it throws. */
  onCopy: () => Rows = () => [["60"]];
  /** The facts that a restore finds about the copy, beside those that always hold. */
  found: Partial<RestoredCopy> = {};
  readonly databases = new Set<string>(["postgres"]);
  readonly schemas = new Set<string>(["public"]);
  text: string | undefined;
  versions: Pick<ScratchPrograms, "postgres" | "pgDump"> = { postgres: "9.6.24", pgDump: "15.14" };
  free = 100_000_000_000;
  /** A directory that the server's account cannot pass. */
  closed: string | undefined;
  /** The sandbox of servers; an error if it throws. */
  onSandbox: () => string = () => "bubblewrap 0.8.0";

  placeOf(run: string): string {
    return `/var/tmp/dingo-recover-${run}`;
  }

  async programs(directory: string): Promise<ScratchPrograms> {
    const path = (name: string): string => `${directory || "/usr/bin"}/${name}`;
    return {
      ...this.versions,
      ...{ postgresPath: path("postgres"), pgDumpPath: path("pg_dump"), psqlPath: path("psql"), account: "nobody" },
      sandbox: this.onSandbox(),
    };
  }

  async closedAbove(): Promise<string | undefined> {
    return this.closed;
  }

  async freeBytes(): Promise<number> {
    return this.free;
  }

  async look(place: string, run: string): Promise<ScratchState> {
    const found = this.places.get(place) ?? { state: "absent" };
    if (!("copy" in found) || found.copy.run === run) return found;
    return { state: "foreign", owner: found.copy.run, evidence: `it belongs to run ${found.copy.run}` };
  }

  async restore({ place, run, archive, time, base }: RestoreOrder): Promise<RestoredCopy> {
    const found = await this.look(place, run);
    if (found.state === "foreign") throw refused("guard-refused", found.evidence);
    if (found.state === "restored") return found.restored;
    this.changes.push(`restore ${place}`);
    const restored = { systemId: "1", version: "9.6", lastTransaction: "2026-11-21T11:04:10.500000Z", ...this.found };
    this.places.set(place, { state: "restored", copy: { run, archive, time, base }, restored });
    return restored;
  }

  async start(): Promise<void> {
    if (this.standingNow !== "down") return;
    this.changes.push("start");
    // A copy is recovered once.
    if (!this.lines.some((line) => line.includes("LOG:  archive recovery complete"))) this.lines.push(...this.onStart);
    this.standingNow = "accepting";
  }

  async standing(): Promise<Standing> {
    return this.standingNow;
  }

  async stop(): Promise<void> {
    if (!this.toolIsDead) this.standingNow = "down";
  }

  async said(): Promise<readonly string[]> {
    return this.lines;
  }

  async sql(_server: ScratchServer, database: string, sql: string): Promise<Rows> {
    if (this.standingNow !== "accepting") throw refused("command-failed", "nobody is there");
    if (!this.databases.has(database)) throw refused("command-failed", `there is no database "${database}"`);
    if (sql.includes("COPY (")) return this.onCopy();
    if (sql.includes("FROM pg_tables")) return [...this.tables.keys()].map((name) => name.split("."));
    const [, schema = "", table = ""] = /count\(\*\) FROM "(\w+)"\."(\w+)"/.exec(sql) ?? [];
    if (table !== "") return [[String(this.#rowsOf(`${schema}.${table}`))]];
    const named = /nspname = '(\w+)'/.exec(sql)?.[1];
    if (named !== undefined) return this.schemas.has(named) ? [["1"]] : [];
    for (const [, from = "", name = "", to = ""] of sql.matchAll(/TABLE "(\w+)"\."(\w+)" SET SCHEMA "(\w+)"/g)) {
      this.schemas.add(to);
      this.tables.set(`${to}.${name}`, this.tables.get(`${from}.${name}`) ?? 0);
      this.tables.delete(`${from}.${name}`);
    }
    return [];
  }

  async dump({ place }: ScratchServer, { tables }: DumpOrder): Promise<ScratchFile> {
    if (this.standingNow !== "accepting") throw refused("command-failed", "nobody is there");
    this.text = `PGDMP\u0001\r${tables
      .map(
        ({ schema, table }) =>
          `CREATE TABLE ${schema}.${table} (n integer);\n-- ${this.#rowsOf(`${schema}.${table}`)} rows\n`,
      )
      .join("")}`;
    return await this.#file(place);
  }

  async dumpNowhere(): Promise<void> {
    if (this.standingNow !== "accepting") throw refused("command-failed", "nobody is there");
  }

  async unfitPages(): Promise<readonly string[]> {
    return [];
  }

  async dumped(place: string): Promise<ScratchFile | undefined> {
    return this.text === undefined ? undefined : await this.#file(place);
  }

  async readDump(): Promise<Uint8Array> {
    return Buffer.from(this.text ?? "");
  }

  async remove(place: string, run: string): Promise<void> {
    const found = await this.look(place, run);
    if (found.state === "foreign") throw refused("guard-refused", found.evidence);
    this.changes.push(`remove ${place}`);
    this.places.delete(place);
  }

  async moveAside(place: string, to: string): Promise<void> {
    const found = this.places.get(place);
    if (found === undefined || this.places.has(to))
      throw new RecoverError("guard-refused", `"${to}" is there`, { remedy: "Look.", effect: "none" });
    this.changes.push(`move ${place} ${to}`);
    this.places.delete(place);
    this.places.set(to, found);
  }

  #rowsOf(name: string): number {
    const rows = this.tables.get(name);
    if (rows === undefined) throw refused("command-failed", `there is no table ${name}`);
    return rows;
  }

  async #file(place: string): Promise<ScratchFile> {
    const text = this.text ?? "";
    const sha256 = createHash("sha256").update(text).digest("hex");
    return { path: `${place}/out/tables.dump`, bytes: text.length, sha256 };
  }
}
