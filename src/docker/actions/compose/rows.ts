/** Asks a database for its tables and how many rows each has; nothing is written. */
import { z } from "zod";
import { databaseAlone } from "../../../kit/commands/connection-string.ts";
import { FIELD, ROW } from "../../../kit/commands/database-copy-commands.ts";
import { giveUp, type RecoverError } from "../../../errors.ts";
import { DOCKER, REDIS } from "../../../kit/log-patterns/docker.ts";
import { LOG_IN } from "../../../kit/log-patterns/log-in.ts";
import type { DockerWork, Said } from "../../../ports/docker-work.ts";
import { onOneLine, quoted } from "../../../kit/text/printable.ts";
import type { MovedService } from "./moved-service.ts";

export const rowCounts = z.array(z.object({ name: z.string(), rows: z.string() }));
export type RowCounts = z.infer<typeof rowCounts>;
/** Rows by the `name` of a moved service. */
export const countedRows = z.array(z.object({ name: z.string(), rows: rowCounts }));

/** Whether the tool can ask a kind of database for its rows. */
export const canBeAsked = (kind: string): boolean => kind === "postgresql" || kind === "redis";

/** `-w`: else psql would read its password out of the question, which comes on stdin. */
const PSQL = ["psql", "-X", "-w", "-q", "-A", "-t", "-F", FIELD, "-R", ROW, "-v", "ON_ERROR_STOP=1"] as const;
const DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1;";
const TABLES = `SELECT n.nspname || '.' || c.relname, (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM ONLY %I.%I', n.nspname, c.relname), false, true, '')))[1]::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)' ORDER BY 1;`;

/** `why`: the reason of one that does not answer yet. `locked`: it answers, and wants a password, role or client that is not here. */
export type Answered = { readonly rows: RowCounts } | { readonly why: string } | { readonly locked: true };

export async function askRows(work: DockerWork, container: string, moved: MovedService): Promise<Answered> {
  return moved.kind === "redis" ? await redisRows(work, container) : await postgresRows(work, container, moved);
}

/** Why the running server cannot be asked: its copy could not be asked either. Reads no table. */
export async function whyNot(work: DockerWork, container: string, moved: MovedService): Promise<string | undefined> {
  if (moved.kind === "redis") {
    const answer = await redisRows(work, container);
    return "why" in answer ? answer.why : undefined;
  }
  const databases = await databasesOf(work, container, moved);
  return databases.code === 0 || isLocked(databases) ? undefined : databases.stderr.trim();
}

async function postgresRows(work: DockerWork, container: string, moved: MovedService): Promise<Answered> {
  const ask = asker(work, container, moved);
  const databases = await databasesOf(work, container, moved);
  if (isLocked(databases)) return { locked: true };
  if (databases.code !== 0) return { why: databases.stderr.trim() };
  const rows: { name: string; rows: string }[] = [];
  for (const database of rowsIn(databases.stdout)) {
    const tables = await ask(database, TABLES);
    if (tables.code !== 0)
      throw cannot(`${quoted(database)} does not tell its tables: ${tables.stderr.trim()}`, container);
    for (const row of rowsIn(tables.stdout)) {
      const [table = "", count = ""] = row.split(FIELD);
      rows.push({ name: `${database}.${table}`, rows: count });
    }
  }
  return { rows };
}

function asker(work: DockerWork, container: string, { env }: MovedService) {
  const user = env["POSTGRES_USER"] ?? "postgres";
  const exec = (at: readonly string[], database: string, sql: string): Promise<Said> =>
    work.exec(container, [...PSQL, ...at, "-U", user, "-d", databaseAlone(database)], sql);
  return async (database: string, sql: string): Promise<Said> => {
    const first = await exec([], database, sql);
    if (first.code === 0 || !LOG_IN.socketLacking.says.test(first.stderr)) return first;
    const second = await exec(["-h", "127.0.0.1"], database, sql);
    return second.code === 0 || isLocked(second) ? second : first;
  };
}

async function databasesOf(work: DockerWork, container: string, moved: MovedService): Promise<Said> {
  const ask = asker(work, container, moved);
  const first = await ask("postgres", DATABASES);
  return LOG_IN.databaseLacking.says.test(first.stderr) ? await ask("template1", DATABASES) : first;
}

const isLocked = ({ stdout, stderr }: Said): boolean =>
  LOG_IN.passwordLacking.says.test(stderr) ||
  LOG_IN.lockedOut.says.test(stderr) ||
  DOCKER.programLacking.says.test(stdout + stderr);

async function redisRows(work: DockerWork, container: string): Promise<Answered> {
  const pong = await work.exec(container, ["redis-cli", "PING"]);
  if (REDIS.passwordLacking.says.test(pong.stdout + pong.stderr) || isLocked(pong)) return { locked: true };
  if (!REDIS.alive.says.test(pong.stdout)) return { why: `${pong.stdout}${pong.stderr}`.trim() };
  const info = await work.exec(container, ["redis-cli", "INFO", "keyspace"]);
  if (REDIS.notAllowed.says.test(info.stdout + info.stderr)) return { locked: true };
  if (info.code !== 0 || !REDIS.keyspace.says.test(info.stdout)) return { why: `${info.stdout}${info.stderr}`.trim() };
  const found = info.stdout.split(/\r?\n/u).map((line) => /^(db\d+):keys=(\d+)/u.exec(line));
  return { rows: found.flatMap((line) => (line === null ? [] : [{ name: line[1] ?? "", rows: line[2] ?? "" }])) };
}

/** The last one ends in a newline. */
const rowsIn = (text: string): readonly string[] =>
  text
    .replace(/\n$/u, "")
    .split(ROW)
    .filter((row) => row !== "");

function cannot(message: string, place: string): RecoverError {
  return giveUp("proof-failed", message).at(place).advise("Look at its log; the old container is as it was.");
}

/** Tables with fewer rows. Keys of Redis expire, so it counts only if all are gone. */
export function fewerIn(before: RowCounts, after: RowCounts, kind: string): string {
  const now = new Map(after.map(({ name, rows }) => [name, rows]));
  const fewer = before.filter(({ name, rows }) => {
    const left = now.get(name);
    return left === undefined || (kind !== "redis" && BigInt(left) < BigInt(rows));
  });
  const shown = fewer
    .slice(0, MOST_FEWER)
    .map(({ name, rows }) => rowsText([{ name, rows: `${rows}, now ${now.get(name) ?? "none"}` }]));
  return [...shown, ...(fewer.length > MOST_FEWER ? [`${fewer.length - MOST_FEWER} more`] : [])].join("; ");
}

const MOST_FEWER = 8;

export function rowsText(rows: RowCounts): string {
  if (rows.length === 0) return "no tables or keys";
  const shown = rows.slice(0, 8).map(({ name, rows: count }) => `${onOneLine(name)} ${count}`);
  return rows.length > shown.length ? `${shown.join(", ")} and ${rows.length - shown.length} more` : shown.join(", ");
}
