/**
 * Cloud Foundry as the recovery needs it: reads through `cf curl --fail /v3/…`, changes through the named commands
 * of the CLI v8 (facts: cf-bosh.md §1, §2).
 *
 * Errors: `not-logged-in`, `access-denied`, `unreachable`, `program-missing`, `answer-malformed`, `answer-incomplete`;
 * of changes also `name-unsupported`, `guard-refused` (a name leads to another GUID than asked for) and `step-failed` (Cloud Foundry
 * says no). A change's error has effect "unknown" once its command was sent, and the command is never sent again.
 * A read that finds nothing returns undefined or an empty list only if the token may see everything asked for.
 */
export interface CfIdentity {
  readonly api: string;
  readonly user: string;
  readonly scopes: readonly string[];
  readonly cliVersion: string;
  /** True with cloud_controller.admin, admin_read_only or global_auditor: only then is an empty event list a fact. */
  readonly seesEverything: boolean;
  /** The API's certificate is not checked: somebody in between could read and write along. */
  readonly certificateUnchecked?: true;
}

export interface CfSpace {
  readonly guid: string;
  readonly name: string;
  readonly orgGuid: string;
  readonly orgName: string;
}

export interface CfPlan {
  readonly guid: string;
  readonly name: string;
  readonly offering: string;
  readonly available: boolean;
}

export interface LastOperation {
  readonly type: string;
  readonly state: "initial" | "in progress" | "succeeded" | "failed";
  readonly description: string;
}

export interface ServiceInstance {
  /** "user-provided": credentials that a user typed in; no plan, no broker, but a name of the space all the same. */
  readonly kind: "managed" | "user-provided";
  readonly guid: string;
  readonly name: string;
  readonly spaceGuid: string;
  readonly tags: readonly string[];
  readonly createdAt: string;
  readonly lastOperation: LastOperation;
  /** Undefined if it is user-provided. */
  readonly planGuid: string | undefined;
}

/** A managed instance with the names of where it is and what it is. */
export interface PlacedInstance {
  readonly instance: ServiceInstance;
  readonly space: { readonly guid: string; readonly name: string };
  readonly org: { readonly guid: string; readonly name: string };
  readonly plan: string;
  readonly offering: string;
}

export interface UsageEvent {
  readonly guid: string;
  readonly createdAt: string;
  readonly state: "CREATED" | "UPDATED" | "DELETED";
  readonly instance: { readonly guid: string; readonly name: string };
  readonly space: { readonly guid: string; readonly name: string };
  readonly orgGuid: string;
  readonly plan: string;
  readonly offering: string;
}

export interface AuditEvent {
  readonly guid: string;
  readonly type: string;
  readonly createdAt: string;
  readonly actor: string;
  readonly target: { readonly guid: string; readonly type: string; readonly name: string };
  readonly spaceGuid?: string;
  readonly orgGuid?: string;
  /** Of binding events: the app and the instance that were bound. */
  readonly appGuid?: string;
  readonly instanceGuid?: string;
}

export interface CfApp {
  readonly guid: string;
  readonly name: string;
  readonly state: "STARTED" | "STOPPED";
}

/** One wanted instance of one process of an application. */
export interface AppInstance {
  /** The process's type, mostly "web". */
  readonly process: string;
  readonly index: number;
  /** RUNNING, STARTING, CRASHED, DOWN; Cloud Foundry may know more. */
  readonly state: string;
}

export interface CredentialBinding {
  readonly guid: string;
  readonly type: "app" | "key";
  readonly name: string | undefined;
  readonly appGuid: string | undefined;
  /** By Cloud Controller's clock; absent if it does not say. */
  readonly createdAt?: string;
  readonly lastOperation: LastOperation;
}

/** Of a service key: secret; its password is registered with the masker before it is returned. */
export interface DatabaseCredentials {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
}

export interface SpaceRef {
  readonly org: string;
  readonly space: string;
}

/** A space as the cf CLI takes it, by names, and what these names must lead to when a change is sent. */
export interface KnownSpace extends SpaceRef {
  readonly guid: string;
}

