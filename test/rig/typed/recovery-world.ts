/**
 * The parts that one recovery can have changed, as the far side has them. Their names are the same in every recovery,
 * so that two can be compared step by step. A living database's own changes are left out while it lives.
 */
import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { docker } from "../docker.ts";
import type { Foundation } from "../foundation.ts";
import type { StoredObject } from "../object-store.ts";
import type { PostgresNode } from "../postgres-node.ts";
import type { Scene } from "../scene.ts";

export interface RecoveryAt {
  /** The name of the deleted service. */
  readonly service: string;
  /** Id of the run, or its stand-in in the printed commands. */
  readonly run: string;
  readonly scene: Scene;
}

export type World = Readonly<Record<string, unknown>>;

/** Its instance, once there is one: by the run's tag, which stays when the name is given back. */
export const instanceOf = (foundation: Foundation, { run }: RecoveryAt) =>
  foundation.state().instances.find(({ tags }) => tags.includes(`dingo-recover-${run}`));

export function nodeOf(foundation: Foundation, at: RecoveryAt): PostgresNode | undefined {
  const guid = instanceOf(foundation, at)?.guid;
  try {
    return guid === undefined ? undefined : foundation.rig.broker.instance(guid).nodes[0];
  } catch {
    return undefined;
  }
}

export async function worldOf(foundation: Foundation, at: RecoveryAt): Promise<World> {
  const { rig } = foundation;
  const guid = instanceOf(foundation, at)?.guid;
  const node = nodeOf(foundation, at);
  const source = await rig.objects.list(`${at.scene.archive}/`);
  const common = {
    ...cloudFoundryOf(foundation, at),
    source: JSON.stringify(source) === JSON.stringify(at.scene.listing) ? "as it was" : "changed",
  };
  if (guid === undefined || node === undefined) return common;
  const { running } = await node.state();
  const objects = await rig.objects.list(`backups/${guid}/`);
  const policy = await docker(["inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", node.container]);
  return {
    ...common,
    container: running ? "runs" : "is stopped",
    policy,
    initialize: systemIdOf(await rig.etcd.get(`/service/${guid}/initialize`), at.scene),
    optime: running || (await rig.etcd.get(`/service/${guid}/optime/leader`)) === undefined ? "not there" : "there",
    directories: await directoriesOf(node, at, running),
    archive: running ? "in use" : kindsOf(objects, `backups/${guid}/wal`, at.scene),
    aside: kindsOf(objects, `backups/${guid}/dingo-recover/${at.run}/replaced`, at.scene),
    undone: objects.some(({ key }) => key.startsWith(`backups/${guid}/dingo-recover/${at.run}/undone/`)),
  };
}

/** Whether the world is the wanted one, in all that is wanted. */
export const isLike = (found: World, wanted: World): boolean =>
  Object.entries(wanted).every(([what, value]) => JSON.stringify(found[what]) === JSON.stringify(value));

function cloudFoundryOf(foundation: Foundation, at: RecoveryAt): World {
  const { bindings, apps } = foundation.state();
  const instance = instanceOf(foundation, at);
  const own = bindings.filter(({ instanceGuid }) => instanceGuid === instance?.guid);
  return {
    name: named(instance?.name, at),
    tags: instance?.tags.map((tag) => named(tag, at)),
    operation: instance?.lastOperation.state,
    keys: own.flatMap(({ type, name }) => (type === "key" ? [named(name ?? "", at)] : [])),
    bound: own.flatMap(({ appGuid }) => apps.filter(({ guid }) => guid === appGuid).map(({ name }) => name)),
  };
}

const named = (text: string | undefined, { service, run }: RecoveryAt): string | undefined =>
  text?.replaceAll(run, "RUN").replaceAll(service, "SERVICE");

function systemIdOf(value: string | undefined, scene: Scene): string {
  if (value === undefined) return "not there";
  return value === scene.sysid ? "the source's" : "its own";
}

/** Directories beside the container's data: their owners, who may enter them, and their contents. */
async function directoriesOf(node: PostgresNode, { run }: RecoveryAt, running: boolean): Promise<World> {
  const home = dirname(node.dataDirectory);
  const found: Record<string, string> = {};
  for (const name of (await readdir(home)).toSorted()) {
    const path = join(home, name);
    const { uid, gid, mode } = await stat(path);
    const entries = await readdir(path);
    const holds = entries.length === 0 ? "empty" : entries.includes("postgres0") ? "a database" : entries.join(" ");
    found[name.replaceAll(run, "RUN")] =
      running && name === "data" ? "in use" : `${uid}:${gid} ${(mode & 0o7777).toString(8)} ${holds}`;
  }
  return found;
}

/** Whether it is the source's copy, and the kinds of objects there that are none. */
function kindsOf(objects: readonly StoredObject[], prefix: string, { archive, listing }: Scene): World {
  const source = new Map(listing.map((each) => [each.key.slice(archive.length), each]));
  const below = objects.flatMap((each) =>
    each.key.startsWith(`${prefix}/`) ? [{ ...each, key: each.key.slice(prefix.length) }] : [],
  );
  const others = below.filter(
    ({ key, size, etag }) => source.get(key)?.size !== size || source.get(key)?.etag !== etag,
  );
  const isCopy = listing.length > 0 && below.length - others.length === listing.length;
  // Some objects are the same in all instances.
  const kinds = (isCopy ? others : below).map(({ key }) => kindOf(key));
  return { isCopy, kinds: [...new Set(kinds)].toSorted() };
}

const kindOf = (key: string): string =>
  key
    .replace(/base_[0-9A-F]{24}_[0-9A-F]{8}/gu, "BASE")
    .replace(/[0-9A-F]{24}(?:\.[0-9A-F]{8}(?=\.backup))?/gu, "SEGMENT")
    .replace(/part_\d+/u, "PART");
