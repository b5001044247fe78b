/**
 * PostgreSQL in a container: roles with passwords, trusted over the container's own loopback, asked for them from
 * anywhere else (real-parts.md §3.4).
 */
import { createHash } from "node:crypto";
import { RecoverError } from "../../src/errors.ts";
import type { Sql } from "../../src/ports/cells.ts";

type Login = Awaited<ReturnType<Sql["login"]>>;
const md5 = (text: string): string => createHash("md5").update(text).digest("hex");

type Rows = readonly (readonly string[])[];

/** The query of the server's own functions: identity as pg_control holds it, timeline and history. */
const STANDING = "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('server_version_num')";

export class FakeDatabase implements Sql {
  version = "9.6.24";
  systemId = "";
  inRecovery = false;
  /** False while it takes no connections. */
  up = true;
  /** Text of the timeline's history file; "" on the first timeline. */
  history = "";
  /** The segment that is written now. */
  writes = "000000010000000000000003";
  readonly passwords = new Map<string, string>();
  /** Rows of a table, by name. */
  readonly tables = new Map<string, number>();
  /** MD5 over the rows of a table that a drill wrote, by name. */
  readonly checksums = new Map<string, string>();
  /** The segment that a switch closes. */
  segment = "000000010000000000000003";
  /** Other content that was put there, as "kind name": other databases, large objects. */
  readonly content: (readonly [kind: string, name: string])[] = [];
  /** Schemas with their owners. */
  readonly schemas = new Map<string, string>();
  /** Release of the container's pg_restore. */
  restoring = "9.6.24";
  /** A transaction of a load is open somewhere. */
  loading = false;
  /** Every text that came, by socket or by login. */
  readonly statements: string[] = [];
  /** Answers to logins before the router knows the new leader. */
  readonly hiccups: Login[] = [];
  readonly #changes: string[];

  constructor(changes: string[]) {
    this.#changes = changes;
  }

  async socket(_container: string, sql: string): Promise<Rows> {
    this.statements.push(sql);
    if (!this.up)
      throw new RecoverError("unreachable", "PostgreSQL takes no connections", { remedy: "Wait.", effect: "none" });
    if (sql.startsWith("SHOW server_version")) return [[this.version]];
    if (sql.startsWith(STANDING)) return [this.#standing()];
    if (sql.includes("'.history'")) return [[this.writes, Buffer.from(this.history).toString("hex")]];
    if (sql.startsWith("SELECT rolname")) return [...this.passwords.keys()].map((name) => [name]);
    const recovering = this.inRecovery ? "t" : "f";
    if (sql.includes("FROM pg_largeobject_metadata"))
      return [...this.content, ...[...this.tables.keys()].map((name) => ["table", `public.${name}`])];
    if (sql.includes("pg_control_system")) return [[recovering, this.systemId]];
    if (sql.startsWith("SELECT pg_is_in_recovery")) return [[recovering]];
    if (/^SELECT (?:schemaname|count\(\*\) FROM)/.test(sql)) return this.#answer(sql);
    const schema = /nspname = '(\w+)'/.exec(sql)?.[1];
    if (schema !== undefined) return this.schemas.has(schema) ? [[this.schemas.get(schema) ?? ""]] : [];
    const [, made, owner = ""] = /CREATE SCHEMA "(\w+)" AUTHORIZATION "(\w+)"/.exec(sql) ?? [];
    if (made !== undefined) {
      this.#changes.push(`schema ${made}`);
      this.schemas.set(made, owner);
    }
    const [, from, to = ""] = /ALTER SCHEMA "(\w+)" RENAME TO "([^"]+)"/.exec(sql) ?? [];
    if (from !== undefined) {
      this.#changes.push(`rename ${from} ${to}`);
      this.schemas.set(to, this.schemas.get(from) ?? "");
      this.schemas.delete(from);
    }
    if (sql.includes("pg_switch_")) {
      this.#changes.push("switch");
      return [[this.segment]];
    }
    for (const [, role = "", password = ""] of sql.matchAll(/ROLE "(\w+)" WITH .*PASSWORD '([^']*)'/g)) {
      this.#changes.push(`${this.passwords.has(role) ? "alter" : "create"} ${role}`);
      this.passwords.set(role, password);
    }
    return [];
  }

  #standing(): readonly string[] {
    const [major = 0, minor = 0, patch = 0] = this.version.split(".").map(Number);
    const number = major >= 10 ? major * 10_000 + minor : major * 10_000 + minor * 100 + patch;
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(this.systemId));
    return [this.inRecovery ? "t" : "f", String(number), bytes.toString("hex")];
  }

  async login(_container: string, to: Parameters<Sql["login"]>[1], sql: string): Promise<Login> {
    this.statements.push(sql);
    const hiccup = this.hiccups.shift();
    if (hiccup !== undefined) return hiccup;
    const trusted = to.host === "127.0.0.1" || to.host === "localhost";
    if (!trusted && this.passwords.get(to.user) !== to.password)
      return { ok: false, why: "password", message: `password authentication failed for user "${to.user}"` };
    return { ok: true, rows: this.#answer(sql) };
  }

  async restores(): Promise<string> {
    return this.restoring;
  }

  async restore(container: string, to: Parameters<Sql["restore"]>[1], archive: Uint8Array): ReturnType<Sql["restore"]> {
    return await this.login(container, to, Buffer.from(archive).toString());
  }

  /** Rows as a drill of that run writes them. */
  fill(table: string, run: string, rows: number): void {
    const all = Array.from({ length: rows }, (_, index) => `${index + 1} ${md5(`${run} ${index + 1}`)}`);
    this.tables.set(table, rows);
    this.checksums.set(table, md5(all.join(",")));
  }

  #answer(sql: string): Rows {
    const [, filled, run = "", rows] =
      /INSERT INTO public\.(\w+) SELECT n, md5\('(.*)' \|\| ' ' \|\| n\) FROM generate_series\(1, (\d+)\)/.exec(sql) ??
      [];
    if (filled !== undefined) {
      this.#changes.push(`fill ${filled}`);
      this.fill(filled, run, Number(rows));
      return [];
    }
    for (const [, table = "", count] of sql.matchAll(/CREATE TABLE public\.(\w+) \(n integer\);\n-- (\d+) rows/g)) {
      this.#changes.push(`load ${table}`);
      this.tables.set(table, Number(count));
    }
    for (const [, from = "", to = ""] of sql.matchAll(/TABLE "public"\."(\w+)" RENAME TO "([^"]+)"/g)) {
      this.#changes.push(`rename ${from} ${to}`);
      this.tables.set(to, this.tables.get(from) ?? 0);
      this.tables.delete(from);
    }
    if (sql.includes("pg_stat_activity")) return [[this.loading ? "1" : "0"]];
    const read = /^SELECT count\(\*\), md5\(.*FROM public\.(\w+);$/.exec(sql)?.[1];
    if (read !== undefined) return [[String(this.tables.get(read) ?? 0), this.checksums.get(read) ?? ""]];
    if (sql.includes("pg_is_in_recovery")) return [[this.inRecovery ? "t" : "f"]];
    if (sql.includes("FROM pg_tables")) return [...this.tables.keys()].map((name) => ["public", name]);
    const counted = /count\(\*\) FROM "public"\."(\w+)"/.exec(sql)?.[1];
    if (counted !== undefined) return [[String(this.tables.get(counted) ?? 0)]];
    return [["1"]];
  }
}
