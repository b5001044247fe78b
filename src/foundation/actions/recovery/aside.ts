/**
 * The places that a run may have left aside, by the names that its steps give. Only these are ever deleted, and only by
 * `cleanup` (law 2).
 */
import { quote } from "../../../kit/commands/shell-quote.ts";
import type { Context } from "../../../action.ts";
import { readArchive } from "../../../archive/reading/facts.ts";
import {
  formatLocation,
  type ArchiveLocation,
  parseLocation,
  requireApart,
  requireInstanceArchive,
} from "../../../archive/names/location.ts";
import { baseNamed } from "../../../archive/names/layout.ts";
import { verifyArchive } from "../../../archive/judgement/verify.ts";
import { guardRefusal, refuse } from "../../../errors.ts";
import type { ObjectInfo, Rows } from "../../../ports/object-store.ts";
import { runTag } from "../cf/run-tag.ts";
import { asideDirectories, asideDirectory } from "../docker/aside-directory.ts";

const denied = guardRefusal("Nothing was deleted. Look at it by hand.");

export interface AsideOf {
  /** The run that moved things aside. */
  readonly run: string;
  /** GUID of the instance that it created. */
  readonly guid: string;
  /** The archive of that instance. */
  readonly archive: string;
}

/**
 * The directories that a run can leave aside: the empty database, the database of a container that ran again, and the
 * recovered database after an undo.
 */
export function directoriesAside(container: string, run: string): readonly string[] {
  return [...asideDirectories(container, run), `${asideDirectory(container, run)}-undone`];
}

/** `backups/GUID/dingo-recover/RUN`, outside any `wal/`. Throws `guard-refused`, `source-protected`. */
export function asideRoot({ run, guid, archive }: AsideOf, source: string): ArchiveLocation {
  const target = parseLocation(archive);
  if (requireInstanceArchive(target) !== guid) throw denied(`"${archive}" is not the archive of "${guid}"`, archive);
  if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(run)) throw denied(`"${run}" is not the name of a run`, run);
  const root = parseLocation(`s3://${target.bucket}/backups/${guid}/dingo-recover/${run}`);
  requireApart(parseLocation(source), root);
  return root;
}

export async function objectsAside(context: Context, root: ArchiveLocation): Promise<Rows<ObjectInfo>> {
  return await context.ports.store.reader().list(root.bucket, `${root.prefix}/`);
}

/** Throws `guard-refused` unless the instance is that of the run, by the tag that it was created with. */
export async function guardInstanceOf(context: Context, { run, guid }: AsideOf): Promise<void> {
  const instance = await context.ports.cf.getInstance(guid);
  if (instance === undefined) throw denied(`Cloud Foundry has no service instance "${guid}"`, guid);
  const tag = runTag(run);
  if (!instance.tags.includes(tag))
    throw denied(`the service instance "${instance.name}" does not carry the tag "${tag}"`, guid);
}

export interface OwnBackup {
  /** The archive of the instance. */
  readonly archive: string;
  /**
   * The first base backup of the recovered database; "" if the run was undone, and the instance has its own empty
   * database.
   */
  readonly base_backup: string;
}

/**
 * The base backup that needs no object aside: the first one of the recovered database, or a later one if that was
 * pruned. Throws `guard-refused` if the instance's archive as it is now cannot be restored from such a one without
 * loss.
 */
export async function requireOwnBackup(context: Context, { archive, base_backup }: OwnBackup): Promise<string> {
  const location = parseLocation(archive);
  const { chosenBase, verdict } = verifyArchive(await readArchive(context.ports.store.reader(), location));
  const own = chosenBase !== null && (base_backup === "" || isSameOrLater(chosenBase, base_backup));
  if (own && verdict === "restorable") return chosenBase;
  const why =
    own || chosenBase === null ? `is ${verdict}` : `is restored from "${chosenBase}", which is none of its own`;
  throw refuse("guard-refused", `the instance's own archive ${why}: what is aside may still be needed`)
    .at(formatLocation(location))
    .advise(
      `Look at it with "dingo-recover archive verify ${quote([formatLocation(location)])}"; nothing was deleted.`,
    );
}

/** Timelines and positions only grow: the copied objects lie below the first base backup after the recovery. */
function isSameOrLater(name: string, first: string): boolean {
  const [a, b] = [baseNamed(name)?.start, baseNamed(first)?.start];
  if (a === undefined || b === undefined) return false;
  return name === first || (a.timeline >= b.timeline && a.number > b.number);
}
