/** The input and the answer of every route, and the error envelope of the v3 API (cf-bosh.md §2.4). */
import { guidOf } from "../guid.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import type { BrokerCall } from "./broker.ts";
import type { Cloud } from "./state.ts";

/** Who sent the request: resolved from the bearer token. */
export interface Subject {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

export interface Exchange {
  /** A route changes it, and refuses by a `Refusal`: then nothing is changed. */
  readonly state: Cloud;
  readonly request: HttpRequest;
  readonly now: Date;
  readonly who: Subject;
  /** The path's variable parts, decoded. */
  readonly params: readonly string[];
  /** Calls of the broker that the route decides on. */
  readonly calls: BrokerCall[];
}

export type Route = (exchange: Exchange) => HttpResponse;

export class Refusal extends Error {
  readonly response: HttpResponse;

  constructor(status: number, { code, title }: { readonly code: number; readonly title: string }, detail: string) {
    super(detail);
    this.response = jsonResponse(status, { errors: [{ code, title: `CF-${title}`, detail }] });
  }
}

export const notFound = (what: string): Refusal =>
  new Refusal(404, { code: 10010, title: "ResourceNotFound" }, `${what} not found`);

export const unprocessable = (detail: string): Refusal =>
  new Refusal(422, { code: 10008, title: "UnprocessableEntity" }, detail);

export const notAuthorized = (): Refusal =>
  new Refusal(403, { code: 10003, title: "NotAuthorized" }, "You are not authorized to perform the requested action");

export const busy = (name: string): Refusal =>
  new Refusal(
    409,
    { code: 60016, title: "AsyncServiceInstanceOperationInProgress" },
    `An operation for service instance ${name} is in progress.`,
  );

/** The next GUID of a state: the same state gives the same one, so that a replayed request is the same world. */
export const nextGuid = (state: Cloud): string => guidOf(`${state.seed}/${state.counter++}`);

/** The API's times have whole seconds. */
export const stamp = (now: Date): string => `${now.toISOString().slice(0, 19)}Z`;
