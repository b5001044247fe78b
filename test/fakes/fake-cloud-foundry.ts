/** Cloud Foundry as the CLI shows it, with its unkindness: a create of a taken name returns quietly. */
import { RecoverError } from "../../src/errors.ts";
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
  KnownInstance,
  KnownSpace,
  LastOperation,
  PlacedInstance,
  ServiceInstance,
  SpaceContent,
  SpaceRef,
  UsageEvent,
} from "../../src/ports/cloud-foundry.ts";

type CreateRequest = Parameters<CloudFoundry["createService"]>[0];

const DONE: LastOperation = { type: "create", state: "succeeded", description: "" };

export class FakeCloudFoundry implements CloudFoundry {
  readonly spaces: CfSpace[] = [];
  readonly plans: CfPlan[] = [];
  readonly instances: ServiceInstance[] = [];
  readonly appList: CfApp[] = [];
  readonly bindingList = new Map<string, CredentialBinding[]>();
  readonly credentials = new Map<string, DatabaseCredentials>();
  readonly usage: UsageEvent[] = [];
  readonly audit: AuditEvent[] = [];
  /** Every change that was asked for, in order. */
  readonly creates: CreateRequest[] = [];
  readonly spacesMade: string[] = [];
  /** Spaces that our user has no role in. */
  readonly notDeveloped = new Set<string>();
  readonly restarts: string[] = [];
  readonly renames: string[] = [];
  readonly deletes: string[] = [];
  /** How a delete goes on when it is not over at once. */
  deleting: LastOperation | undefined;
  /** The last operation of a new instance, look after look; then it has succeeded. */
  readonly operations: LastOperation[] = [];
  /** States of the instances of every application, look after look; the last stays. Default: one that runs. */
  readonly instanceStates: (readonly string[])[] = [];
  /** The errors with which the next looks at an instance by its GUID end. */
  readonly failures: Error[] = [];
  /** Somebody else's instance that comes to be just before ours. */
  rival: ServiceInstance | undefined;
  /** Somebody else's space that comes to be just before ours. */
  rivalSpace: CfSpace | undefined;
  /** Of every space. */
  routes = 0;
  /** Nobody may read bindings. */
  hidesBindings = false;
  /** Nobody may read spaces. */
  hidesSpaces = false;
  /** When a restart is noted; far enough ahead of every test's clock. */
  restartedAt = "2026-11-22T00:00:00Z";
  createdAt = "2026-11-21T12:00:00Z";
  newGuid = "78218ded-8a4f-4b83-9b16-6f5d3c1f0a11";

  async identity(): Promise<CfIdentity> {
    return { api: "https://api", user: "admin", scopes: [], cliVersion: "8.18.3", seesEverything: true };
  }

  async findSpace({ org, space }: SpaceRef): Promise<CfSpace | undefined> {
    if (this.hidesSpaces) throw new RecoverError("access-denied", "spaces may not be read", { remedy: "Ask." });
    return this.spaces.find((each) => each.orgName === org && each.name === space);
  }

  async orgName(orgGuid: string): Promise<string | undefined> {
    const known = this.spaces.find((each) => each.orgGuid === orgGuid)?.orgName;
    return known ?? (orgGuid === "org-guid" ? "shop" : undefined);
  }

  async listPlans(): Promise<readonly CfPlan[]> {
    return this.plans;
  }

  async usageEvents(): Promise<readonly UsageEvent[]> {
    return this.usage;
  }

  async auditEvents(types: readonly string[], since: Date): Promise<readonly AuditEvent[]> {
    return this.audit.filter((event) => types.includes(event.type) && Date.parse(event.createdAt) >= since.getTime());
  }

  async findInstance(spaceGuid: string, name: string): Promise<ServiceInstance | undefined> {
    const index = this.instances.findIndex((each) => each.spaceGuid === spaceGuid && each.name === name);
    const found = this.instances[index];
    if (found === undefined) return undefined;
    const lastOperation = this.operations.shift() ?? found.lastOperation;
    return { ...found, lastOperation };
  }

