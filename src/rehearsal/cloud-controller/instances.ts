/** `/v3/service_instances`. */
import { jsonBody, jsonResponse } from "../http/message.ts";
import { maySeeSpace, mayWrite } from "./access.ts";
import { type Answer, answer, busy, type Exchange, notAuthorized, notFound, unprocessable } from "./exchange.ts";
import { addInstance, addJob, patchInstance, removeUserProvided, startDelete } from "./lifecycle.ts";
import { page, passes } from "./page.ts";
import { field, related } from "./parse.ts";
import { recordUsage } from "./records.ts";
import { renderInstance, includedOfInstances } from "./render.ts";
import type { CloudControllerState, Instance, Space } from "./state.ts";

const NO_SPACE = "Invalid space. Ensure that the space exists and you have access to it.";
const NO_PLAN = "Invalid service plan. Ensure that the service plan exists, is available, and you have access to it.";

export function listInstances({ state, request, who }: Exchange): Answer {
  const items = state.instances.filter(
    (each) =>
      maySeeSpace(state, who, each.spaceGuid) &&
      passes(request, "names", each.name) &&
      passes(request, "guids", each.guid) &&
      passes(request, "space_guids", each.spaceGuid) &&
      passes(request, "organization_guids", orgOf(state, each)) &&
      passes(request, "service_plan_guids", each.planGuid) &&
      passes(request, "type", each.type ?? "managed"),
  );
  return answer(
    state,
    page<Instance>(request, {
      items,
      render: (each) => renderInstance(each, request.origin),
      ...(asksFields(request) ? { included: (shown) => includedOfInstances(state, shown) } : {}),
      maxPerPage: state.settings.maxPerPage,
    }),
  );
}

export function getInstance(exchange: Exchange): Answer {
  const { state, request } = exchange;
  const instance = visible(exchange);
  if (instance === undefined) return answer(state, notFound("Service instance"));
  const included = request.query.has("fields[service_plan]")
    ? { included: includedOfInstances(state, [instance]) }
    : {};
  return answer(state, jsonResponse(200, { ...renderInstance(instance, request.origin), ...included }));
}

export function createInstance({ state, request, who, now }: Exchange): Answer {
  const body = jsonBody(request);
  const spaceGuid = related(body, "space");
  const space = state.spaces.find((each) => each.guid === spaceGuid && maySeeSpace(state, who, each.guid));
  const plan = state.plans.find((each) => each.guid === related(body, "service_plan") && each.available);
  const name = field(body, "name");
  if (typeof name !== "string" || name === "" || name.length > 255)
    return answer(state, unprocessable("Name must be a string"));
  if (space === undefined) return answer(state, unprocessable(NO_SPACE));
  if (!mayWrite(state, who, space.guid)) return answer(state, notAuthorized());
  if (plan === undefined) return answer(state, unprocessable(NO_PLAN));
  const full = refusal(state, space, name);
  if (full !== undefined) return answer(state, unprocessable(full));
  const actor = { guid: who.id, type: "user", name: who.name };
  const wanted = { name, spaceGuid: space.guid, planGuid: plan.guid, tags: texts(field(body, "tags")) };
  const { state: added, instance } = addInstance(state, wanted, { now, actor });
  const operation = { operation: "service_instance.create", state: "PROCESSING", instanceGuid: instance.guid } as const;
  const queued = addJob(added, operation, now);
  const parameters = field(body, "parameters");
  const call = {
    kind: "provision",
    jobGuid: queued.job.guid,
    instanceGuid: instance.guid,
    planId: plan.brokerPlanId,
    spaceGuid: space.guid,
    orgGuid: space.orgGuid,
    parameters: isRecord(parameters) ? parameters : {},
  } as const;
  return answer(queued.state, accepted(request.origin, queued.job.guid), [call]);
}

function refusal(state: CloudControllerState, space: Space, name: string): string | undefined {
  const there = state.instances.filter((each) => each.spaceGuid === space.guid);
  if (there.some((each) => each.name === name)) return `The service instance name is taken: ${name}.`;
  // A quota counts the instances that brokers provide.
  const managed = there.filter((each) => each.type === undefined);
  return managed.length >= state.settings.serviceLimit ? "You have exceeded your space's services limit." : undefined;
}

/** Renames and tags at once, without the broker: neither is passed on by brokers of this era. */
export function updateInstance(exchange: Exchange): Answer {
  const { state, request, who, now } = exchange;
  const instance = visible(exchange);
  if (instance === undefined) return answer(state, notFound("Service instance"));
  if (!mayWrite(state, who, instance.spaceGuid)) return answer(state, notAuthorized());
  if (instance.lastOperation.state === "in progress") return answer(state, busy(instance.name));
  const body = jsonBody(request);
  const name = field(body, "name");
  const taken = state.instances.some(
    (each) => each.guid !== instance.guid && each.spaceGuid === instance.spaceGuid && each.name === name,
  );
  if (taken) return answer(state, unprocessable(`The service instance name is taken: ${String(name)}.`));
  const tags = field(body, "tags");
  const changed: Instance = {
    ...instance,
    ...(typeof name === "string" ? { name } : {}),
    ...(Array.isArray(tags) ? { tags: texts(tags) } : {}),
  };
  const patched = patchInstance(state, instance.guid, changed);
  const silent = changed.name === instance.name || instance.type === "user-provided";
  const recorded = silent ? patched : recordUsage(patched, changed, { state: "UPDATED", now });
  return answer(recorded, jsonResponse(200, renderInstance(changed, request.origin)));
}

export function deleteInstance(exchange: Exchange): Answer {
  const { state, request, who, now } = exchange;
  const instance = visible(exchange);
  if (instance === undefined) return answer(state, notFound("Service instance"));
  if (!mayWrite(state, who, instance.spaceGuid)) return answer(state, notAuthorized());
  if (instance.lastOperation.state === "in progress") return answer(state, busy(instance.name));
  const actor = { guid: who.id, type: "user", name: who.name };
  if (instance.type === "user-provided")
    return answer(removeUserProvided(state, instance, { now, actor }), { status: 204, headers: {}, body: "" });
  const started = startDelete(state, instance, { now, actor });
  const queued = addJob(
    started,
    { operation: "service_instance.delete", state: "PROCESSING", instanceGuid: instance.guid },
    now,
  );
  return answer(queued.state, accepted(request.origin, queued.job.guid), [
    { kind: "deprovision", jobGuid: queued.job.guid, instanceGuid: instance.guid },
  ]);
}

export function accepted(origin: string, jobGuid: string): ReturnType<typeof jsonResponse> {
  return { status: 202, headers: { location: `${origin}/v3/jobs/${jobGuid}` }, body: "" };
}

function asksFields(request: Exchange["request"]): boolean {
  return [...request.query.keys()].some((name) => name.startsWith("fields["));
}

function visible({ state, who, params }: Exchange): Instance | undefined {
  const instance = state.instances.find((each) => each.guid === params[0]);
  return instance !== undefined && maySeeSpace(state, who, instance.spaceGuid) ? instance : undefined;
}

function orgOf(state: CloudControllerState, instance: Instance): string {
  return state.spaces.find((each) => each.guid === instance.spaceGuid)?.orgGuid ?? "";
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
