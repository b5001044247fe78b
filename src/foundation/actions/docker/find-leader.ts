import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { instanceName } from "../bosh/cell-instances.ts";
import { containersOf } from "./locate-container.ts";
import { printedContainers, printedInContainers } from "./printed-containers.ts";

const input = z.strictObject({ guid: z.guid(), deployment: z.string() });
const output = z.object({
  container: z.string(),
  cell: z.string(),
  cell_label: z.string(),
  bucket: z.string(),
  server_version: z.string(),
});
type Output = z.infer<typeof output>;

const ASK = "SELECT pg_is_in_recovery();";

/** Of all nodes of a service the one that writes. */
export const findLeader = defineAction({
  id: "docker.find-leader",
  title: "Find the container that leads the service",
  effect: "read",
  input,
  output,
  tell: (found) => `${found.container} on ${found.cell_label}, PostgreSQL ${found.server_version}`,
  describe: ({ guid }) => [printedContainers(guid, "all nodes"), printedInContainers(guid, ASK)],
  async run(context, { guid, deployment }): Promise<Output> {
    const nodes = (await containersOf(context, deployment, guid)).filter(({ container }) => container.running);
    const leaders: Output[] = [];
    for (const node of nodes) if (await leads(node)) leaders.push(await describeLeader(node));
    const [leader] = leaders;
    if (leader !== undefined && leaders.length === 1) return leader;
    throw notOne(guid, { running: nodes.length, leading: leaders.length });
  },
  async verify(context: Context, { guid, deployment }, output) {
    const nodes = await containersOf(context, deployment, guid);
    const node = nodes.find(({ container }) => container.name === output.container);
    const holds = node?.container.running === true && (await leads(node));
    return { holds, evidence: `${output.container} ${holds ? "leads" : "does not lead"}` };
  },
});

interface Node {
  readonly cell: Cell;
  readonly container: Container;
}

async function leads({ cell, container }: Node): Promise<boolean> {
  return (await cell.sql.socket(container.name, ASK))[0]?.[0] === "f";
}

async function describeLeader({ cell, container }: Node): Promise<Output> {
  const bucket = container.env["WAL_S3_BUCKET"] ?? "";
  if (bucket === "")
    throw refuse("not-restorable", `the container "${container.name}" has no WAL_S3_BUCKET`)
      .at(cell.label)
      .advise("It keeps no backups: there is no time to go back to.");
  const [[server_version = ""] = []] = await cell.sql.socket(container.name, "SHOW server_version;");
  const { name } = container;
  return { container: name, cell: instanceName(cell.instance), cell_label: cell.label, bucket, server_version };
}

function notOne(guid: string, { running, leading }: { readonly running: number; readonly leading: number }) {
  return refuse("guard-refused", `of ${running} running containers of "${guid}", ${leading} lead`)
    .at(guid)
    .advise("A load needs exactly one leader: look at the service's health first.");
}
