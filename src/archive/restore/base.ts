/** Brings the files of a base backup into place, and shows that they are all there (wal-archives.md §2, §7a.5). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RecoverError } from "../../errors.js";
import { inParallel } from "../reading/parallel.js";
import { type ControlValues, controlValues } from "../wal/control-values.js";
import { CONTROL_FILE } from "../wal/pg-control.js";
import { segmentName } from "../names/segment.js";
import { BaseMembers } from "./base-members.js";
import type { DataFiles } from "./data-files.js";
import { explained, type SourceObjects } from "./objects.js";
import type { RestorePlan } from "./plan.js";
import { isBefore } from "./settings.js";
import { readTar } from "../tar/members.js";

/** Unpacking keeps one core busy; more at once only hides how long the store takes to answer. */
const IN_FLIGHT = 4;

export interface RestoredBase {
  readonly control: ControlValues;
  readonly bytes: number;
  readonly putAside: readonly string[];
  readonly linksLeftOut: readonly string[];
  readonly tablespaces: readonly string[];
}

export interface BaseWork {
  readonly plan: RestorePlan;
  readonly objects: SourceObjects;
  readonly files: DataFiles;
  /** Where the files go. */
  readonly root: string;
  /** Told the bytes that were written. */
  readonly written: (bytes: number) => void;
}

/** Errors: those of the store and the disk; `not-restorable` where the backup is not whole. */
export async function restoreBase({ plan, objects, files, root, written }: BaseWork): Promise<RestoredBase> {
  const members = new BaseMembers({ files, rooted: plan.writer === "wal-g", most: most(plan), look: written });
  await inParallel(plan.tars, IN_FLIGHT, async (tar) => {
    try {
      await readTar(objects.content(tar), (member, body) => members.put(member, body));
    } catch (error) {
      throw explained(error, tar);
    }
  });
  requireAll(plan, members);
  const control = await requireFitting(plan, root);
  for (const path of emptyDirectories(control.version)) await files.directory(path);
  await members.makeLinks(root);
  const { bytes, putAside, linksLeftOut, tablespaces } = members;
  return { control, bytes, putAside, linksLeftOut, tablespaces };
}

/** WAL-G's figure counts other things; it is only a bound against what unpacks without end. */
const most = ({ writer, expandedBytes }: RestorePlan): number =>
  writer === "wal-e" ? expandedBytes : 2 * expandedBytes + 2 ** 30;

const ALWAYS_THERE = ["PG_VERSION", CONTROL_FILE, "backup_label"] as const;

function requireAll(plan: RestorePlan, members: BaseMembers): void {
  const missing = ALWAYS_THERE.find((path) => !members.has(path));
  if (missing !== undefined) throw notWhole(plan, `it holds no ${missing}`);
  const short = plan.expandedBytes - members.bytes;
  if (plan.writer === "wal-e" && short !== 0)
    throw notWhole(plan, `its files have ${members.bytes} bytes, and its sentinel says ${plan.expandedBytes}`);
}

async function requireFitting(plan: RestorePlan, root: string): Promise<ControlValues> {
  const text = async (path: string): Promise<string> => (await readFile(join(root, path))).toString("latin1");
  const control = controlValues(await readFile(join(root, CONTROL_FILE)));
  if (control === undefined) throw notWhole(plan, "its pg_control is of no release from 9.4 to 18, or is damaged");
  const version = (await text("PG_VERSION")).trim();
  if (version !== control.version) throw notWhole(plan, `PG_VERSION says ${version}, pg_control ${control.version}`);
  if (plan.major !== undefined && plan.major !== version)
    throw notWhole(plan, `the archive says PostgreSQL ${plan.major}, its files are of ${version}`);
  const label = await text("backup_label");
  if (!label.includes(`(file ${segmentName(plan.start)})`))
    throw notWhole(plan, `its backup_label does not begin at ${segmentName(plan.start)}`);
  return control;
}

/** What a server expects to find, and what a backup may leave out because it is empty. */
function emptyDirectories(major: string): readonly string[] {
  const wal = isBefore(major, 10) ? "pg_xlog" : "pg_wal";
  return [
    wal,
    `${wal}/archive_status`,
    ...["pg_tblspc", "pg_replslot", "pg_twophase", "pg_stat", "pg_stat_tmp", "pg_notify", "pg_snapshots", "pg_serial"],
    ...["pg_subtrans", "pg_dynshmem", "pg_logical/snapshots", "pg_logical/mappings"],
    ...(isBefore(major, 9.5) ? [] : ["pg_commit_ts"]),
  ];
}

function notWhole({ base }: RestorePlan, why: string): RecoverError {
  return new RecoverError("not-restorable", `the base backup "${base}" is not whole: ${why}`, {
    remedy: "Restore from an older base backup with --target-time, or from another copy of the archive.",
    place: base,
  });
}
