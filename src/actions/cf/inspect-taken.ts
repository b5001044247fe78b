/** What a person wants to know of the instance that has the name: who made it, when, who uses it, what it holds. */
import type { Context } from "../../action.js";
import { RecoverError } from "../../errors.js";
import type { ServiceInstance } from "../../ports/cloud-foundry.js";
import { containersOf } from "../docker/locate-container.js";

export interface Taken {
  /** Made after the deletion, one node, no bindings, no user tables (law 7). */
  readonly adoptable: boolean;
  readonly facts: readonly string[];
}

export const USER_TABLES =
  "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2 LIMIT 50;";

export async function inspectTaken(
  context: Context,
  taken: ServiceInstance,
  { deployment, deletedAt }: { readonly deployment: string; readonly deletedAt: string },
): Promise<Taken> {
  const bindings = await context.ports.cf.bindings(taken.guid);
  const nodes = await containersOf(context, deployment, taken.guid);
  const tables = await userTables(context, deployment, taken.guid);
  const after = Date.parse(taken.createdAt) > Date.parse(deletedAt);
  const facts = [
    `${taken.guid}, created ${taken.createdAt} by ${await creatorOf(context, taken)}`,
    after
      ? `after the deletion (${deletedAt})`
      : `not shown to be after the deletion (${deletedAt || "time not known"})`,
    `${nodes.length} nodes, ${bindings.length} bindings`,
    tables === undefined
      ? "its tables cannot be read"
      : tables.length === 0
        ? "no tables"
        : `tables: ${tables.join(", ")}`,
  ];
  return { adoptable: after && nodes.length === 1 && bindings.length === 0 && tables?.length === 0, facts };
}

async function creatorOf(context: Context, { guid, createdAt }: ServiceInstance): Promise<string> {
  const since = new Date(Date.parse(createdAt) - 60_000);
  const types = ["audit.service_instance.create", "audit.service_instance.start_create"];
  const events = await context.ports.cf.auditEvents(types, since);
  return events.find((event) => event.target.guid === guid)?.actor ?? "somebody not known";
}

/** Undefined where nobody can tell: not known is not empty (law 5). */
async function userTables(context: Context, deployment: string, guid: string): Promise<readonly string[] | undefined> {
  const [node, ...others] = await containersOf(context, deployment, guid);
  if (node === undefined || others.length > 0 || !node.container.running) return undefined;
  try {
    const rows = await node.cell.sql.socket(node.container.name, USER_TABLES);
    return rows.map(([schema = "", table = ""]) => `${schema}.${table}`);
  } catch (error) {
    if (error instanceof RecoverError && error.code === "command-failed") return undefined;
    throw error;
  }
}
