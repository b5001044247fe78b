/** `/v3/service_instances`. */
import { jsonBody, jsonResponse, type HttpResponse } from "../http/message.ts";
import { maySeeSpace, mayWrite } from "./access.ts";
import { busy, type Exchange, notAuthorized, type Route, unprocessable } from "./exchange.ts";
import { addInstance, addJob, patchInstance, removeUserProvided, startDelete } from "./lifecycle.ts";
import { found, type Resource } from "./page.ts";
import { field, related } from "./parse.ts";
import { actorOf, recordUsage } from "./records.ts";
import { renderInstance, includedOfInstances } from "./render.ts";
import type { CloudControllerState, Instance, Space } from "./state.ts";

const NO_SPACE = "Invalid space. Ensure that the space exists and you have access to it.";
const NO_PLAN = "Invalid service plan. Ensure that the service plan exists, is available, and you have access to it.";

export const INSTANCES: Resource<Instance> = {
  title: "Service instance",
  rows: ({ state, who }) => state.instances.filter(({ spaceGuid }) => maySeeSpace(state, who, spaceGuid)),
  filters: {
    names: ({ name }) => name,
    space_guids: ({ spaceGuid }) => spaceGuid,
    organization_guids: ({ spaceGuid }, { state }) => state.spaces.find(({ guid }) => guid === spaceGuid)?.orgGuid,
    service_plan_guids: ({ planGuid }) => planGuid,
    type: ({ type = "managed" }) => type,
  },
  render: (each, { request }) => renderInstance(each, request.origin),
  included: (shown, { state, request }) =>
    [...request.query.keys()].some((name) => name.startsWith("fields["))
      ? includedOfInstances(state, shown)
      : undefined,
};

export const getInstance: Route = (exchange) => {
  const { state, request } = exchange;
  const instance = found(INSTANCES, exchange);
  const included = request.query.has("fields[service_plan]")
    ? { included: includedOfInstances(state, [instance]) }
    : {};
  return jsonResponse(200, { ...renderInstance(instance, request.origin), ...included });
};

export const createInstance: Route = (exchange) => {
  const { state, request, who, now, calls } = exchange;
  const body = jsonBody(request);
  const spaceGuid = related(body, "space");
  const space = state.spaces.find((each) => each.guid === spaceGuid && maySeeSpace(state, who, each.guid));
  const plan = state.plans.find((each) => each.guid === related(body, "service_plan") && each.available);
  const name = field(body, "name");
  if (typeof name !== "string" || name === "" || name.length > 255) throw unprocessable("Name must be a string");
  if (space === undefined) throw unprocessable(NO_SPACE);
  if (!mayWrite(state, who, space.guid)) throw notAuthorized();
  if (plan === undefined) throw unprocessable(NO_PLAN);
  requireRoom(state, space, name);
  const wanted = { name, spaceGuid: space.guid, planGuid: plan.guid, tags: texts(field(body, "tags")) };
  const { guid: instanceGuid } = addInstance(state, wanted, { now, actor: actorOf(who) });
  const jobGuid = addJob(state, { operation: "service_instance.create", instanceGuid }, now);
  const parameters = field(body, "parameters");
  calls.push({
    kind: "provision",
    jobGuid,
    instanceGuid,
    planId: plan.brokerPlanId,
    spaceGuid: space.guid,
    orgGuid: space.orgGuid,
    parameters: isRecord(parameters) ? parameters : {},
  });
  return accepted(exchange, jobGuid);
};

function requireRoom({ instances, settings }: CloudControllerState, space: Space, name: string): void {
  const there = instances.filter((each) => each.spaceGuid === space.guid);
  if (there.some((each) => each.name === name)) throw unprocessable(`The service instance name is taken: ${name}.`);
  // A quota counts the instances that brokers provide.
  const managed = there.filter((each) => each.type === undefined);
  if (managed.length >= settings.serviceLimit) throw unprocessable("You have exceeded your space's services limit.");
}

/** Renames and tags at once, without the broker: neither is passed on by brokers of this era. */
export const updateInstance: Route = (exchange) => {
  const { state, request, now } = exchange;
  const instance = writable(exchange);
  const body = jsonBody(request);
  const name = field(body, "name");
  const taken = state.instances.some(
    (each) => each.guid !== instance.guid && each.spaceGuid === instance.spaceGuid && each.name === name,
  );
  if (taken) throw unprocessable(`The service instance name is taken: ${String(name)}.`);
  const tags = field(body, "tags");
  const changed: Instance = {
    ...instance,
    ...(typeof name === "string" ? { name } : {}),
    ...(Array.isArray(tags) ? { tags: texts(tags) } : {}),
  };
  patchInstance(state, instance.guid, changed);
  const silent = changed.name === instance.name || instance.type === "user-provided";
  if (!silent) recordUsage(state, changed, { event: "UPDATED", now });
  return jsonResponse(200, renderInstance(changed, request.origin));
};

export const deleteInstance: Route = (exchange) => {
  const { state, who, now, calls } = exchange;
  const instance = writable(exchange);
  const when = { now, actor: actorOf(who) };
  if (instance.type === "user-provided") {
    removeUserProvided(state, instance, when);
    return { status: 204, headers: {}, body: "" };
  }
  startDelete(state, instance, when);
  const { guid: instanceGuid } = instance;
  const jobGuid = addJob(state, { operation: "service_instance.delete", instanceGuid }, now);
  calls.push({ kind: "deprovision", jobGuid, instanceGuid });
  return accepted(exchange, jobGuid);
};

export const accepted = ({ request }: Exchange, jobGuid: string): HttpResponse => ({
  status: 202,
  headers: { location: `${request.origin}/v3/jobs/${jobGuid}` },
  body: "",
});

/** The instance that the path names, if the sender may change it now. */
function writable(exchange: Exchange): Instance {
  const instance = found(INSTANCES, exchange);
  if (!mayWrite(exchange.state, exchange.who, instance.spaceGuid)) throw notAuthorized();
  if (instance.lastOperation.state === "in progress") throw busy(instance.name);
  return instance;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
