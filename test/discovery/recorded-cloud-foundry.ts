/** A Cloud Foundry of records only: it has only its seeds; changes are refused. */
import { RecoverError, type ErrorCode } from "../../src/errors.ts";
import type { AuditEvent, CloudFoundry, ServiceInstance, UsageEvent } from "../../src/ports/cloud-foundry.ts";

export const SPACE = { guid: "ff8cb00d-2dd9-4017-b4a8-26ae00e5c505", name: "prod" };
export const ORG = { guid: "09161251-dbbc-4f7a-9313-520199175b20", name: "shop" };

export class RecordedCloudFoundry implements CloudFoundry {
  readonly usage: UsageEvent[] = [];
  readonly audit: AuditEvent[] = [];
  readonly instances: ServiceInstance[] = [];
  seesEverything = true;
  /** Calls by this name fail with this code. */
  readonly broken = new Map<string, ErrorCode>();

  deleted(guid: string, name: string, createdAt: string, more: Partial<UsageEvent> = {}): this {
    return this.#event("DELETED", { guid, name, createdAt }, more);
  }

  created(guid: string, name: string, createdAt: string): this {
    return this.#event("CREATED", { guid, name, createdAt }, {});
  }

  audited(type: string, guid: string, createdAt: string, more: Partial<AuditEvent> = {}): this {
    this.audit.push({
      guid: `audit-${this.audit.length}`,
      type,
      createdAt,
      actor: "ann@example.org",
      target: { guid, type: "service_instance", name: "orders-db" },
      spaceGuid: SPACE.guid,
      orgGuid: ORG.guid,
      ...more,
    });
    return this;
  }

  living(guid: string, name: string, createdAt = "2026-11-21T13:00:00Z"): this {
    const lastOperation = { type: "create", state: "succeeded", description: "" } as const;
    const rest = { spaceGuid: SPACE.guid, tags: [], planGuid: "plan", createdAt, lastOperation };
    this.instances.push({ guid, name, kind: "managed", ...rest });
    return this;
  }

  #event(
    state: UsageEvent["state"],
    what: { guid: string; name: string; createdAt: string },
    more: Partial<UsageEvent>,
  ): this {
    this.usage.push({
      guid: `usage-${this.usage.length}`,
      createdAt: what.createdAt,
      state,
      instance: { guid: what.guid, name: what.name },
      space: SPACE,
      orgGuid: ORG.guid,
      plan: "solo",
      offering: "dingo-postgresql",
      ...more,
    });
    return this;
  }

  #answer<T>(call: string, value: T): Promise<T> {
    const code = this.broken.get(call);
    if (code === undefined) return Promise.resolve(value);
    return Promise.reject(new RecoverError(code, `${call} failed`, { remedy: "Try again." }));
  }

  identity: CloudFoundry["identity"] = () =>
    this.#answer("identity", {
      api: "https://api.example.org",
      user: "operator",
      scopes: [],
      cliVersion: "8.7.0",
      seesEverything: this.seesEverything,
    });
  usageEvents: CloudFoundry["usageEvents"] = (since) =>
    this.#answer(
      "usageEvents",
      newestFirst(this.usage.filter((event) => Date.parse(event.createdAt) >= since.getTime())),
    );
  auditEvents: CloudFoundry["auditEvents"] = (types, since) => {
    const fitting = this.audit.filter(
      ({ type, createdAt }) => types.includes(type) && Date.parse(createdAt) >= since.getTime(),
    );
    return this.#answer("auditEvents", newestFirst(fitting));
  };
  orgName: CloudFoundry["orgName"] = (guid) => this.#answer("orgName", guid === ORG.guid ? ORG.name : undefined);
  findSpace: CloudFoundry["findSpace"] = ({ org, space }) =>
    this.#answer(
      "findSpace",
      org === ORG.name && space === SPACE.name ? { ...SPACE, orgGuid: ORG.guid, orgName: ORG.name } : undefined,
    );
  getInstance: CloudFoundry["getInstance"] = (guid) =>
    this.#answer(
      "getInstance",
      this.instances.find((instance) => instance.guid === guid),
    );
  findInstance: CloudFoundry["findInstance"] = (spaceGuid, name) =>
    this.#answer(
      "findInstance",
      this.instances.find((instance) => instance.spaceGuid === spaceGuid && instance.name === name),
    );
  listInstances: CloudFoundry["listInstances"] = () => this.#answer("listInstances", this.instances);
  listPlans: CloudFoundry["listPlans"] = notRecorded;
  placedInstances: CloudFoundry["placedInstances"] = notRecorded;
  apps: CloudFoundry["apps"] = () => this.#answer("apps", [{ guid: "app-1", name: "web", state: "STARTED" }]);
  contentOf: CloudFoundry["contentOf"] = notRecorded;
  appInstances: CloudFoundry["appInstances"] = notRecorded;
  bindings: CloudFoundry["bindings"] = notRecorded;
  keyCredentials: CloudFoundry["keyCredentials"] = notRecorded;
  mayDevelop: CloudFoundry["mayDevelop"] = notRecorded;
  createSpace: CloudFoundry["createSpace"] = notRecorded;
  renameSpace: CloudFoundry["renameSpace"] = notRecorded;
  createService: CloudFoundry["createService"] = notRecorded;
  tagService: CloudFoundry["tagService"] = notRecorded;
  createServiceKey: CloudFoundry["createServiceKey"] = notRecorded;
  deleteServiceKey: CloudFoundry["deleteServiceKey"] = notRecorded;
  bindService: CloudFoundry["bindService"] = notRecorded;
  unbindService: CloudFoundry["unbindService"] = notRecorded;
  renameService: CloudFoundry["renameService"] = notRecorded;
  deleteService: CloudFoundry["deleteService"] = notRecorded;
  restartApp: CloudFoundry["restartApp"] = notRecorded;
}

function newestFirst<T extends { readonly createdAt: string }>(events: readonly T[]): readonly T[] {
  return [...events].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
}

function notRecorded(): Promise<never> {
  return Promise.reject(new Error("discovery must not call this"));
}
