/** The database inside a container's volume, on the cell's own disk. */
import type { Database } from "./database/database.ts";
import type { Cell, Container, Site } from "./world.ts";

/** uid and gid of postgres in the image, as the cell's `stat` prints them. */
const POSTGRES_OWNER = { owner: "102", group: "102" } as const;

const clusterPath = (container: Container): string => `${container.dataDirectory}/postgres0`;

export const databaseOf = (site: Pick<Site, "cell" | "container"> | undefined): Database | undefined =>
  site?.cell.files[clusterPath(site.container)]?.database;

/** Writes a cluster into the volume: by initdb, by a fetched base backup or as a copy of the leader's. */
export function placeDatabase({ cell, container }: Omit<Site, "world">, database: Database): void {
  cell.files[clusterPath(container)] = { kind: "directory", ...POSTGRES_OWNER, mode: "700", database };
}

/** The volume as the cell broker makes it, with every directory above it. */
export function makeVolume(cell: Cell, path: string): void {
  const parts = path.split("/").slice(1);
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const directory = `/${parts.slice(0, depth).join("/")}`;
    cell.files[directory] ??= { kind: "directory", owner: "0", group: "0", mode: "755" };
  }
}

/** run.sh: the volume belongs to postgres, the environment of wal-e lies in it. */
export function prepareVolume({ cell, container }: Site): void {
  const directory = { kind: "directory", ...POSTGRES_OWNER } as const;
  cell.files[container.dataDirectory] = { ...directory, mode: "755" };
  cell.files[`${container.dataDirectory}/wal-e`] = { ...directory, mode: "755" };
  cell.files[`${container.dataDirectory}/wal-e/env`] = { ...directory, mode: "700" };
  const { WAL_S3_BUCKET: bucket, PATRONI_SCOPE: scope } = container.env;
  if (bucket === undefined || scope === undefined) return;
  cell.files[`${container.dataDirectory}/wal-e/env/WALE_S3_PREFIX`] = {
    ...directory,
    kind: "file",
    mode: "600",
    text: `s3://${bucket}/backups/${scope}/wal/`,
  };
}

/** Removes a path and everything below it. */
export function removeTree(cell: Cell, path: string): void {
  for (const other of Object.keys(cell.files)) {
    if (other === path || other.startsWith(`${path}/`)) delete cell.files[other];
  }
}