  async getInstance(guid: string): Promise<ServiceInstance | undefined> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    return this.instances.find((each) => each.guid === guid);
  }

  async listInstances(spaceGuid: string): Promise<readonly ServiceInstance[]> {
    return this.instances.filter((each) => each.spaceGuid === spaceGuid);
  }

  async placedInstances(): Promise<readonly PlacedInstance[]> {
    return this.instances.flatMap((instance) => {
      const space = this.spaces.find(({ guid }) => guid === instance.spaceGuid);
      const plan = this.plans.find(({ guid }) => guid === instance.planGuid);
      if (instance.kind !== "managed" || space === undefined || plan === undefined) return [];
      const org = { guid: space.orgGuid, name: space.orgName };
      const { name, offering } = plan;
      return [{ instance, space: { guid: space.guid, name: space.name }, org, plan: name, offering }];
    });
  }

  async apps(): Promise<readonly CfApp[]> {
    return this.appList;
  }

  async contentOf(spaceGuid: string): Promise<SpaceContent> {
    const instances = (await this.listInstances(spaceGuid)).length;
    return { instances, apps: this.appList.length, routes: this.routes };
  }

  async appInstances(): Promise<readonly AppInstance[]> {
    const states = (this.instanceStates.length > 1 ? this.instanceStates.shift() : this.instanceStates[0]) ?? [
      "RUNNING",
    ];
    return states.map((state, index) => ({ process: "web", index, state }));
  }

  async bindings(instanceGuid: string): Promise<readonly CredentialBinding[]> {
    if (this.hidesBindings)
      throw new RecoverError("access-denied", "bindings may not be read", { remedy: "Ask for the right." });
    return this.bindingList.get(instanceGuid) ?? [];
  }

  async keyCredentials(bindingGuid: string): Promise<DatabaseCredentials> {
    const found = this.credentials.get(bindingGuid);
    if (found === undefined) throw new Error(`no credentials of ${bindingGuid}`);
    return found;
  }

  /** `OK`, for every outcome (dingo.md §0.4). */
  async createService(request: CreateRequest): Promise<void> {
    this.#target(request.in);
    this.creates.push(request);
    if (this.rival !== undefined) this.instances.push(this.rival);
    const spaceGuid = request.in.guid;
    if (this.instances.some((each) => each.spaceGuid === spaceGuid && each.name === request.name)) return;
    this.instances.push({
      guid: this.newGuid,
      kind: "managed",
      name: request.name,
      spaceGuid,
      tags: [request.tag],
      createdAt: this.createdAt,
      lastOperation: DONE,
      planGuid: "plan-guid",
    });
  }

  async tagService({ tags, ...known }: KnownInstance & { tags: readonly string[] }): Promise<void> {
    this.change((await this.#known(known)).guid, { tags: [...tags] });
  }

  async createServiceKey({ key, ...known }: KnownInstance & { key: string }): Promise<void> {
    const binding = { guid: `key-${key}`, type: "key", name: key, appGuid: undefined, lastOperation: DONE } as const;
    this.#bind(await this.#known(known), binding);
  }

  async deleteServiceKey({ key, ...known }: KnownInstance & { key: string }): Promise<void> {
    this.#unbind(await this.#known(known), (each) => each.type === "key" && each.name === key);
  }

  async bindService({ app, ...known }: KnownInstance & { app: string }): Promise<void> {
    const appGuid = this.appList.find((each) => each.name === app)?.guid;
    const binding = { guid: `binding-${app}`, type: "app", name: undefined, appGuid, lastOperation: DONE } as const;
    this.#bind(await this.#known(known), binding);
  }

  async unbindService({ app, ...known }: KnownInstance & { app: string }): Promise<void> {
    const appGuid = this.appList.find((each) => each.name === app)?.guid;
    this.#unbind(await this.#known(known), (each) => each.type === "app" && each.appGuid === appGuid);
  }

  async mayDevelop(spaceGuid: string): Promise<boolean> {
    return !this.notDeveloped.has(spaceGuid);
  }

  async createSpace({ org, space }: SpaceRef & { orgGuid: string }): Promise<"made" | "was-there"> {
    this.spacesMade.push(`${org}/${space}`);
    this.notDeveloped.clear();
    if (this.rivalSpace !== undefined) this.spaces.push(this.rivalSpace);
    if ((await this.findSpace({ org, space })) !== undefined) return "was-there";
    this.spaces.push({ guid: `${space}-again`, name: space, orgGuid: "org-guid", orgName: org });
    return "made";
  }

  async renameSpace({ in: space, to }: { in: KnownSpace; to: string }): Promise<void> {
    this.#target(space);
    this.renames.push(`${space.space} ${to}`);
    const index = this.spaces.findIndex((each) => each.guid === space.guid);
    const found = this.spaces[index];
    if (found !== undefined) this.spaces[index] = { ...found, name: to };
  }

  async renameService({ to, ...known }: KnownInstance & { to: string }): Promise<void> {
    const { guid, name } = await this.#known(known);
    this.renames.push(`${name} ${to}`);
    this.change(guid, { name: to });
  }

  async deleteService(known: KnownInstance): Promise<void> {
    const found = await this.#known(known);
    this.deletes.push(found.name);
    if (this.deleting === undefined) this.instances.splice(this.instances.indexOf(found), 1);
    else this.change(found.guid, { lastOperation: this.deleting });
  }

  async restartApp({ in: space, app }: { in: KnownSpace; app: string }): Promise<void> {
    this.#target(space);
    this.restarts.push(app);
    const target = { guid: this.appList.find((each) => each.name === app)?.guid ?? "", type: "app", name: app };
    const guid = `start-${this.restarts.length}`;
    this.audit.unshift({ guid, type: "audit.app.start", createdAt: this.restartedAt, actor: "ops", target });
  }

  /** Changes an instance as somebody outside of the run would. */
  change(guid: string, change: Partial<ServiceInstance>): void {
    const index = this.instances.findIndex((each) => each.guid === guid);
    const found = this.instances[index];
    if (found !== undefined) this.instances[index] = { ...found, ...change };
  }

  /** Names are looked up anew; only the object with the asked GUIDs is changed. */
  #target({ org, space, guid }: KnownSpace): void {
    const found = this.spaces.find((each) => each.orgName === org && each.name === space);
    if (found?.guid === guid) return;
    throw refused(`cf targets "${org}/${space}" (${found?.guid ?? "nothing"}) instead of ${guid}`);
  }

  async #known({ in: space, instance, guid }: KnownInstance): Promise<ServiceInstance> {
    const found = this.instances.find((each) => each.guid === guid);
    if (found?.name !== instance) throw refused(`the service instance ${guid} is not called "${instance}"`);
    this.#target({ ...space, guid: found.spaceGuid });
    return found;
  }

  #unbind({ guid }: ServiceInstance, isIt: (binding: CredentialBinding) => boolean): void {
    this.bindingList.set(
      guid,
      (this.bindingList.get(guid) ?? []).filter((each) => !isIt(each)),
    );
  }

  #bind({ guid }: ServiceInstance, binding: CredentialBinding): void {
    this.bindingList.set(guid, [...(this.bindingList.get(guid) ?? []), binding]);
  }
}

function refused(message: string): RecoverError {
  return new RecoverError("guard-refused", message, { remedy: "Look at it.", effect: "none" });
}
