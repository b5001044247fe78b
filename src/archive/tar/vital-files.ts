/**
 * The files of a base backup that tell whether a server can begin from it. A restore and a look at every byte judge them
 * alike.
 */
import { type Segment, segmentName } from "../names/segment.ts";
import { type ControlValues, controlValues } from "../wal/control-values.ts";
import { CONTROL_FILE } from "../wal/pg-control.ts";

export const VITAL_FILES = ["PG_VERSION", CONTROL_FILE, "backup_label"] as const;

/** Contents by path. */
export type VitalFiles = ReadonlyMap<string, Uint8Array>;

export interface Told {
  readonly start: Segment;
  /** The release that the archive names; undefined if it names none. */
  readonly major: string | undefined;
}

/** The settings in `pg_control`, or why no server begins from these files. */
export function fitting(files: VitalFiles, { start, major }: Told): ControlValues | string {
  const text = (path: string): string => Buffer.from(files.get(path) ?? []).toString("latin1");
  const missing = VITAL_FILES.find((path) => !files.has(path));
  if (missing !== undefined) return `it holds no ${missing}`;
  const control = controlValues(files.get(CONTROL_FILE) ?? new Uint8Array(0));
  if (control === undefined) return "its pg_control is of no release from 9.4 to 18, or is damaged";
  const version = text("PG_VERSION").trim();
  if (version !== control.version) return `PG_VERSION says ${version}, pg_control ${control.version}`;
  if (major !== undefined && major !== version)
    return `the archive says PostgreSQL ${major}, its files are of ${version}`;
  const label = text("backup_label");
  if (!label.includes(`(file ${segmentName(start)})`))
    return `its backup_label does not begin at ${segmentName(start)}`;
  return control;
}
