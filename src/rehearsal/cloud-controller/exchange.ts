/** The input and the answer of every route, and the error envelope of the v3 API (cf-bosh.md §2.4). */
import { createHash } from "node:crypto";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import type { BrokerCall } from "./broker.ts";
import type { CloudControllerState } from "./state.ts";

/** Who sent the request: resolved from the bearer token. */
export interface Subject {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
}

export interface Exchange {
  readonly state: CloudControllerState;
  readonly request: HttpRequest;
  readonly now: Date;
  readonly who: Subject;
  /** The path's variable parts, decoded. */
  readonly params: readonly string[];
}

export interface Answer {
  readonly state: CloudControllerState;
  readonly response: HttpResponse;
  readonly calls: readonly BrokerCall[];
}

export function answer(state: CloudControllerState, response: HttpResponse, calls: readonly BrokerCall[] = []): Answer {
  return { state, response, calls };
}

export interface ApiError {
  readonly code: number;
  /** Without its "CF-". */
  readonly title: string;
  readonly detail: string;
}

export function errorResponse(status: number, { code, title, detail }: ApiError): HttpResponse {
  return jsonResponse(status, { errors: [{ code, title: `CF-${title}`, detail }] });
}

export const notFound = (what: string): HttpResponse =>
  errorResponse(404, { code: 10010, title: "ResourceNotFound", detail: `${what} not found` });

export const unprocessable = (detail: string): HttpResponse =>
  errorResponse(422, { code: 10008, title: "UnprocessableEntity", detail });

export const notAuthorized = (): HttpResponse =>
  errorResponse(403, {
    code: 10003,
    title: "NotAuthorized",
    detail: "You are not authorized to perform the requested action",
  });

export const busy = (name: string): HttpResponse =>
  errorResponse(409, {
    code: 60016,
    title: "AsyncServiceInstanceOperationInProgress",
    detail: `An operation for service instance ${name} is in progress.`,
  });

/** The next GUID of a state: the same state gives the same one, so that a replayed request is the same world. */
export function nextGuid(state: CloudControllerState): { readonly guid: string; readonly state: CloudControllerState } {
  const hex = createHash("sha256").update(`${state.seed}/${state.counter}`).digest("hex");
  const variant = "89ab"[Number.parseInt(hex.slice(16, 17), 16) % 4] ?? "8";
  const guid = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ];
  return { guid: guid.join("-"), state: { ...state, counter: state.counter + 1 } };
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The API's times have whole seconds. */
export function stamp(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}
