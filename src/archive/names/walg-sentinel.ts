/**
 * Reads WAL-G's files about a base backup: its sentinel, `metadata.json` and `files_metadata.json` (WAL-G v0.2.19
 * internal/backup_sentinel_dto.go; 43fb039 internal/databases/postgres/backup_sentinel_dto.go, which moved the list of
 * files from the sentinel into files_metadata.json).
 */
import { type Fields, isFields } from "../../kit/json.ts";
import { exactJson, unsigned64, wholeNumber } from "./exact-json.ts";

export interface WalgSentinel {
  readonly startLsn: bigint;
  readonly finishLsn: bigint;
  readonly systemId: string | undefined;
  /** `13.14`; undefined if it says none. */
  readonly version: string | undefined;
  readonly uncompressedBytes: number;
  /** The bytes that were sent to the store by the end of the backup. */
  readonly compressedBytes: number | undefined;
  /** Of the whole data directory, also when only a part of it is in a delta backup. */
  readonly directoryBytes: number | undefined;
  readonly tablespaces: number;
  /** A delta backup holds only the changes since this one, which a restore fetches first; undefined for a full one. */
  readonly deltaFrom: string | undefined;
  /** Names of the tar files that belong to it; undefined if it does not say. */
  readonly tars: readonly string[] | undefined;
}

export type ParsedWalgSentinel =
  | { readonly ok: true; readonly sentinel: WalgSentinel }
  | { readonly ok: false; readonly why: string };

export function parseWalgSentinel(text: string): ParsedWalgSentinel {
  const value = exactJson(text);
  if (value === undefined) return broken("is not a whole JSON object");
  const startLsn = unsigned64(value["LSN"]);
  const finishLsn = unsigned64(value["FinishLSN"]);
  if (startLsn === undefined) return broken('has no valid "LSN"');
  if (finishLsn === undefined || finishLsn < startLsn) return broken('has no valid "FinishLSN"');
  const from = value["DeltaFrom"];
  return {
    ok: true,
    sentinel: {
      startLsn,
      finishLsn,
      systemId: unsigned64(value["SystemIdentifier"])?.toString(),
      version: versionText(wholeNumber(value["PgVersion"]) ?? 0),
      uncompressedBytes: wholeNumber(value["UncompressedSize"]) ?? 0,
      compressedBytes: wholeNumber(value["CompressedSize"]),
      directoryBytes: wholeNumber(value["DataCatalogSize"]) || undefined,
      tablespaces: tablespacesIn(value["Spec"] ?? value["spec"]),
      deltaFrom: typeof from === "string" ? from : undefined,
      tars: tarNames(value),
    },
  };
}

/** `TarFileSets` of a sentinel or of `files_metadata.json`; undefined if there is none. */
export function tarNames(value: Fields): readonly string[] | undefined {
  const sets = value["TarFileSets"];
  if (!isFields(sets)) return undefined;
  const names = Object.keys(sets);
  return names.length === 0 ? undefined : names;
}

export interface WalgTimes {
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
}

/** Of `metadata.json`. */
export function parseWalgTimes(text: string): WalgTimes {
  const value = exactJson(text) ?? {};
  return { startedAt: instant(value["start_time"]), finishedAt: instant(value["finish_time"]) };
}

/**
 * A sentinel of v0.2.19 and `files_metadata.json` list every file of the database: only the names of the tar files are kept
 * of it, so that a verdict on many backups does not hold many lists.
 */
export function withoutFileList(text: string): string | undefined {
  const value = exactJson(text);
  if (value === undefined) return undefined;
  const { Files: _files, TarFileSets: _sets, DatabasesByNames: _names, ...kept } = value;
  const tars = tarNames(value);
  return JSON.stringify(
    tars === undefined ? kept : { ...kept, TarFileSets: Object.fromEntries(tars.map((name) => [name, []])) },
  );
}

/** 130014 is 13.14, 90624 is 9.6.24. */
function versionText(number: number): string | undefined {
  if (number < 80000) return undefined;
  const first = Math.floor(number / 10000);
  if (first >= 10) return `${first}.${number % 10000}`;
  return `${first}.${Math.floor(number / 100) % 100}.${number % 100}`;
}

/** WAL-G keeps one entry for each tablespace beside the base prefix and the list of their names. */
function tablespacesIn(spec: unknown): number {
  const names = isFields(spec) ? spec["tablespaces"] : undefined;
  return Array.isArray(names) ? names.length : 0;
}

/** Go prints times with nine digits of seconds and an offset. */
function instant(value: unknown): string | undefined {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) || time <= 0 ? undefined : new Date(time).toISOString();
}

function broken(why: string): ParsedWalgSentinel {
  return { ok: false, why };
}
