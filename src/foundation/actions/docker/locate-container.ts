import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import { containerDataDirectory } from "../../../kit/commands/host-commands.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { GPG_KEY, hasKey } from "../archive/openpgp-key.ts";
import { cellInstances, instanceName } from "../bosh/cell-instances.ts";
import { printedContainers } from "./printed-containers.ts";

const input = z.strictObject({
  guid: z.guid(),
  deployment: z.string(),
  /** The cell that it must be on, "group/id"; "" for any. */
  required_cell: z.string().default(""),
  /** It has to decrypt the objects that it restores. */
  encrypted: z.boolean().default(false),
});
const output = z.object({
  container: z.string(),
  cell: z.string(),
  cell_label: z.string(),
  image: z.string(),
  etcd: z.string(),
  bucket: z.string(),
  started_at: z.string(),
  data_directory: z.string(),
});
type Output = z.infer<typeof output>;

/** `docker inspect` on every cell is the ground truth: PATRONI_SCOPE joins instance and container (dingo.md §2.8). */
export const locateContainer = defineAction({
  id: "docker.locate-container",
  title: "Find the new instance's container and cell",
  effect: "read",
  input,
  output,
  tell: (found) => `${found.container} on ${found.cell_label}, ${found.image}`,
  describe: ({ guid, deployment }) => [
    { on: "here", line: quote(["bosh", "-d", deployment, "instances", "--details"]) },
    printedContainers(guid, "exactly one, on one cell"),
  ],
  async run(context, { guid, deployment, required_cell, encrypted }): Promise<Output> {
    const found = await containersOf(context, deployment, guid);
    const only = found[0];
    if (only === undefined || found.length > 1) throw notExactlyOne(guid, found);
    if (encrypted && !hasKey(only.container))
      throw refuse("does-not-fit", `the archive is encrypted, and "${only.container.name}" has no ${GPG_KEY}`)
        .at(only.cell.label)
        .advise(
          "It could not restore what is copied to it. Give the plan the key, and begin anew with another --input new_name=….",
        );
    const located = describeContainer(context, only);
    if (required_cell !== "" && located.cell !== required_cell)
      throw refuse(
        "guard-refused",
        `the container "${located.container}" is on ${located.cell_label}, the old database on ${required_cell}`,
      )
        .at(located.cell_label)
        .advise(
          "A database is copied on its own cell only. Begin anew with another --input new_name=…: the broker may place that one there; or choose the archive.",
        );
    return located;
  },
});

interface Found {
  readonly cell: Cell;
  readonly container: Container;
}

/** Every container of an instance, stopped ones too, on every cell; a cell that cannot be read is an error, not an absence. */
export async function containersOf(context: Context, deployment: string, guid: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const instance of await cellInstances(context.ports, deployment)) {
    const cell = await context.ports.cells.open(instance);
    for (const container of await cell.docker.list()) {
      if (container.env["PATRONI_SCOPE"] === guid) found.push({ cell, container });
    }
  }
  return found;
}

function notExactlyOne(guid: string, found: readonly Found[]): RecoverError {
  const where = found.map(({ cell, container }) => `${container.name} on ${cell.label}`).join(", ");
  return refuse(
    "guard-refused",
    found.length === 0
      ? `no cell has a container of "${guid}"`
      : `instance "${guid}" has ${found.length} containers: ${where}`,
  )
    .at(guid)
    .advise("A recovery needs exactly one node: look at the cells, or create the instance with node-count 1.");
}

function describeContainer(context: Context, { cell, container }: Found): Output {
  const missing = (what: string): RecoverError =>
    refuse("guard-refused", `the container "${container.name}" has no ${what}`)
      .at(cell.label)
      .advise("This is not a Dingo PostgreSQL container that dingo-recover knows.");
  const bucket = container.env["WAL_S3_BUCKET"];
  const etcd = context.ports.settings.etcd ?? container.env["ETCD_HOST_PORT"];
  if (bucket === undefined || bucket === "") throw missing("WAL_S3_BUCKET: it keeps no backups");
  if (etcd === undefined) throw missing("ETCD_HOST_PORT");
  if (container.dataDirectory !== containerDataDirectory(container.name))
    throw missing(`data directory at ${containerDataDirectory(container.name)}`);
  return {
    container: container.name,
    cell: instanceName(cell.instance),
    cell_label: cell.label,
    image: container.image,
    etcd,
    bucket,
    started_at: container.startedAt,
    data_directory: container.dataDirectory,
  };
}
