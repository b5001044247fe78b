/**
 * The CloudFoundry port by the cf CLI v8 (cf-bosh.md §1, §2): reads over `cf curl --fail /v3/…`, changes by the named
 * commands. The answer to a change proves nothing. That a read finds nothing is a fact only for a token that may see
 * it.
 */
import { refuse } from "../../../errors.ts";
import type {
  AppInstance,
  AuditEvent,
  CfApp,
  CfIdentity,
  CfPlan,
  CfSpace,
  CloudFoundry,
  CredentialBinding,
  DatabaseCredentials,
  PlacedInstance,
  ServiceInstance,
  SpaceContent,
  SpaceRef,
  UsageEvent,
} from "../../../ports/cloud-foundry.ts";
import { placed } from "./placed.ts";
import { Changes } from "./changes.ts";
import { mayDevelop, Visibility } from "./visibility.ts";
import { CfReader, type Query } from "./reader.ts";
import * as shape from "./resources.ts";
import { CfSession, type CfSessionOptions } from "./session.ts";

export interface CfOptions extends CfSessionOptions {
  /** For `cf restart` and synchronous brokers. Default: 25 minutes. */
  readonly changeTimeoutMs?: number;
}

/** The reads; `Changes` has the commands that change something. */
export class CfCloudFoundry extends Changes implements CloudFoundry {
  readonly #session: CfSession;
  readonly #reader: CfReader;
  readonly #visibility: Visibility;
  readonly #secrets: CfOptions["secrets"];

  constructor(options: CfOptions) {
    const session = new CfSession(options);
    const reader = new CfReader(session);
    super(session, reader, options.changeTimeoutMs);
    this.#session = session;
    this.#reader = reader;
    this.#visibility = new Visibility(session, reader);
    this.#secrets = options.secrets;
  }

  /** Ends the log-in and removes its files. */
  close(): Promise<void> {
    return this.#session.close();
  }

  identity(): Promise<CfIdentity> {
    return this.#session.identity();
  }

  async findSpace({ org, space }: SpaceRef): Promise<CfSpace | undefined> {
    const [foundOrg] = await this.#list("/v3/organizations", { names: [org] }, shape.guidAndName);
    if (foundOrg === undefined) return await this.#visibility.nothingIn(undefined, `organization "${org}"`);
    const query = { names: [space], organization_guids: [foundOrg.guid] };
    const [found] = await this.#list("/v3/spaces", query, shape.space);
    if (found === undefined) return await this.#visibility.nothingIn(undefined, `space "${space}"`);
    return { guid: found.guid, name: found.name, orgGuid: foundOrg.guid, orgName: foundOrg.name };
  }

