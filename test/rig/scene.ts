/** The scene of a recovery: an instance that had rows, and was deleted; only its archive is left. */
import { randomUUID } from "node:crypto";
import { containerState } from "./docker.ts";
import type { Release } from "../container-lines/phases.ts";
import type { Deletion, Instance } from "./foundation/broker.ts";
import type { StoredObject } from "./object-store.ts";
import type { PostgresNode } from "./postgres-node.ts";
import type { Rig } from "./rig.ts";
import { until } from "./until.ts";

export interface SceneOptions {
  readonly guid?: string;
  readonly how?: Deletion;
  readonly organizationGuid?: string;
  readonly spaceGuid?: string;
  readonly slowStop?: boolean;
  /** Two members: a leader and a replica. One if absent. */
  readonly nodes?: 1 | 2;
  readonly release?: Release;
  /** More of a life, before the last rows and the deletion. */
  readonly live?: (old: Instance) => Promise<void>;
}

export interface Scene {
  /** OLD's GUID. */
  readonly guid: string;
  readonly old: Instance;
  /** "backups/GUID/wal". */
  readonly archive: string;
  /** Rows of the table `visits` that the archive can give back. */
  readonly rows: number;
  readonly sysid: string;
  /** Everything below the archive, after the deletion. */
  readonly listing: readonly StoredObject[];
  /** WAL segments written after the base backup and archived before the deletion, oldest first. */
  readonly segments: readonly string[];
  /** Removes the WAL object of the nth of `segments` (from 0) from OLD's archive; returns the segment's name. */
  dropSegment(n: number): Promise<string>;
  /** Removes `sysids/sysid` from OLD's archive. */
  dropSysid(): Promise<void>;
}

/** The only node of an instance that has one. */
export function onlyNode(instance: Instance): PostgresNode {
  const [node] = instance.nodes;
  if (node === undefined || instance.nodes.length > 1) throw new Error(`${instance.guid} does not have one node`);
  return node;
}

/** The node that leads. */
export async function leaderOf({ guid, nodes }: Instance): Promise<PostgresNode> {
  return until(`a leader of ${guid}`, 400_000, async () => {
    for (const node of nodes) {
      const said = await node.patroni();
      if (said?.role === "master" && said.state === "running") return node;
    }
    return undefined;
  });
}

/** Hands the leadership to the other of two nodes, as Patroni's API does it; the new leader. */
export async function failOver(instance: Instance): Promise<PostgresNode> {
  const before = await leaderOf(instance);
  const other = instance.nodes.find((node) => node !== before);
  if (other === undefined) throw new Error(`${instance.guid} has nobody to take over`);
  await until(`${before.container} to hand over`, 120_000, async () => {
    const body = JSON.stringify({ leader: before.nodeId });
    const answer = await fetch(`http://${before.api}/failover`, { method: "POST", body });
    return answer.status === 200;
  });
  return until(`${other.container} to lead`, 120_000, async () => {
    const said = await other.patroni();
    return said?.role === "master" && said.state === "running" ? other : undefined;
  });
}

/** Waits for the first complete base backup: the sentinel is the last object that wal-e writes. */
export async function baseBackupDone(rig: Rig, instance: Instance, timeline = 1): Promise<void> {
  const name = `/base_${timeline.toString(16).toUpperCase().padStart(8, "0")}`;
  await until(`a base backup of ${instance.guid} on timeline ${timeline}`, 240_000, async () => {
    const keys = (await rig.objects.list(`${instance.archive}/basebackups_005/`)).map(({ key }) => key);
    return keys.some((key) => key.includes(name) && key.endsWith("_backup_stop_sentinel.json"));
  });
}

/**
 * Provisions OLD, writes three batches of 20 rows, each followed by a switch of the WAL segment, and five rows that stay in
 * the open segment; then deletes OLD.
 */
export async function makeScene(rig: Rig, options: SceneOptions = {}): Promise<Scene> {
  const guid = options.guid ?? randomUUID();
  const how = options.how ?? "clean";
  const old = await rig.broker.provision(guid, {
    ...(options.organizationGuid === undefined ? {} : { organizationGuid: options.organizationGuid }),
    ...(options.spaceGuid === undefined ? {} : { spaceGuid: options.spaceGuid }),
    ...(options.slowStop === undefined ? {} : { slowStop: options.slowStop }),
    ...(options.nodes === undefined ? {} : { nodeCount: options.nodes }),
    ...(options.release === undefined ? {} : { release: options.release }),
  });
  const node = await leaderOf(old);
  await baseBackupDone(rig, old);
  // Made by the superuser, owned by the app: else the proof by the app's role would end in "permission denied".
  await node.sql(
    "create table visits (id serial primary key, batch int not null, at timestamptz not null default now())",
    "alter table visits owner to appuser",
  );
  const segments: string[] = [];
  for (const batch of [1, 2, 3]) {
    // One call with both would be one transaction, and its commit would fall into the next segment.
    const [segment] = await node.sql(
      `insert into visits (batch) select ${batch} from generate_series(1, 20)`,
      "select pg_xlogfile_name(pg_switch_xlog())",
    );
    if (segment === undefined) throw new Error("no segment was switched");
    segments.push(segment);
  }
  const last = segments.at(-1) ?? "";
  await until(`segment ${last} to be archived`, 180_000, () => isArchived(rig, old, last));
  await options.live?.(old);
  const [open = ""] = await (await leaderOf(old)).sql(
    "insert into visits (batch) select 4 from generate_series(1, 5)",
    "select pg_xlogfile_name(pg_current_xlog_location())",
  );
  const sysid = await until(`the system identifier of ${node.container}`, 120_000, async () => {
    return (await node.patroni())?.database_system_identifier;
  });
  await rig.broker.deprovision(guid, how);
  if (how === "left-alive" && (await containerState(node.container))?.running !== true) {
    throw new Error(`${node.container} should have been left alive`);
  }

  const listing = await rig.objects.list(`${old.archive}/`);
  // Only a clean stop archives the open segment.
  const rows = holdsSegment(listing, open) ? 65 : 60;
  return {
    guid,
    old,
    archive: old.archive,
    rows,
    sysid,
    listing,
    segments,
    dropSegment: async (n) => {
      const segment = segments[n];
      if (segment === undefined) throw new Error(`the scene has ${segments.length} segments`);
      await rig.objects.remove(walKey(old, segment));
      return segment;
    },
    dropSysid: () => rig.objects.remove(`${old.archive}/sysids/sysid`),
  };
}

/** Whether a segment is in the archive, on its own timeline or on a later one that took it over. */
function holdsSegment(listing: readonly StoredObject[], segment: string): boolean {
  const names = listing.flatMap(({ key }) => /\/wal_005\/([0-9A-F]{24})\.lzo$/.exec(key)?.[1] ?? []);
  return names.some((name) => name.slice(8) >= segment.slice(8) && name.slice(0, 8) >= segment.slice(0, 8));
}

function walKey(instance: Instance, segment: string): string {
  return `${instance.archive}/wal_005/${segment}.lzo`;
}

async function isArchived(rig: Rig, instance: Instance, segment: string): Promise<boolean> {
  const key = walKey(instance, segment);
  return (await rig.objects.list(key)).some((object) => object.key === key);
}
