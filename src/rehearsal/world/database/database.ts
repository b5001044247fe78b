/**
 * A PostgreSQL cluster as far as a recovery can see it: identity, timeline, WAL position, roles and rows. Every change
 * is in the WAL segment that is open at that moment; a restore replays exactly these changes.
 */
import { createHash } from "node:crypto";

/** 16 MiB. */
export const SEGMENT_BYTES = 16 * 1024 * 1024;

export interface Role {
  /** PostgreSQL's own md5 verifier: the password itself is never part of the data. */
  readonly verifier: string;
  readonly flags: readonly ("superuser" | "createdb" | "createrole" | "replication")[];
  /** Roles whose rights it has as well. */
  readonly memberOf?: readonly string[];
}

export interface Row {
  /** World time of the commit. */
  readonly at: number;
  readonly values: Readonly<Record<string, string | number>>;
}

export interface Table {
  readonly owner: string;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/** One committed transaction in the WAL. */
export type Change =
  | { readonly is: "role"; readonly at: number; readonly name: string; readonly role: Role }
  | {
      readonly is: "table";
      readonly at: number;
      readonly name: string;
      readonly owner: string;
      readonly columns: readonly string[];
    }
  | { readonly is: "rows"; readonly at: number; readonly table: string; readonly rows: readonly Row[] }
  | { readonly is: "drop"; readonly at: number; readonly name: string }
  | { readonly is: "renamed"; readonly at: number; readonly name: string; readonly to: string };

export interface Database {
  readonly sysid: string;
  /** e.g. "9.5.4". */
  readonly version: string;
  timeline: number;
  /** Number of the segment that is open now. */
  segment: number;
  /** Where this timeline began, for history files: empty on timeline 1. */
  history: string;
  /** Changes in the open segment. */
  open: Change[];
  roles: Record<string, Role>;
  tables: Record<string, Table>;
  /** True until promotion. */
  inRecovery: boolean;
  /** Time of the last replayed or committed transaction. */
  lastTransactionAt: number | undefined;
}

export const verifierOf = (user: string, password: string): string =>
  `md5${createHash("md5")
    .update(password + user)
    .digest("hex")}`;

export const passwordFits = (database: Database, user: string, password: string): boolean =>
  database.roles[user]?.verifier === verifierOf(user, password);

/** Applies one change to the data, without writing WAL. */
export function replay(database: Database, change: Change): void {
  database.lastTransactionAt = change.at;
  switch (change.is) {
    case "role":
      database.roles[change.name] = change.role;
      return;
    case "table":
      database.tables[change.name] = { owner: change.owner, columns: change.columns, rows: [] };
      return;
    case "rows": {
      const table = database.tables[change.table];
      if (table !== undefined) database.tables[change.table] = { ...table, rows: [...table.rows, ...change.rows] };
      return;
    }
    case "drop":
      delete database.tables[change.name];
      return;
    case "renamed": {
      const { [change.name]: table, ...others } = database.tables;
      database.tables = table === undefined ? others : { ...others, [change.to]: table };
    }
  }
}

/** Commits one change: in the data and in the open segment. */
export function commit(database: Database, change: Change): void {
  replay(database, change);
  database.open.push(change);
}

const hex8 = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");

/** "000000010000000000000002" */
export const segmentName = (timeline: number, segment: number): string =>
  hex8(timeline) + hex8(Math.floor(segment / 256)) + hex8(segment % 256);

/** "0/2000028" */
export function lsnText(segment: number, offset: number): string {
  const position = BigInt(segment) * BigInt(SEGMENT_BYTES) + BigInt(offset);
  return `${(position >> 32n).toString(16).toUpperCase()}/${(position & 0xffffffffn).toString(16).toUpperCase()}`;
}

/** Bytes from the beginning of all WAL, as Patroni writes them to /optime/leader. */
export const walPosition = (database: Database): number =>
  database.segment * SEGMENT_BYTES + 0x60 + 0x40 * database.open.length;

/** "2026-11-21 11:57:53.190195+00", as PostgreSQL prints times in its log. */
export const postgresTime = (at: number): string =>
  `${new Date(at).toISOString().replace("T", " ").replace("Z", "")}000+00`;
