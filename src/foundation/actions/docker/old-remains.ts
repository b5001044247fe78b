/**
 * The remains of the deleted instance on the cells: containers, and directories whose owner names it (dingo.md §2.11).
 */
import type { Context } from "../../../action.ts";
import { instanceGuidIn, parseLocation } from "../../../archive/names/location.ts";
import { RecoverError } from "../../../errors.ts";
import { CONTAINERS_DIRECTORY, containerDataDirectory } from "../../../kit/commands/host-commands.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { cellInstances, instanceName } from "../bosh/cell-instances.ts";
import { isStopped } from "./target-container.ts";

export interface OldInstance {
  readonly guid: string;
  /** Node GUIDs, if the evidence named them. */
  readonly nodes: readonly string[];
  /** "" if nobody looks at cells. */
  readonly deployment: string;
}

export interface Remains {
  /** "group/id" of the cell. */
  readonly cell: string;
  readonly cell_label: string;
  readonly cell_address: string;
  /** Name, cf-NODE; also when only its directory is left. */
  readonly container: string;
  readonly state: "running" | "stopped" | "directory";
  /** Of a PostgreSQL cluster in it; "" if there is none. */
  readonly database: string;
}

export interface Search {
  readonly cells: readonly string[];
  readonly remains: readonly Remains[];
  /** Directories without a container that do not say whose they are. */
  readonly unclaimed: readonly string[];
}

/** The cluster's directory in a container's volume (dingo.md §3.1). */
export const DATABASE = "postgres0";

export async function searchRemains(context: Context, old: OldInstance): Promise<Search> {
  const cells: string[] = [];
  const remains: Remains[] = [];
  const unclaimed: string[] = [];
  for (const instance of await cellInstances(context.ports, old.deployment)) {
    const cell = await context.ports.cells.open(instance);
    const containers = await cell.docker.list();
    const own = containers.filter((container) => container.env["PATRONI_SCOPE"] === old.guid);
    for (const container of own)
      remains.push(await describe(cell, container.name, isStopped(container) ? "stopped" : "running"));
    const directories = await searchDirectories(cell, containers, old);
    for (const name of directories.own) remains.push(await describe(cell, name, "directory"));
    unclaimed.push(...directories.unclaimed);
    cells.push(cell.label);
  }
  return { cells, remains, unclaimed };
}

async function describe(cell: Cell, container: string, state: Remains["state"]): Promise<Remains> {
  const path = `${containerDataDirectory(container)}/${DATABASE}`;
  return {
    cell: instanceName(cell.instance),
    cell_label: cell.label,
    cell_address: cell.instance.ips[0] ?? "",
    container,
    state,
    database: (await cell.files.kind(path)) === "directory" ? path : "",
  };
}

/** Cloud Foundry's records name no nodes: each directory that has no container is asked whose it is. */
async function searchDirectories(
  cell: Cell,
  containers: readonly Container[],
  { guid, nodes }: OldInstance,
): Promise<{ readonly own: readonly string[]; readonly unclaimed: readonly string[] }> {
  if ((await cell.files.kind(CONTAINERS_DIRECTORY)) === "absent") return { own: [], unclaimed: [] };
  const own: string[] = [];
  const unclaimed: string[] = [];
  for (const name of await cell.files.entries(CONTAINERS_DIRECTORY)) {
    if (!name.startsWith("cf-") || containers.some((container) => container.name === name)) continue;
    const directory = containerDataDirectory(name);
    const isNamed = nodes.some((node) => name === `cf-${node}`) && (await cell.files.kind(directory)) !== "absent";
    const owner = isNamed ? guid : await ownerOf(cell, directory);
    if (owner === guid) own.push(name);
    if (owner === undefined) unclaimed.push(directory);
  }
  return { own, unclaimed };
}

/** The instance's GUID as its own archiver is told it: run.sh writes `s3://BUCKET/backups/GUID/wal/` (dingo.md §3.2). */
async function ownerOf(cell: Cell, directory: string): Promise<string | undefined> {
  const prefix = `${directory}/wal-e/env/WALE_S3_PREFIX`;
  if ((await cell.files.kind(prefix)) !== "file") return undefined;
  return guidIn(await readUnlessGone(cell, prefix));
}

/** Undefined if the cell's broker removed it while we looked. */
async function readUnlessGone(cell: Cell, path: string): Promise<string | undefined> {
  try {
    return await cell.files.read(path);
  } catch (error) {
    if ((await cell.files.kind(path)) === "absent") return undefined;
    throw error;
  }
}

function guidIn(prefix: string | undefined): string | undefined {
  if (prefix === undefined) return undefined;
  try {
    return instanceGuidIn(parseLocation(prefix.trim()));
  } catch (error) {
    if (error instanceof RecoverError) return undefined;
    throw error;
  }
}

/** One sentence for each, for a person. */
export function remainsText({ container, state, cell_label, database }: Remains): string {
  if (state === "directory")
    return `the data directory "${containerDataDirectory(container)}" of the deleted instance is left on ${cell_label}`;
  const data = database === "" ? "no database in it" : `its database in ${database}`;
  return `the deleted instance still has a ${state} container "${container}" on ${cell_label}, ${data}`;
}
