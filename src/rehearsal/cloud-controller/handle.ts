/**
 * The Cloud Controller and its UAA as a pure function: state and request in; state, answer and broker calls out.
 * Facts: cf-bosh.md §2, §4.2; real-parts.md §1.7. Held to the real CLI by test/contract.
 */
import { draftOf } from "../draft.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { maySeeSpace, readsEverything } from "./access.ts";
import { APP_ROUTES } from "./apps.ts";
import * as bindings from "./bindings.ts";
import type { BrokerCall } from "./broker.ts";
import { Refusal, type Route, stamp } from "./exchange.ts";
import * as instances from "./instances.ts";
import { listOf, oneOf, type Resource } from "./page.ts";
import * as places from "./places.ts";
import { renderAudit, renderJob, renderUsage } from "./render.ts";
import type { AuditEvent, Cloud, CloudControllerState, Job, UsageEvent } from "./state.ts";
import { authenticate, grantToken } from "./uaa.ts";

/** Without a global read scope: an empty list, not an error (cf-bosh.md §2.1). */
const USAGE_EVENTS: Resource<UsageEvent> = {
  title: "Usage event",
  rows: ({ state, who }) => (readsEverything(who) ? state.usageEvents : []),
  filters: { service_instance_types: () => "managed_service_instance" },
  inTime: true,
  render: renderUsage,
};

/** Others than global readers see the events of spaces where they have a role today. */
const AUDIT_EVENTS: Resource<AuditEvent> = {
  title: "Event",
  rows: ({ state, who }) =>
    state.auditEvents.filter(
      ({ spaceGuid }) => readsEverything(who) || (spaceGuid !== null && maySeeSpace(state, who, spaceGuid)),
    ),
  filters: {
    types: ({ type }) => type,
    target_guids: ({ target }) => target.guid,
    space_guids: ({ spaceGuid }) => spaceGuid,
    organization_guids: ({ orgGuid }) => orgGuid,
  },
  inTime: true,
  render: renderAudit,
};

const JOBS: Resource<Job> = { title: "Job", rows: ({ state }) => state.jobs, render: renderJob };

const ROUTES = Object.entries<Route>({
  "GET /v3/organizations": listOf(places.ORGS),
  "GET /v3/organizations/:guid": oneOf(places.ORGS),
  "GET /v3/spaces": listOf(places.SPACES),
  "GET /v3/spaces/:guid": oneOf(places.SPACES),
  "POST /v3/spaces": places.createSpace,
  "PATCH /v3/spaces/:guid": places.renameSpace,
  "GET /v3/roles": listOf(places.ROLES),
  "POST /v3/roles": places.createRole,
  "GET /v3/service_plans": listOf(places.PLANS),
  "GET /v3/service_plans/:guid": oneOf(places.PLANS),
  "GET /v3/service_offerings": listOf(places.OFFERINGS),
  "GET /v3/service_offerings/:guid": oneOf(places.OFFERINGS),
  "GET /v3/service_instances": listOf(instances.INSTANCES),
  "POST /v3/service_instances": instances.createInstance,
  "GET /v3/service_instances/:guid": instances.getInstance,
  "PATCH /v3/service_instances/:guid": instances.updateInstance,
  "DELETE /v3/service_instances/:guid": instances.deleteInstance,
  "GET /v3/service_instances/:guid/relationships/shared_spaces": () => jsonResponse(200, { data: [] }),
  "GET /v3/service_credential_bindings": listOf(bindings.BINDINGS),
  "POST /v3/service_credential_bindings": bindings.createBinding,
  "GET /v3/service_credential_bindings/:guid": oneOf(bindings.BINDINGS),
  "GET /v3/service_credential_bindings/:guid/details": bindings.bindingDetails,
  "DELETE /v3/service_credential_bindings/:guid": bindings.deleteBinding,
  "GET /v3/service_usage_events": listOf(USAGE_EVENTS),
  "GET /v3/audit_events": listOf(AUDIT_EVENTS),
  "GET /v3/jobs/:guid": oneOf(JOBS),
  ...APP_ROUTES,
}).map(([form, route]) => [new RegExp(`^${form.replaceAll(/(?<=\/):\w+/g, "([^/]+)")}$`), route] as const);

/** The version that `GET /` names: of the months of cf 8.18. */
const API_VERSION = "3.209.0";

export interface Answer {
  readonly state: CloudControllerState;
  readonly response: HttpResponse;
  readonly calls: readonly BrokerCall[];
}

export function handle(before: CloudControllerState, request: HttpRequest, now: Date): Answer {
  const { state, response, calls } = answered(before, request, now);
  state.pending.push(...calls.filter((call) => call.kind !== "credentials"));
  note(state, request, { status: response.status, now });
  return { state, response, calls };
}

/** A refused request changes nothing. */
function answered(before: CloudControllerState, request: HttpRequest, now: Date) {
  const state = draftOf(before);
  const calls: BrokerCall[] = [];
  try {
    return { state, calls, response: dispatch({ state, request, now, calls }) };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { state: draftOf(before), calls: [], response: thrown.response };
  }
}

function dispatch(asked: Omit<Parameters<Route>[0], "who" | "params">): HttpResponse {
  const { state, request, now } = asked;
  const { method, path } = request;
  const call = `${method} ${path}`;
  if (["GET /", "GET ", "GET /v3"].includes(call)) return root(request);
  if (call === "GET /login") return jsonResponse(200, { prompts: {}, links: {} });
  if (call === "POST /oauth/token") return grantToken(state, request, now);
  const who = authenticate(state, request, now);
  for (const [form, route] of ROUTES) {
    const match = form.exec(call);
    if (match !== null) return route({ ...asked, who, params: match.slice(1).map(decodeURIComponent) });
  }
  throw new Refusal(404, { code: 10000, title: "NotFound" }, "Unknown request");
}

function root(request: HttpRequest): HttpResponse {
  const link = (path = ""): { readonly href: string } => ({ href: `${request.origin}${path}` });
  return jsonResponse(200, {
    links: {
      self: link(),
      cloud_controller_v2: null,
      cloud_controller_v3: { ...link("/v3"), meta: { version: API_VERSION } },
      network_policy_v0: null,
      network_policy_v1: null,
      login: link(),
      uaa: link(),
      credhub: null,
      routing: null,
      logging: null,
      log_cache: link("/log-cache"),
      log_stream: null,
      app_ssh: null,
    },
  });
}

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function note(
  state: Cloud,
  { method, path, query, body }: HttpRequest,
  { status, now }: { readonly status: number; readonly now: Date },
): void {
  const key = `${method} ${path.replaceAll(GUID, ":guid")}`;
  state.counts = { ...state.counts, [key]: (state.counts[key] ?? 0) + 1 };
  if (method === "GET" && status < 400) return;
  const text = path === "/oauth/token" ? "" : body.toString();
  state.requests.push({ at: stamp(now), method, path, query: query.toString(), status, body: text });
}
