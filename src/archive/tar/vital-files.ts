/**
 * The files of a base backup that tell whether a server can begin from it. A restore and a look at every byte judge them
 * alike.
 */
import { formatLsn, parseLsn } from "../names/lsn.ts";
import { type Segment, segmentName } from "../names/segment.ts";
import { type ControlValues, controlValues } from "../wal/control-values.ts";
import type { Checkpoints } from "../wal/record-walk.ts";
import { CONTROL_FILE } from "../wal/pg-control.ts";

export const VITAL_FILES = ["PG_VERSION", CONTROL_FILE, "backup_label"] as const;

/** Contents by path. */
export type VitalFiles = ReadonlyMap<string, Uint8Array>;

export interface Told {
  readonly start: Segment;
  /** Where the archive says that the backup begins and ends; undefined if it does not. */
  readonly startLsn: bigint | undefined;
  readonly stopLsn: bigint | undefined;
  /** The release that the archive names; undefined if it names none. */
  readonly major: string | undefined;
}

export interface Fit extends ControlValues {
  readonly label: Label;
}

/** The positions in `backup_label`: the replay begins at the first, and the record of the checkpoint at the other. */
export interface Label {
  readonly start: bigint;
  readonly checkpoint: bigint;
}

/** The values in `pg_control` and `backup_label`, or why no server begins from these files. */
export function fitting(files: VitalFiles, told: Told): Fit | string {
  const { major } = told;
  const text = (path: string): string => Buffer.from(files.get(path) ?? []).toString("latin1");
  const missing = VITAL_FILES.find((path) => !files.has(path));
  if (missing !== undefined) return `it holds no ${missing}`;
  const control = controlValues(files.get(CONTROL_FILE) ?? new Uint8Array(0));
  if (control === undefined) return "its pg_control is of no release from 9.4 to 18, or is damaged";
  const version = text("PG_VERSION").trim();
  if (version !== control.version) return `PG_VERSION says ${version}, pg_control ${control.version}`;
  if (major !== undefined && major !== version)
    return `the archive says PostgreSQL ${major}, its files are of ${version}`;
  const label = labelIn(text("backup_label"), told);
  return typeof label === "string" ? label : { ...control, label };
}

/** The server reads these lines in this order alone (src/backend/access/transam/xlogrecovery.c, read_backup_label). */
const LABEL =
  /^START WAL LOCATION: ([0-9A-F]+\/[0-9A-F]+) \(file ([0-9A-F]{24})\)\nCHECKPOINT LOCATION: ([0-9A-F]+\/[0-9A-F]+)\n/;

function labelIn(text: string, { start, startLsn, stopLsn }: Told): Label | string {
  const [, first = "", file, checkpointed = ""] = LABEL.exec(text) ?? [];
  const [begins, checkpoint] = [parseLsn(first), parseLsn(checkpointed)];
  if (begins === undefined || checkpoint === undefined) return "its backup_label is not one that a server reads";
  const timeline = /^START TIMELINE: ([0-9]+)$/m.exec(text)?.[1];
  if (timeline !== undefined && Number(timeline) !== start.timeline)
    return `its backup_label names the timeline ${timeline} and the segment ${file ?? ""}`;
  if (/^INCREMENTAL FROM /m.test(text)) return "its backup_label says that it holds only what changed since another";
  if (file !== segmentName(start)) return `its backup_label does not begin at ${segmentName(start)}`;
  if (startLsn !== undefined && begins !== startLsn)
    return `its backup_label begins at ${formatLsn(begins)}, and its name or sentinel says ${formatLsn(startLsn)}`;
  const isWithin = checkpoint >= begins && (stopLsn === undefined || checkpoint < stopLsn);
  return isWithin ? { start: begins, checkpoint } : noCheckpoint({ start: begins, checkpoint });
}

export const noCheckpoint = ({ checkpoint }: Label): string =>
  `no checkpoint of it is at ${formatLsn(checkpoint)}, where its backup_label says one is`;

/** Whether the server finds the checkpoint and, behind it, the place where its replay begins. */
export const isAmong = ({ start, checkpoint }: Label, checkpoints: Checkpoints): boolean =>
  checkpoints.get(checkpoint) === start;
