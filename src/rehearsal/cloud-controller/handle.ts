/**
 * The Cloud Controller and its UAA as a pure function: state and request in; state, answer and broker calls out.
 * Facts: cf-bosh.md §2, §4.2; real-parts.md §1.7. Held to the real CLI by test/contract.
 */
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { type Fault, strike } from "../http/fault.ts";
import * as apps from "./apps.ts";
import * as bindings from "./bindings.ts";
import { type Answer, answer, errorResponse, type Exchange, notFound, stamp } from "./exchange.ts";
import * as instances from "./instances.ts";
import * as places from "./places.ts";
import type { CloudControllerState } from "./state.ts";
import { authenticate, grantToken } from "./uaa.ts";
import { maySeeSpace, readsEverything } from "./access.ts";
import { inTime, page, passes } from "./page.ts";
import { renderAudit, renderJob, renderUsage } from "./render.ts";

type Route = (exchange: Exchange) => Answer;

const ROUTES: readonly (readonly [string, RegExp, Route])[] = [
  ["GET", /^\/v3\/organizations$/, places.listOrgs],
  ["GET", /^\/v3\/organizations\/([^/]+)$/, places.getOrg],
  ["GET", /^\/v3\/spaces$/, places.listSpaces],
  ["GET", /^\/v3\/spaces\/([^/]+)$/, places.getSpace],
  ["POST", /^\/v3\/spaces$/, places.createSpace],
  ["PATCH", /^\/v3\/spaces\/([^/]+)$/, places.renameSpace],
  ["GET", /^\/v3\/roles$/, places.listRoles],
  ["POST", /^\/v3\/roles$/, places.createRole],
  ["GET", /^\/v3\/service_plans$/, places.listPlans],
  ["GET", /^\/v3\/service_plans\/([^/]+)$/, places.getPlan],
  ["GET", /^\/v3\/service_offerings$/, places.listOfferings],
  ["GET", /^\/v3\/service_offerings\/([^/]+)$/, places.getOffering],
  ["GET", /^\/v3\/service_instances$/, instances.listInstances],
  ["POST", /^\/v3\/service_instances$/, instances.createInstance],
  ["GET", /^\/v3\/service_instances\/([^/]+)$/, instances.getInstance],
  ["PATCH", /^\/v3\/service_instances\/([^/]+)$/, instances.updateInstance],
  ["DELETE", /^\/v3\/service_instances\/([^/]+)$/, instances.deleteInstance],
  ["GET", /^\/v3\/service_instances\/([^/]+)\/relationships\/shared_spaces$/, apps.sharedSpaces],
  ["GET", /^\/v3\/service_credential_bindings$/, bindings.listBindings],
  ["POST", /^\/v3\/service_credential_bindings$/, bindings.createBinding],
  ["GET", /^\/v3\/service_credential_bindings\/([^/]+)$/, bindings.getBinding],
  ["GET", /^\/v3\/service_credential_bindings\/([^/]+)\/details$/, bindings.bindingDetails],
  ["DELETE", /^\/v3\/service_credential_bindings\/([^/]+)$/, bindings.deleteBinding],
  ["GET", /^\/v3\/service_usage_events$/, listUsageEvents],
  ["GET", /^\/v3\/audit_events$/, listAuditEvents],
  ["GET", /^\/v3\/jobs\/([^/]+)$/, getJob],
  ["GET", /^\/v3\/apps$/, apps.listApps],
  ["GET", /^\/v3\/apps\/([^/]+)$/, apps.getApp],
  ["POST", /^\/v3\/apps\/([^/]+)\/actions\/(start|stop|restart)$/, apps.actOnApp],
  ["GET", /^\/v3\/apps\/([^/]+)\/processes$/, apps.listProcesses],
  ["GET", /^\/v3\/apps\/([^/]+)\/droplets\/current$/, apps.currentDroplet],
  ["GET", /^\/v3\/apps\/([^/]+)\/routes$/, apps.listNothing],
  ["GET", /^\/v3\/processes\/([^/]+)$/, apps.getProcess],
  ["GET", /^\/v3\/processes\/([^/]+)\/stats$/, apps.processStats],
  ["GET", /^\/v3\/processes\/([^/]+)\/sidecars$/, apps.listNothing],
  ["GET", /^\/v3\/packages$/, apps.listPackages],
  ["GET", /^\/v3\/packages\/([^/]+)\/droplets$/, apps.listDroplets],
  ["GET", /^\/v3\/(?:deployments|routes|sidecars)$/, apps.listNothing],
  ["GET", /^\/v3\/feature_flags\/([^/]+)$/, apps.featureFlag],
];

