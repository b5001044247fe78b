/**
 * The world of a Cloud Controller with its UAA as one serialisable value. Only times, names and GUIDs: credentials of
 * databases belong to the broker, passwords are kept as digests and tokens by their ids.
 */
import type { Draft } from "../draft.ts";
import type { BrokerCall } from "./broker.ts";

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly passwordSha256: string;
  readonly scopes: readonly string[];
}

export interface Client {
  readonly id: string;
  readonly secretSha256: string;
  readonly scopes: readonly string[];
}

/** The UAA's memory of a token that it gave out. */
export interface Token {
  readonly id: string;
  readonly kind: "access" | "refresh";
  readonly grant: "password" | "client_credentials";
  /** User id or client id. */
  readonly subject: string;
  /** Milliseconds of the epoch. */
  readonly expiresAt: number;
}

export interface Uaa {
  readonly people: readonly Person[];
  readonly clients: readonly Client[];
  readonly tokens: readonly Token[];
  readonly accessTokenSeconds: number;
}

export interface Role {
  readonly guid: string;
  /** `space_developer`, `space_auditor`, `organization_manager`, … */
  readonly type: string;
  readonly subject: string;
  readonly spaceGuid?: string;
  readonly orgGuid?: string;
}

interface Stamped {
  readonly guid: string;
  readonly createdAt: string;
}

export interface Org extends Stamped {
  readonly name: string;
}

export interface Space extends Stamped {
  readonly name: string;
  readonly orgGuid: string;
}

export interface Plan extends Stamped {
  readonly name: string;
  /** The plan's id in the broker's catalogue. */
  readonly brokerPlanId: string;
  readonly offering: string;
  readonly offeringGuid: string;
  readonly broker: string;
  readonly available: boolean;
}

export interface Operation {
  readonly type: "create" | "delete";
  readonly state: "in progress" | "succeeded" | "failed";
  readonly description: string;
  readonly updatedAt: string;
}

export interface Instance extends Stamped {
  readonly name: string;
  /** Absent of those that a broker manages. */
  readonly type?: "user-provided";
  readonly spaceGuid: string;
  /** Empty if no broker manages it. */
  readonly planGuid: string;
  readonly tags: readonly string[];
  readonly lastOperation: Operation;
  /** When the broker may be asked next how an operation stands; milliseconds of the epoch. */
  readonly nextPollAt: number;
  /** The UAA subject that asked for the running operation: the actor of the event that ends it. */
  readonly actor: string;
}

export interface Binding extends Stamped {
  readonly type: "app" | "key";
  readonly name: string | null;
  readonly instanceGuid: string;
  readonly appGuid: string | null;
  readonly lastOperation: Operation;
}

export interface App extends Stamped {
  readonly name: string;
  readonly spaceGuid: string;
  readonly state: "STARTED" | "STOPPED";
  /** Every start counts: a test reads by it that a restart happened once. */
  readonly starts: number;
  readonly crashing: boolean;
}

export interface Job extends Stamped {
  readonly operation: string;
  readonly state: "PROCESSING" | "POLLING" | "COMPLETE" | "FAILED";
  readonly error?: string;
  readonly instanceGuid?: string;
}

export interface UsageEvent extends Stamped {
  readonly state: "CREATED" | "UPDATED" | "DELETED";
  readonly instance: { readonly guid: string; readonly name: string };
  readonly space: { readonly guid: string; readonly name: string };
  readonly orgGuid: string;
  readonly plan: { readonly guid: string; readonly name: string };
  readonly offering: { readonly guid: string; readonly name: string };
  readonly broker: string;
}

export interface AuditEvent extends Stamped {
  readonly type: string;
  readonly actor: { readonly guid: string; readonly type: string; readonly name: string };
  readonly target: { readonly guid: string; readonly type: string; readonly name: string };
  readonly data: Readonly<Record<string, unknown>>;
  readonly spaceGuid: string | null;
  readonly orgGuid: string | null;
}

/** A request as the far side remembers it; bodies without secrets (token requests have none). */
export interface RequestNote {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly status: number;
  readonly body: string;
}

export interface Settings {
  /** Seconds between two questions to the broker about a running operation (a real one: 60). */
  readonly brokerPollSeconds: number;
  /** Service instances allowed per space; more is 422. */
  readonly serviceLimit: number;
  readonly maxPerPage: number;
}

export interface CloudControllerState {
  readonly seed: string;
  /** Grows with every GUID given out. */
  readonly counter: number;
  readonly settings: Settings;
  readonly uaa: Uaa;
  readonly roles: readonly Role[];
  readonly orgs: readonly Org[];
  readonly spaces: readonly Space[];
  readonly plans: readonly Plan[];
  readonly instances: readonly Instance[];
  readonly bindings: readonly Binding[];
  readonly apps: readonly App[];
  readonly jobs: readonly Job[];
  readonly usageEvents: readonly UsageEvent[];
  readonly auditEvents: readonly AuditEvent[];
  /** Broker calls that are decided and not yet answered: a restarted shell makes them again. */
  readonly pending: readonly BrokerCall[];
  /** Requests by `METHOD /path` with GUIDs replaced by `:guid`. */
  readonly counts: Readonly<Record<string, number>>;
  /** Every request that was no GET, and every GET that failed, oldest first. */
  readonly requests: readonly RequestNote[];
}

/** A Cloud Controller to change. */
export type Cloud = Draft<CloudControllerState>;
