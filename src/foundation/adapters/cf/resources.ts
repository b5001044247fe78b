/** Resources of the v3 API as the port's types. Fields that are not named here are not read. */
import { z } from "zod";
import type {
  AppInstance,
  AuditEvent,
  CfApp,
  CfPlan,
  CredentialBinding,
  DatabaseCredentials,
  LastOperation,
  ServiceInstance,
  UsageEvent,
} from "../../../ports/cloud-foundry.ts";
import { malformed } from "./reader.ts";
import { optional } from "../../../kit/optional.ts";

const named = z.object({ guid: z.string(), name: z.string() });
const toOne = z.object({ data: z.object({ guid: z.string() }) });
/** Platforms differ in whether they set these: null, absent or a text. */
const loose = z.string().nullish();

const operation = z
  .object({ type: z.string(), state: z.enum(["initial", "in progress", "succeeded", "failed"]), description: loose })
  .transform(({ type, state, description }): LastOperation => ({ type, state, description: description ?? "" }));

/** Instances of an era before operations were recorded have none: they are there, so their creation succeeded. */
const lastOperation = operation
  .nullish()
  .transform((last) => last ?? { type: "create", state: "succeeded" as const, description: "" });

export const guidAndName = named;
export const space = named.extend({ relationships: z.object({ organization: toOne }) });

export const instance = z
  .object({
    guid: z.string(),
    name: z.string(),
    created_at: z.string(),
    type: z.enum(["managed", "user-provided"]),
    tags: z.array(z.string()).nullish(),
    last_operation: lastOperation,
    relationships: z.object({ space: toOne, service_plan: toOne.nullish() }),
  })
  .refine((it) => it.type === "user-provided" || it.relationships.service_plan, "a managed one without a plan")
  .transform(
    (it): ServiceInstance => ({
      guid: it.guid,
      name: it.name,
      kind: it.type,
      createdAt: it.created_at,
      tags: it.tags ?? [],
      lastOperation: it.last_operation,
      spaceGuid: it.relationships.space.data.guid,
      planGuid: it.relationships.service_plan?.data.guid,
    }),
  );

export const plan = named.extend({ available: z.boolean(), relationships: z.object({ service_offering: toOne }) });

export const usageEvent = z
  .object({
    guid: z.string(),
    created_at: z.string(),
    state: z.enum(["CREATED", "UPDATED", "DELETED"]),
    service_instance: named,
    space: named,
    organization: z.object({ guid: z.string() }),
    service_plan: z.object({ name: loose }).nullish(),
    service_offering: z.object({ name: loose }).nullish(),
  })
  .transform(
    (it): UsageEvent => ({
      guid: it.guid,
      createdAt: it.created_at,
      state: it.state,
      instance: it.service_instance,
      space: it.space,
      orgGuid: it.organization.guid,
      plan: it.service_plan?.name ?? "",
      offering: it.service_offering?.name ?? "",
    }),
  );

/** A create carries the v3 request as it came, a delete two flat fields (cf-bosh.md §2.2). */
const bindingRequest = z
  .object({
    app_guid: loose,
    service_instance_guid: loose,
    relationships: z
      .object({ app: toOne.nullish().catch(undefined), service_instance: toOne.nullish().catch(undefined) })
      .nullish()
      .catch(undefined),
  })
  .nullish()
  .catch(undefined);

export const auditEvent = z
  .object({
    guid: z.string(),
    type: z.string(),
    created_at: z.string(),
    actor: z.object({ name: loose, guid: loose }),
    target: z.object({ guid: z.string(), type: z.string(), name: loose }),
    data: z.object({ request: bindingRequest }).nullish().catch(undefined),
    space: z.object({ guid: z.string() }).nullish(),
    organization: z.object({ guid: z.string() }).nullish(),
  })
  .transform((it): AuditEvent => {
    const request = it.data?.request;
    const appGuid = request?.app_guid ?? request?.relationships?.app?.data.guid;
    const instanceGuid = request?.service_instance_guid ?? request?.relationships?.service_instance?.data.guid;
    return {
      guid: it.guid,
      type: it.type,
      createdAt: it.created_at,
      actor: it.actor.name ?? it.actor.guid ?? "",
      target: { ...it.target, name: it.target.name ?? "" },
      ...(it.space ? { spaceGuid: it.space.guid } : {}),
      ...(it.organization ? { orgGuid: it.organization.guid } : {}),
      ...(appGuid ? { appGuid } : {}),
      ...(instanceGuid ? { instanceGuid } : {}),
    };
  });

export const app = z
  .object({ guid: z.string(), name: z.string(), state: z.enum(["STARTED", "STOPPED"]) })
  .transform((it): CfApp => it);

/** Far more than any quota allows; a list is made of them. */
const MOST_INSTANCES = 10_000;
export const process = z.object({
  guid: z.string(),
  type: z.string(),
  instances: z.number().int().min(0).max(MOST_INSTANCES),
});

export const processStats = z.object({
  resources: z.array(z.object({ index: z.number().int(), state: z.string() })),
});

/** An instance that no cell reports is not left out: it is wanted and not there. */
export function appInstances(
  { type, instances }: z.infer<typeof process>,
  stats: z.infer<typeof processStats>,
): readonly AppInstance[] {
  return Array.from({ length: instances }, (_, index) => ({
    process: type,
    index,
    state: stats.resources.find((each) => each.index === index)?.state ?? "DOWN",
  }));
}

export const binding = z
  .object({
    guid: z.string(),
    type: z.enum(["app", "key"]),
    name: loose,
    created_at: z.string().optional(),
    last_operation: lastOperation,
    relationships: z.object({ app: toOne.nullish() }),
  })
  .transform(
    (it): CredentialBinding => ({
      guid: it.guid,
      type: it.type,
      name: it.name ?? undefined,
      appGuid: it.relationships.app?.data.guid,
      ...optional("createdAt", it.created_at),
      lastOperation: it.last_operation,
    }),
  );

const text = z.string().min(1);
const port = z.coerce.number().int().min(1).max(65535);

/** Brokers of different years name host and database differently. */
export const credentials = z
  .object({
    credentials: z.object({
      host: text.optional(),
      hostname: text.optional(),
      port,
      name: text.optional(),
      dbname: text.optional(),
      database: text.optional(),
      // The Dingo broker names the database nowhere but here.
      uri: text.optional(),
      username: text,
      password: text,
    }),
  })
  .transform(({ credentials: it }, context): DatabaseCredentials => {
    const host = it.host ?? it.hostname;
    const database = it.database ?? it.dbname ?? it.name ?? databaseOf(it.uri);
    if (host === undefined || database === undefined) {
      context.addIssue({ code: "custom", message: "host or database is missing" });
      return z.NEVER;
    }
    return { host, port: it.port, database, username: it.username, password: it.password };
  });

/** The path of `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. */
function databaseOf(uri: string | undefined): string | undefined {
  if (uri === undefined || !URL.canParse(uri)) return undefined;
  const path = new URL(uri).pathname.slice(1);
  if (path === "") return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    // A lone % is no escape: then the broker escaped nothing.
    return path;
  }
}

export function offeringOf(it: z.infer<typeof plan>): string {
  return it.relationships.service_offering.data.guid;
}

export function toPlan(it: z.infer<typeof plan>, offering: string): CfPlan {
  return { guid: it.guid, name: it.name, offering, available: it.available };
}

/** Reads a resource. Error: `answer-malformed`, naming the field and never a value. */
export function readAs<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw malformed(place, `has an unexpected form at "${issue?.path.join(".") ?? ""}" (${issue?.code ?? "invalid"})`);
}