/** The version that `GET /` names: of the months of cf 8.18. */
const API_VERSION = "3.209.0";

export function handle(state: CloudControllerState, request: HttpRequest, now: Date): Answer {
  const given = dispatch(state, request, now);
  const pending = given.calls.filter((call) => call.kind !== "credentials");
  return {
    ...given,
    state: note({ ...given.state, pending: [...given.state.pending, ...pending] }, request, { given, now }),
  };
}

/** Lets the state's faults see a request. */
export function meetFault(
  state: CloudControllerState,
  request: HttpRequest,
): { readonly state: CloudControllerState; readonly fault: Fault | undefined } {
  const { fault, faults } = strike(state.faults, request.method, request.path);
  return { state: faults === state.faults ? state : { ...state, faults }, fault };
}

function dispatch(state: CloudControllerState, request: HttpRequest, now: Date): Answer {
  const { method, path } = request;
  if (method === "GET" && (path === "/" || path === "")) return answer(state, root(request));
  if (method === "GET" && path === "/v3") return answer(state, root(request));
  if (method === "GET" && path === "/login") return answer(state, jsonResponse(200, { prompts: {}, links: {} }));
  if (method === "POST" && path === "/oauth/token") {
    const granted = grantToken(state, request, now);
    return answer(granted.state, granted.response);
  }
  const who = authenticate(state, request, now);
  if ("status" in who) return answer(state, who);
  for (const [verb, pattern, route] of ROUTES) {
    const match = verb === method ? pattern.exec(path) : null;
    if (match !== null) return route({ state, request, now, who, params: match.slice(1).map(decodeURIComponent) });
  }
  return answer(state, errorResponse(404, { code: 10000, title: "NotFound", detail: "Unknown request" }));
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

function note(
  state: CloudControllerState,
  request: HttpRequest,
  { given, now }: { readonly given: Answer; readonly now: Date },
): CloudControllerState {
  const key = `${request.method} ${request.path.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, ":guid")}`;
  const counts = { ...state.counts, [key]: (state.counts[key] ?? 0) + 1 };
  if (request.method === "GET" && given.response.status < 400) return { ...state, counts };
  const row = {
    at: stamp(now),
    method: request.method,
    path: request.path,
    query: request.query.toString(),
    status: given.response.status,
    body: request.path === "/oauth/token" ? "" : request.body,
  };
  return { ...state, counts, requests: [...state.requests, row] };
}

/** Without a global read scope: an empty list, not an error (cf-bosh.md §2.1). */
function listUsageEvents({ state, request, who }: Exchange): Answer {
  const visible = readsEverything(who) ? state.usageEvents : [];
  const items = visible.filter(
    (each) =>
      passes(request, "guids", each.guid) &&
      passes(request, "service_instance_types", "managed_service_instance") &&
      inTime(request, each.createdAt),
  );
  return answer(state, page(request, { items, render: renderUsage, maxPerPage: state.settings.maxPerPage }));
}

/** Others than global readers see the events of spaces where they have a role today. */
function listAuditEvents({ state, request, who }: Exchange): Answer {
  const items = state.auditEvents.filter(
    (each) =>
      (readsEverything(who) || (each.spaceGuid !== null && maySeeSpace(state, who, each.spaceGuid))) &&
      passes(request, "types", each.type) &&
      passes(request, "target_guids", each.target.guid) &&
      passes(request, "space_guids", each.spaceGuid) &&
      passes(request, "organization_guids", each.orgGuid) &&
      inTime(request, each.createdAt),
  );
  return answer(state, page(request, { items, render: renderAudit, maxPerPage: state.settings.maxPerPage }));
}

function getJob({ state, params }: Exchange): Answer {
  const job = state.jobs.find((each) => each.guid === params[0]);
  return answer(state, job === undefined ? notFound("Job") : jsonResponse(200, renderJob(job)));
}