/**
 * An instance as the cf CLI takes it, by its name in its space. Right before a change, that name must belong to the
 * GUID, and the space's names must lead to the instance's space: else `guard-refused`.
 */
export interface KnownInstance {
  readonly in: SpaceRef;
  readonly instance: string;
  readonly guid: string;
}

/** How many of each are in a space. */
export interface SpaceContent {
  /** Managed and user-provided ones. */
  readonly instances: number;
  readonly apps: number;
  readonly routes: number;
}

export interface CloudFoundry {
  identity(): Promise<CfIdentity>;
  findSpace(ref: SpaceRef): Promise<CfSpace | undefined>;
  orgName(orgGuid: string): Promise<string | undefined>;
  listPlans(space: CfSpace): Promise<readonly CfPlan[]>;
  /** Newest first, all pages; `since` inclusive. */
  usageEvents(since: Date): Promise<readonly UsageEvent[]>;
  auditEvents(types: readonly string[], since: Date): Promise<readonly AuditEvent[]>;
  /** The instance with this name, managed or user-provided: a name is given once in a space. */
  findInstance(spaceGuid: string, name: string): Promise<ServiceInstance | undefined>;
  getInstance(guid: string): Promise<ServiceInstance | undefined>;
  /** The managed ones. */
  listInstances(spaceGuid: string): Promise<readonly ServiceInstance[]>;
  /** Every managed instance of the platform that the token sees: all of them only if it `seesEverything`. */
  placedInstances(): Promise<readonly PlacedInstance[]>;
  apps(spaceGuid: string): Promise<readonly CfApp[]>;
  /** The content that users of the space would miss. */
  contentOf(spaceGuid: string): Promise<SpaceContent>;
  /** Every instance that is wanted now, of every process; one that Cloud Foundry says nothing of is DOWN. */
  appInstances(appGuid: string): Promise<readonly AppInstance[]>;
  bindings(instanceGuid: string): Promise<readonly CredentialBinding[]>;
  keyCredentials(bindingGuid: string): Promise<DatabaseCredentials>;

  /** Whether our user may use the space: as its developer, or as an admin. */
  mayDevelop(spaceGuid: string): Promise<boolean>;

  /**
   * `cf create-space SPACE -o ORG`: whether this call made it; a space that is there is no error. The same command
   * makes its caller manager and developer of a new space. If the space was there and our user may not use it, `cf
   * set-space-role` makes it a developer. Right before, the name has to lead to the organization: else `guard-refused`.
   */
  createSpace(request: SpaceRef & { readonly orgGuid: string }): Promise<"made" | "was-there">;
  /** `cf rename-space`; a name that is taken is `step-failed`. */
  renameSpace(request: { readonly in: KnownSpace; readonly to: string }): Promise<void>;
  /** `cf create-service … -t TAG`; returns when the CLI does, which proves nothing. */
  createService(request: {
    readonly in: KnownSpace;
    readonly offering: string;
    readonly plan: string;
    readonly name: string;
    readonly tag: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  }): Promise<void>;
  /** `cf update-service … -t TAGS`: replaces its tags; the broker is not asked. */
  tagService(request: KnownInstance & { readonly tags: readonly string[] }): Promise<void>;
  createServiceKey(request: KnownInstance & { readonly key: string }): Promise<void>;
  deleteServiceKey(request: KnownInstance & { readonly key: string }): Promise<void>;
  bindService(request: KnownInstance & { readonly app: string }): Promise<void>;
  unbindService(request: KnownInstance & { readonly app: string }): Promise<void>;
  /**
   * `cf delete-service NAME -f`: returns when Cloud Foundry has taken it on; the broker works on. For the drill alone,
   * which deletes what its own run created.
   */
  deleteService(request: KnownInstance): Promise<void>;
  /** Another name for an instance; a name that is taken is `step-failed`. */
  renameService(request: KnownInstance & { readonly to: string }): Promise<void>;
  restartApp(request: { readonly in: KnownSpace; readonly app: string }): Promise<void>;
}
