/**
 * The facts that a person wants to know of the instance with that name: who made it, when, who uses it, and its
 * content.
 */
import type { Context } from "../../../action.ts";
import { RecoverError, refuse } from "../../../errors.ts";
import type { CredentialBinding, ServiceInstance } from "../../../ports/cloud-foundry.ts";
import { containersOf } from "../docker/locate-container.ts";
import { runTag } from "./run-tag.ts";
import { z } from "zod";

export interface Taken {
  /** Made after the deletion, one node, no bindings, nothing that a user has put there (law 7). */
  readonly adoptable: boolean;
  readonly facts: readonly string[];
}

/**
 * Lists the content that initdb does not make. `pg_class` is that of the database `postgres`, the only one that
 * bindings name (real-parts.md §3.4); any other database is content, even an empty one. Every plain, partitioned or
 * foreign table and every materialized view is content, in PostgreSQL 9.5 and later alike.
 */
const USER_CONTENT = [
  "SELECT 'database', datname::text FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')",
  "UNION ALL SELECT 'table', n.nspname::text || '.' || c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace",
  "WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'",
  "UNION ALL SELECT 'large object', oid::text FROM pg_largeobject_metadata ORDER BY 1, 2 LIMIT 50;",
].join(" ");

export async function inspectTaken(
  context: Context,
  taken: ServiceInstance,
  { deployment, deletedAt }: { readonly deployment: string; readonly deletedAt: string },
): Promise<Taken> {
  const bindings = (await context.ports.cf.bindings(taken.guid)).filter((each) => !isOwnKey(context, each));
  const nodes = await containersOf(context, deployment, taken.guid);
  const content = await contentOf(context, deployment, taken.guid);
  const after = Date.parse(taken.createdAt) > Date.parse(deletedAt);
  const facts = [
    `${taken.guid}, created ${taken.createdAt} by ${await creatorOf(context, taken)}`,
    after
      ? `after the deletion (${deletedAt})`
      : `not shown to be after the deletion (${deletedAt || "time not known"})`,
    `${nodes.length} nodes, ${bindings.length} bindings`,
    content === undefined
      ? "what it holds cannot be read"
      : content.length === 0
        ? "no tables"
        : `it holds: ${content.join(", ")}`,
  ];
  return { adoptable: after && nodes.length === 1 && bindings.length === 0 && content?.length === 0, facts };
}

/** The run has made it to log in with, once the instance was adopted. */
const isOwnKey = ({ run }: Context, { type, name }: CredentialBinding): boolean =>
  type === "key" && name === runTag(run.id);

export async function creatorOf(context: Context, { guid, createdAt }: ServiceInstance): Promise<string> {
  const since = new Date(Date.parse(createdAt) - 60_000);
  const types = ["audit.service_instance.create", "audit.service_instance.start_create"];
  const events = await context.ports.cf.auditEvents(types, since);
  return events.find((event) => event.target.guid === guid)?.actor ?? "somebody not known";
}

/** Undefined if nobody can tell: not known is not empty (law 5). */
async function contentOf(context: Context, deployment: string, guid: string): Promise<readonly string[] | undefined> {
  const [node, ...others] = await containersOf(context, deployment, guid);
  if (node === undefined || others.length > 0 || !node.container.running) return undefined;
  try {
    const rows = await node.cell.sql.socket(node.container.name, USER_CONTENT);
    return rows.map(([kind = "", name = ""]) => `${kind} ${name}`);
  } catch (error) {
    if (error instanceof RecoverError && error.code === "command-failed") return undefined;
    throw error;
  }
}

/** Any service instance takes its name, also one that users provide themselves. */
export function nameTaken({ name, guid, createdAt, kind }: ServiceInstance, place: string): RecoverError {
  const what = kind === "user-provided" ? "user-provided service instance" : "service instance";
  return refuse("name-taken", `a ${what} "${name}" exists already (${guid}, created ${createdAt})`)
    .at(place)
    .advise("Look at it with cf service; recover into another name with --input new_name=NAME.");
}

/** An instance that is adopted is somebody else's until the window opens: each look at its emptiness may be out of date. */
export const adoptedInput = {
  /** GUID of the instance that is adopted; "" if this run has made one. */
  adopt: z.string().default(""),
  /** Of the instance that is recovered. */
  deleted_at: z.string().default(""),
};

interface Adopted {
  readonly guid: string;
  readonly deployment: string;
  readonly adopt: string;
  readonly deleted_at: string;
}

/** Throws `guard-refused` if the instance is adopted and is not shown to be empty, unbound and of one node still. */
export async function guardStillUnused(context: Context, { guid, adopt, ...when }: Adopted): Promise<void> {
  if (adopt === "") return;
  const taken = await context.ports.cf.getInstance(guid);
  if (taken !== undefined) return await refuseUsed(context, taken, when);
  throw refuse("guard-refused", `the adopted instance "${guid}" is gone`)
    .at(guid)
    .advise("Begin anew: the name may be free now.");
}

/** Between the typed GUID and now somebody can have begun to use it. Throws `guard-refused`. */
export async function refuseUsed(
  context: Context,
  taken: ServiceInstance,
  { deployment, deleted_at: deletedAt }: Pick<Adopted, "deployment" | "deleted_at">,
): Promise<void> {
  const { adoptable, facts } = await inspectTaken(context, taken, { deployment, deletedAt });
  if (adoptable) return;
  throw refuse("guard-refused", `"${taken.name}" is in use now: ${facts.join("; ")}`)
    .at(taken.guid)
    .advise("It is left as it is. Begin anew, and recover into another name.");
}
