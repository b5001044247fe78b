/** How old a backup is, by the store's clock: this machine's own may be wrong, and may be the one that was restored. Pure. */
import { z } from "zod";
import type { ArchiveVerdict, BaseBackupVerdict } from "../../judgement/verdict.ts";
import { instanceGuidIn, parseSource } from "../../names/location.ts";
import { parseDuration } from "../../../kit/text/time.ts";
import { type Finding, found } from "./finding.ts";

export const archiveAges = z.object({
  /** ISO 8601, by the store. */
  store_time: z.string(),
  /** -1 when the archive does not tell its age. */
  base_age_seconds: z.number(),
  recovery_point_age_seconds: z.number(),
  /** From the end of the base backup, by the database, to its time in the store; 0 if it is not known. */
  base_stored_late_seconds: z.number().default(0),
});
export type Ages = z.infer<typeof archiveAges>;

export interface Limits {
  readonly now: Date;
  readonly archive: string;
  readonly max_age: string;
  /** "" for none. */
  readonly max_recovery_point_age: string;
}

/** A base backup is as old as the older of two: when its database ended it, and when it was stored. A copy is stored anew. */
export function agesOf(
  verdict: ArchiveVerdict,
  base: string,
  limits: Limits,
): { readonly known: Ages; readonly findings: readonly Finding[] } {
  const newest = verdict.baseBackups.find(({ name }) => name === base);
  const since = (time: string | null | undefined): number =>
    time === null || time === undefined
      ? -1
      : Math.max(0, Math.round((limits.now.getTime() - Date.parse(time)) / 1000));
  const [ended, stored] = [since(newest?.finishedAt), since(newest?.storedAt)];
  const known = {
    store_time: limits.now.toISOString(),
    base_age_seconds: Math.max(ended, stored),
    base_stored_late_seconds: ended < 0 || stored < 0 ? 0 : ended - stored,
    recovery_point_age_seconds: since(verdict.recoveryPoint?.time),
  };
  return {
    known,
    findings:
      base === ""
        ? []
        : [...tooOld(known, limits), ...pointTooOld(known, limits.max_recovery_point_age), ...dated(newest)],
  };
}

function tooOld(
  { base_age_seconds: age, recovery_point_age_seconds: point }: Ages,
  limits: Limits,
): readonly Finding[] {
  if (age * 1000 <= parseDuration(limits.max_age)) return [];
  const message = `the newest base backup is ${ageText(age)} old, more than ${limits.max_age}`;
  return [found({ severity: "serious", code: "base-too-old", message, cause: causeOf({ age, point }, limits) })];
}

/** Dingo's hour check compares `date +%H`, which says 01, with 1 (dingo.md §3.5). */
function causeOf(
  { age, point }: { readonly age: number; readonly point: number },
  { archive, max_age }: Limits,
): string {
  const isAlive = point >= 0 && point < age && point * 1000 <= parseDuration(max_age);
  if (!isAlive) return "WAL stopped coming as well: archiving has stopped, or the database is gone";
  return instanceGuidIn(parseSource(archive)) === undefined
    ? "WAL still comes: the database archives, and nothing pushes base backups; look at the job that runs wal-e backup-push"
    : "Dingo's own nightly base backup never runs: its containers compare the hour of `date +%H`, 01, with BACKUP_HOUR, 1. A base backup comes only when a container starts: set BACKUP_HOUR to 01, or push one by a job of your own";
}

/**
 * The age of an archive that was copied: WAL that is stored anew looks young, and its last transaction tells. Undefined if
 * the base backup was stored as late as that: then nothing was written since.
 */
export function copiedAge(
  { store_time, recovery_point_age_seconds: point, base_stored_late_seconds: late }: Ages,
  lastTransaction: string,
): number | undefined {
  const age = Math.round((Date.parse(store_time) - Date.parse(lastTransaction)) / 1000);
  const behind = age - Math.max(0, point);
  return behind > CLOCKS_SECONDS && late >= behind - CLOCKS_SECONDS ? age : undefined;
}

/** Clocks of a database and of a store differ. */
const CLOCKS_SECONDS = 30;

export function pointTooOld(
  { recovery_point_age_seconds: age }: Pick<Ages, "recovery_point_age_seconds">,
  limit: string,
): readonly Finding[] {
  if (limit === "" || age * 1000 <= parseDuration(limit)) return [];
  const message = `the last segment of WAL is ${ageText(age)} old, more than ${limit}`;
  const cause = "archiving has stopped, or nothing was written: since PostgreSQL 10 an idle database archives nothing";
  return [found({ severity: "serious", code: "recovery-point-too-old", message, cause })];
}

/** Longer than any upload takes: the object was copied. */
const COPIED_MS = 24 * 60 * 60_000;

function dated(base: BaseBackupVerdict | undefined): readonly Finding[] {
  const { finishedAt, storedAt } = base ?? {};
  if (typeof finishedAt !== "string" || typeof storedAt !== "string") return [];
  if (Date.parse(storedAt) - Date.parse(finishedAt) < COPIED_MS) return [];
  const message = `the base backup was stored at ${storedAt} and had ended at ${finishedAt}: it is a copy, and as old as its original`;
  return [found({ severity: "note", code: "copied", message })];
}

/** `90 s`, `44 min`, `23.5 h`, `9 days`; nothing known: `of unknown age`. */
export function ageText(seconds: number): string {
  if (seconds < 0) return "of unknown age";
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 72 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}
