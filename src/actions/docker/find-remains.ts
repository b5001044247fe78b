import { z } from "zod";
import { defineAction } from "../../action.js";
import { RecoverError } from "../../errors.js";
import { instanceGuid, parseLocation } from "../../archive/location.js";
import { CONTAINERS_DIRECTORY, containerDataDirectory } from "../../host-commands.js";
import type { Cell, Container } from "../../ports/cells.js";
import { cellInstances } from "../bosh/cell-instances.js";

const input = z.strictObject({
  guid: z.guid(),
  /** Node GUIDs of the deleted instance, where the evidence named them. */
  nodes: z.array(z.string()),
  deployment: z.string(),
});
const output = z.object({
  cells_searched: z.array(z.string()),
  /** Directories without a container that do not say whose they are. */
  unclaimed: z.array(z.string()),
});

/**
 * A logged deletion can have failed: the broker swallows every error of the cell (dingo.md §2.11). A container that
 * lives still writes to the archive, and its volume is newer than the archive, so it is looked for before anything.
 */
export const findRemains = defineAction({
  id: "docker.find-remains",
  title: "See that the deleted instance is gone from every cell",
  effect: "read",
  input,
  output,
  tell: (found) => `no container and no directory of it on ${found.cells_searched.join(", ")}`,
  describe: ({ guid }) => [
    {
      on: "each cell",
      line: `grep -l ${guid} ${CONTAINERS_DIRECTORY}/cf-*/data/wal-e/env/WALE_S3_PREFIX  # as root; no directory may be left`,
    },
    {
      on: "each cell",
      line: `docker inspect -f '{{.Name}} {{.State.Status}} {{.Config.Env}}' $(docker ps -aq)  # none may have PATRONI_SCOPE=${guid}`,
    },
  ],
  async run(context, { guid, nodes, deployment }): Promise<z.infer<typeof output>> {
    const searched: string[] = [];
    const unclaimed: string[] = [];
    for (const instance of await cellInstances(context.ports, deployment)) {
      const cell = await context.ports.cells.open(instance);
      const containers = await cell.docker.list();
      refuseContainer(cell, containers, guid);
      for (const node of nodes) await refuseNamedDirectory(cell, node);
      unclaimed.push(...(await refuseOwnDirectory(cell, containers, guid)));
      searched.push(cell.label);
    }
    if (unclaimed.length > 0)
      context.progress({ message: `directories without a container, owner not known: ${unclaimed.join(", ")}` });
    return { cells_searched: searched, unclaimed };
  },
});

function refuseContainer(cell: Cell, containers: readonly Container[], guid: string): void {
  const left = containers.find((container) => container.env["PATRONI_SCOPE"] === guid);
  if (left === undefined) return;
  throw remains(
    `the deleted instance still has a ${left.running ? "running" : "stopped"} container "${left.name}" on ${cell.label}`,
    cell.label,
  );
}

async function refuseNamedDirectory(cell: Cell, node: string): Promise<void> {
  const directory = containerDataDirectory(`cf-${node}`);
  if ((await cell.files.kind(directory)) !== "absent") throw directoryLeft(cell, directory);
}

/**
 * Cloud Foundry's records name no nodes: each directory that has no container is asked whose it is.
 * Gives those that do not say.
 */
async function refuseOwnDirectory(cell: Cell, containers: readonly Container[], guid: string): Promise<string[]> {
  if ((await cell.files.kind(CONTAINERS_DIRECTORY)) === "absent") return [];
  const unclaimed: string[] = [];
  for (const name of await cell.files.entries(CONTAINERS_DIRECTORY)) {
    if (!name.startsWith("cf-") || containers.some((container) => container.name === name)) continue;
    const directory = containerDataDirectory(name);
    const owner = await ownerOf(cell, directory);
    if (owner === guid) throw directoryLeft(cell, directory);
    if (owner === undefined) unclaimed.push(directory);
  }
  return unclaimed;
}

/** The instance's GUID as its own archiver is told it: run.sh writes `s3://BUCKET/backups/GUID/wal/` (dingo.md §3.2). */
async function ownerOf(cell: Cell, directory: string): Promise<string | undefined> {
  const prefix = `${directory}/wal-e/env/WALE_S3_PREFIX`;
  if ((await cell.files.kind(prefix)) !== "file") return undefined;
  return guidIn(await readUnlessGone(cell, prefix));
}

/** Undefined where the cell's broker removed it while we looked. */
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
    return instanceGuid(parseLocation(prefix.trim()));
  } catch (error) {
    if (error instanceof RecoverError) return undefined;
    throw error;
  }
}

function directoryLeft(cell: Cell, directory: string): RecoverError {
  return remains(`the data directory "${directory}" of the deleted instance is left on ${cell.label}`, cell.label);
}

function remains(message: string, place: string): RecoverError {
  return new RecoverError("old-instance-alive", message, {
    remedy:
      "Its data are newer than the archive: do not start a recovery from S3 before somebody has secured them. Stop the container cleanly, or copy its data directory away, then run again.",
    place,
    effect: "none",
  });
}