  async orgName(orgGuid: string): Promise<string | undefined> {
    const found = await this.#get(`/v3/organizations/${encodeURIComponent(orgGuid)}`, shape.guidAndName);
    return found?.name ?? (await this.#visibility.nothingIn(undefined, `organization ${orgGuid}`));
  }

  async listPlans(space: CfSpace): Promise<readonly CfPlan[]> {
    const plans = await this.#list("/v3/service_plans", { space_guids: [space.guid] }, shape.plan);
    if (plans.length === 0) await this.#visibility.nothingIn(space.guid, "plans");
    const guids = [...new Set(plans.map(shape.offeringOf))];
    const offerings = guids.length === 0 ? [] : await this.#list("/v3/service_offerings", { guids }, shape.guidAndName);
    const nameOf = new Map(offerings.map((each) => [each.guid, each.name]));
    return plans.map((each) => shape.toPlan(each, nameOf.get(shape.offeringOf(each)) ?? ""));
  }

  async usageEvents(since: Date): Promise<readonly UsageEvent[]> {
    const query = {
      service_instance_types: ["managed_service_instance"],
      "created_ats[gte]": wholeSeconds(since),
      order_by: "-created_at",
    };
    const found = await this.#list("/v3/service_usage_events", query, shape.usageEvent);
    if (found.length === 0) await this.#visibility.nothingIn(undefined, "service usage events");
    return found;
  }

  async auditEvents(types: readonly string[], since: Date): Promise<readonly AuditEvent[]> {
    const query = { types, "created_ats[gte]": wholeSeconds(since), order_by: "-created_at" };
    const found = await this.#list("/v3/audit_events", query, shape.auditEvent);
    if (found.length === 0) await this.#visibility.nothingIn(undefined, "audit events");
    return found;
  }

  async findInstance(spaceGuid: string, name: string): Promise<ServiceInstance | undefined> {
    // An empty filter finds anything (cf-bosh.md §1.3).
    if (name === "") return undefined;
    const query = { names: [name], space_guids: [spaceGuid] };
    const found = await this.#list("/v3/service_instances", query, shape.instance);
    const exact = found.find((each) => each.name === name && each.spaceGuid === spaceGuid);
    return exact ?? (await this.#visibility.nothingIn(spaceGuid, "service instance"));
  }

  async getInstance(guid: string): Promise<ServiceInstance | undefined> {
    const found = await this.#get(`/v3/service_instances/${encodeURIComponent(guid)}`, shape.instance);
    return found ?? (await this.#visibility.nothingIn(undefined, `service instance ${guid}`));
  }

  async listInstances(spaceGuid: string): Promise<readonly ServiceInstance[]> {
    const query = { space_guids: [spaceGuid], type: "managed" };
    const found = await this.#list("/v3/service_instances", query, shape.instance);
    if (found.length === 0) await this.#visibility.nothingIn(spaceGuid, "service instances");
    return found;
  }

  async placedInstances(): Promise<readonly PlacedInstance[]> {
    const instances = await this.#list("/v3/service_instances", { type: "managed" }, shape.instance);
    if (instances.length === 0) await this.#visibility.nothingIn(undefined, "service instances");
    return await placed(instances, async (path) => await this.#reader.list(path, {}));
  }

  async apps(spaceGuid: string): Promise<readonly CfApp[]> {
    const found = await this.#list("/v3/apps", { space_guids: [spaceGuid] }, shape.app);
    if (found.length === 0) await this.#visibility.nothingIn(spaceGuid, "applications");
    return found;
  }

  async contentOf(spaceGuid: string): Promise<SpaceContent> {
    const count = async (path: string): Promise<number> =>
      (await this.#reader.list(path, { space_guids: [spaceGuid] })).length;
    const [instances, apps] = [await count("/v3/service_instances"), await count("/v3/apps")];
    const routes = await count("/v3/routes");
    if (instances + apps + routes === 0) await this.#visibility.nothingIn(spaceGuid, "content");
    return { instances, apps, routes };
  }

  async appInstances(appGuid: string): Promise<readonly AppInstance[]> {
    const app = encodeURIComponent(appGuid);
    const processes = await this.#list(`/v3/apps/${app}/processes`, {}, shape.process);
    const found: AppInstance[] = [];
    for (const process of processes.filter(({ instances }) => instances > 0)) {
      const stats = await this.#get(`/v3/processes/${encodeURIComponent(process.guid)}/stats`, shape.processStats);
      found.push(...shape.appInstances(process, stats ?? { resources: [] }));
    }
    return found;
  }

  async bindings(instanceGuid: string): Promise<readonly CredentialBinding[]> {
    const query = { service_instance_guids: [instanceGuid] };
    const found = await this.#list("/v3/service_credential_bindings", query, shape.binding);
    if (found.length > 0) return found;
    const instance = await this.getInstance(instanceGuid);
    if (instance !== undefined) await this.#visibility.nothingIn(instance.spaceGuid, "bindings");
    return found;
  }

  async keyCredentials(bindingGuid: string): Promise<DatabaseCredentials> {
    const path = `/v3/service_credential_bindings/${encodeURIComponent(bindingGuid)}/details`;
    const document = await this.#reader.get(path);
    if (document === undefined) {
      throw refuse("access-denied", `the credentials of binding ${bindingGuid} cannot be read`)
        .at(path)
        .advise("Its creation may not be done, it may be gone, or the user may not read it: see cf service-keys NAME.");
    }
    registerSecrets(document, (secret) => this.#secrets.register(secret));
    return shape.readAs(shape.credentials, document, path);
  }

  mayDevelop(spaceGuid: string): Promise<boolean> {
    return mayDevelop(this.#session, this.#reader, spaceGuid);
  }

  async #get<T>(path: string, schema: Parameters<typeof shape.readAs<T>>[0]): Promise<T | undefined> {
    const document = await this.#reader.get(path);
    return document === undefined ? undefined : shape.readAs(schema, document, path);
  }

  async #list<T>(path: string, query: Query, schema: Parameters<typeof shape.readAs<T>>[0]): Promise<readonly T[]> {
    const resources = await this.#reader.list(path, query);
    return resources.map((resource) => shape.readAs(schema, resource, path));
  }
}

/** The API takes no fractions; the bound is inclusive, so that rounding down loses nothing. */
function wholeSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

/** Every text of the credentials but names and addresses: URIs carry the password too. */
function registerSecrets(value: unknown, register: (secret: string) => void, key = ""): void {
  if (typeof value === "string" && /pass|secret|uri|url|key|token/i.test(key)) register(value);
  if (typeof value !== "object" || value === null) return;
  for (const [name, inner] of Object.entries(value)) registerSecrets(inner, register, name);
}
