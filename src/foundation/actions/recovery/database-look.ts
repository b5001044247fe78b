/**
 * Asks the database in a container about itself, by SQL over its socket: whether it recovers, its system identifier,
 * its timeline, and the switches that led to that timeline. A proof rests on this and on no log line.
 */
import { z } from "zod";
import { parseHistory, type Switch } from "../../../archive/reading/histories.ts";
import { parseSegment } from "../../../archive/names/segment.ts";
import { RecoverError } from "../../../errors.ts";
import type { Sql } from "../../../ports/cells.ts";
import { firstByte, formatLsn } from "../../../archive/names/lsn.ts";

export type DatabaseLook =
  /** It takes no connections, or SQL could not be asked. */
  | { readonly is: "silent"; readonly why: string }
  | { readonly is: "recovering"; readonly systemId: string }
  | OpenDatabase;

export interface OpenDatabase {
  readonly is: "open";
  readonly systemId: string;
  readonly timeline: number;
  /** The position that it has reached on its timeline: the segment's number. */
  readonly segment: number;
  /** The end of each earlier timeline; empty on the first timeline. */
  readonly history: readonly Switch[];
}

/**
 * For all servers from 9.5 on. `global/pg_control` begins with the system identifier, 64 bits in the machine's order:
 * the function for it came with 9.6. Each name has its schema: a tenant may have put other functions before these.
 */
const ASK =
  "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('server_version_num'), " +
  "pg_catalog.encode(pg_catalog.pg_read_binary_file('global/pg_control', 0, 8), 'hex');";

/** The name of the segment that is written now, and the history file of its timeline; version 10 renamed both. */
const placeAsk = (version: number): string => {
  const [wal, directory] = version >= 100_000 ? ["wal", "pg_wal"] : ["xlog", "pg_xlog"];
  const position = version >= 100_000 ? "pg_current_wal_lsn()" : "pg_current_xlog_location()";
  const segment = `pg_catalog.pg_${wal}file_name(pg_catalog.${position})`;
  const path = `pg_catalog.concat('${directory}/', pg_catalog.substr(${segment}, 1, 8), '.history')`;
  return `SELECT ${segment}, pg_catalog.encode(pg_catalog.pg_read_binary_file(${path}, 0, 65536, true), 'hex');`;
};

const standing = z.tuple([z.enum(["t", "f"]), z.string().regex(/^\d{5,6}$/), z.string().regex(/^[0-9a-f]{16}$/)]);
const place = z.tuple([z.string(), z.string().regex(/^(?:[0-9a-f]{2})*$/)]);

/** Never throws for an answer of the server or psql: that is `silent`. */
export async function lookAtDatabase(sql: Pick<Sql, "socket">, container: string): Promise<DatabaseLook> {
  try {
    const [first] = await sql.socket(container, ASK);
    const [recovers, version, bytes] = standing.parse(first);
    const systemId = Buffer.from(bytes, "hex").readBigUInt64LE().toString();
    if (recovers === "t") return { is: "recovering", systemId };
    return openDatabase(systemId, await sql.socket(container, placeAsk(Number(version))));
  } catch (error) {
    if (error instanceof RecoverError) return { is: "silent", why: error.message };
    if (error instanceof z.ZodError)
      return { is: "silent", why: "it answered in another form than PostgreSQL 9.5 to 18" };
    throw error;
  }
}

function openDatabase(systemId: string, rows: readonly (readonly string[])[]): DatabaseLook {
  const [name, history] = place.parse(rows[0]);
  const segment = parseSegment(name);
  const switches = history === "" ? [] : parseHistory(Buffer.from(history, "hex").toString("utf8"));
  if (segment === undefined || switches === undefined)
    return { is: "silent", why: `its timeline cannot be read: ${name}` };
  return { is: "open", systemId, timeline: segment.timeline, segment: segment.number, history: switches };
}

type Reached = { readonly is: "held" } | { readonly is: "not-held"; readonly why: string };

const HELD: Reached = { is: "held" };

/**
 * The recovery went through `segment` when its timeline ended behind the segment's first byte: a recovery stops before a
 * segment that it cannot have, and the next timeline begins there.
 */
export function reaches(database: OpenDatabase, segment: string): Reached {
  const wanted = parseSegment(segment);
  if (wanted === undefined) return HELD;
  const end = database.history.find(({ timeline }) => timeline === wanted.timeline);
  if (end !== undefined)
    return end.lsn > firstByte(wanted)
      ? HELD
      : { is: "not-held", why: `the recovery ended at ${formatLsn(end.lsn)} of timeline ${end.timeline}` };
  if (database.timeline === wanted.timeline && database.segment >= wanted.number) return HELD;
  return {
    is: "not-held",
    why: `the database is on timeline ${database.timeline} and never was on ${wanted.timeline}`,
  };
}
