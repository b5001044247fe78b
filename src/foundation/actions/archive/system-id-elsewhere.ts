/**
 * The system identifier of an archive that has lost its own (dingo.md §8, 21): brokers up to 0.6.6 leave
 * `/service/OLD/initialize` in etcd (§1.10), the deleted container printed it at each start, and the base backup restores
 * to it. All of them are only read: nothing below the old GUID is ever written.
 */
import type { Context } from "../../../action.ts";
import type { ArchiveFacts } from "../../../archive/reading/facts.ts";
import { backupSysid } from "../../../archive/reading/backup-sysid.ts";
import { initdbTime, parseSysid } from "../../../archive/names/sysid.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { systemIdLines } from "../../../discovery/sources/system-id-lines.ts";
import { refuse } from "../../../errors.ts";
import type { Cell } from "../../../ports/cells.ts";
import { cellInstances } from "../bosh/cell-instances.ts";
import type { OldInstance } from "../docker/old-remains.ts";

export interface FoundSystemId {
  readonly systemId: string;
  /** The place of the identifier, for a person. */
  readonly source: string;
}

export interface Elsewhere {
  /** Absent if all places leave a doubt. */
  readonly found?: FoundSystemId | undefined;
  /** Logs that could not be read in full, with the reason: they may know it. */
  readonly unread: readonly string[];
  /** One of these did not answer, and may later. */
  readonly unanswered: boolean;
}

/** initdb and the first base backup lie at most this far apart; the clocks of cell and store may differ. */
const FIRST_BACKUP_MS = 60 * 60_000;
const CLOCKS_MS = 10 * 60_000;

/** The system identifier that etcd still keeps; undefined if no cell knows its etcd, or the key is gone. */
export async function systemIdInEtcd(context: Context, old: OldInstance): Promise<FoundSystemId | undefined> {
  const reached = old.deployment === "" ? undefined : await reachEtcd(context, old.deployment);
  if (reached === undefined) return undefined;
  const key = `/service/${old.guid}/initialize`;
  const node = await reached.cell.etcd(reached.etcd).get(key);
  const systemId = node === undefined ? undefined : parseSysid(node.value);
  return systemId === undefined ? undefined : { systemId, source: `${key} in the etcd at ${reached.etcd}` };
}

/** Any living container says where the etcd of all is. */
async function reachEtcd(
  context: Context,
  deployment: string,
): Promise<{ readonly cell: Cell; readonly etcd: string } | undefined> {
  const { settings, cells } = context.ports;
  for (const instance of await cellInstances(context.ports, deployment)) {
    const cell = await cells.open(instance);
    const said = (await cell.docker.list()).map((container) => container.env["ETCD_HOST_PORT"]);
    const etcd = settings.etcd ?? said.find((each) => each !== undefined && each !== "");
    if (etcd !== undefined) return { cell, etcd };
  }
  return undefined;
}

/**
 * From etcd, else from the old container's lines in log files and log stores, else, because it takes the longest, from
 * the base backup that would be restored. Errors: `guard-refused` if etcd and the backup contradict.
 */
export async function systemIdElsewhere(
  context: Context,
  old: OldInstance,
  archive: { readonly facts: ArchiveFacts; readonly base: string | null },
): Promise<Elsewhere> {
  const { facts, base } = archive;
  const kept = await systemIdInEtcd(context, old);
  if (kept !== undefined && fitsArchive(kept.systemId, facts)) return { found: kept, unread: [], unanswered: false };
  const printed = await systemIdInLogs(context, old, facts);
  if (printed.found !== undefined) return printed;
  const restored = base === null ? undefined : await systemIdInBackup(context, { facts, base });
  if (restored !== undefined) await crossCheck(context, old, restored.systemId);
  return { ...printed, found: restored };
}

async function systemIdInLogs(context: Context, old: OldInstance, facts: ArchiveFacts): Promise<Elsewhere> {
  const { logs, logStores: stores } = context.ports;
  const { lines, ...rest } = await systemIdLines({ logs, patterns: logs.configured, stores }, old);
  const fitting = lines.filter(({ systemId }) => fitsArchive(systemId, facts));
  const certain = fitting.filter((line) => line.certain);
  const counted = certain.length > 0 ? certain : fitting;
  const [first] = counted;
  if (first === undefined || counted.some(({ systemId }) => systemId !== first.systemId)) return rest;
  const { systemId, place } = first;
  return { found: { systemId, source: `${place}, the old container's own pg_controldata` }, ...rest };
}

/** Reads the identifier that pg_controldata would show after a restore elsewhere, without a restore. */
async function systemIdInBackup(
  context: Context,
  archive: { readonly facts: ArchiveFacts; readonly base: string },
): Promise<FoundSystemId | undefined> {
  const found = await backupSysid(context.ports.store.reader(), archive, {
    look: (bytes, of) => {
      context.signal.throwIfAborted();
      context.progress({
        message: `looking for the system identifier in the base backup (${bytesText(of)})`,
        done: bytes,
        total: of,
        unit: "bytes",
      });
    },
  });
  if (found === undefined) return undefined;
  const { systemId, part, segment } = found;
  return { systemId, source: `global/pg_control in ${part}, confirmed by the first page of ${segment}` };
}

/** An identifier carries the time of its initdb: shortly before the archive's first object. */
function fitsArchive(systemId: string, { entries }: ArchiveFacts): boolean {
  const first = Math.min(...entries.map(({ info }) => Date.parse(info.lastModified)));
  const made = initdbTime(systemId).getTime();
  return made <= first + CLOCKS_MS && made >= first - FIRST_BACKUP_MS;
}

/** Throws `guard-refused` if etcd remembers another cluster than the archive holds. */
export async function crossCheck(context: Context, old: OldInstance, systemId: string): Promise<void> {
  const kept = await systemIdInEtcd(context, old);
  if (kept === undefined || kept.systemId === systemId) return;
  throw refuse(
    "guard-refused",
    `the archive's system identifier is ${systemId}, but ${kept.source} says ${kept.systemId}`,
  )
    .at(old.guid)
    .advise(
      "Another cluster has written to this archive, or the key is of another life of the instance: find out which before anything is restored.",
    );
}
