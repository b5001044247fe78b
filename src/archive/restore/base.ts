/** Brings the files of a base backup into place, and shows that they are all there (wal-archives.md §2, §7a.5). */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Damaged, isUnread } from "../../kit/damaged.ts";
import { inParallel } from "../../kit/in-parallel.ts";
import { BaseMembers } from "./base-members.ts";
import type { DataFiles } from "./data-files.ts";
import { explained, type SourceObjects } from "./objects.ts";
import type { Kept } from "./kept.ts";
import type { PackedFile, RestorePlan } from "./plan.ts";
import { UnusableBase } from "./unusable-base.ts";
import { isBefore } from "./settings.ts";
import { type Listed, listedFiles, requireListed } from "../reading/listed-files.ts";
import { placeOf } from "../tar/place.ts";
import type { ObjectReader } from "../../ports/object-store.ts";
import { readTar, type Visit } from "../tar/members.ts";
import { mostUnpacked } from "../tar/most-unpacked.ts";
import { type Fit, fitting, VITAL_FILES } from "../tar/vital-files.ts";

/** Unpacking keeps one core busy; more at once only hides how long the store takes to answer. */
const IN_FLIGHT = 4;

export interface RestoredBase {
  readonly control: Fit;
  readonly bytes: number;
  readonly putAside: readonly string[];
  readonly linksLeftOut: readonly string[];
  readonly tablespaces: readonly string[];
}

export interface BaseWork {
  readonly reader: ObjectReader;
  readonly plan: RestorePlan;
  readonly objects: SourceObjects;
  readonly files: DataFiles;
  /** Where the files go. */
  readonly root: string;
  readonly kept: Kept;
  /** Throws if the disk has no room for so many bytes of files. */
  readonly requireRoom: (bytes: number) => void;
  /** Told the bytes that were written. */
  readonly written: (bytes: number) => void;
}

/** Errors: those of the store and the disk; `not-restorable` if the backup is not whole. */
export async function restoreBase(work: BaseWork): Promise<RestoredBase> {
  const { plan, files, root, requireRoom, written } = work;
  const most = plan.mostBytes ?? Number.POSITIVE_INFINITY;
  const members = new BaseMembers({ files, rooted: plan.writer === "wal-g", most, requireRoom, look: written });
  const listed = await listedFiles(work.reader, plan.location.bucket, plan.lists);
  await inParallel(plan.tars, IN_FLIGHT, (tar) => bring(tar, { ...work, members, listed }));
  requireAll(plan, members);
  const control = await requireFitting(plan, members, root);
  for (const path of emptyDirectories(control.version)) await files.directory(path);
  await members.makeLinks(root);
  const { bytes, putAside, linksLeftOut, tablespaces } = members;
  return { control, bytes, putAside, linksLeftOut, tablespaces };
}

interface Bringing extends Pick<BaseWork, "objects" | "files" | "kept"> {
  readonly members: BaseMembers;
  readonly listed: Listed;
}

async function bring(tar: PackedFile, { members, listed, objects, files, kept }: Bringing): Promise<void> {
  const known = kept.tar(tar.info);
  if (known !== undefined) return await members.adopt(known);
  const { notes, put } = members.tar();
  try {
    const held = new Set<string>();
    const look: Visit = async (member, body) => {
      await put(member, body);
      if (listed.has(tar.name)) held.add(placeOf(member.name, members.rooted).path);
    };
    await readTar(objects.content(tar), look, { most: mostUnpacked(tar.info.size) });
    requireListed(listed.get(tar.name), held);
  } catch (error) {
    throw spoilt(error, tar);
  }
  await files.settleSome(
    notes.files.map(([path]) => path),
    notes.directories,
  );
  await kept.addTar(tar.info, notes);
}

/** If one is encrypted, older ones are as a rule too. */
function spoilt(error: unknown, tar: PackedFile): unknown {
  if (!(error instanceof Damaged) || isUnread(error)) return explained(error, tar);
  return new UnusableBase(`"${tar.info.key}" cannot be used: ${error.message}`, { place: tar.info.key, cause: error });
}

function requireAll(plan: RestorePlan, { bytes }: BaseMembers): void {
  if (plan.writer === "wal-e" && plan.expandedBytes > 0 && bytes !== plan.expandedBytes)
    throw notWhole(plan, `its files have ${bytes} bytes, and its sentinel says ${plan.expandedBytes}`);
}

async function requireFitting(plan: RestorePlan, members: BaseMembers, root: string): Promise<Fit> {
  const files = new Map<string, Uint8Array>();
  for (const path of VITAL_FILES) if (members.has(path)) files.set(path, await readFile(join(root, path)));
  const control = fitting(files, plan);
  if (typeof control === "string") throw notWhole(plan, control);
  return control;
}

/** Directories that a server expects to find, and that a backup may leave out because they are empty. */
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

const notWhole = ({ base }: RestorePlan, why: string): UnusableBase =>
  new UnusableBase(`the base backup "${base}" is not whole: ${why}`, { place: base });
