/** `/v3/service_credential_bindings`: apps bound to instances, and service keys. */
import { jsonBody, jsonResponse } from "../http/message.ts";
import { maySeeSpace, mayWrite } from "./access.ts";
import { type Answer, answer, busy, type Exchange, notAuthorized, notFound, unprocessable } from "./exchange.ts";
import { accepted } from "./instances.ts";
import { addBinding, addJob } from "./lifecycle.ts";
import { page, passes } from "./page.ts";
import { field, related } from "./parse.ts";
import { renderApp, renderBinding } from "./render.ts";
import type { Binding, CloudControllerState, Instance } from "./state.ts";

export function listBindings({ state, request, who }: Exchange): Answer {
  const items = state.bindings.filter(
    (each) =>
      maySeeSpace(state, who, spaceOf(state, each)) &&
      passes(request, "service_instance_guids", each.instanceGuid) &&
      passes(request, "app_guids", each.appGuid) &&
      passes(request, "guids", each.guid) &&
      passes(request, "names", each.name) &&
      passes(request, "type", each.type),
  );
  const included = (shown: readonly Binding[]): unknown => ({
    apps: state.apps.filter((app) => shown.some((each) => each.appGuid === app.guid)).map(renderApp),
  });
  return answer(
    state,
    page(request, { items, render: renderBinding, included, maxPerPage: state.settings.maxPerPage }),
  );
}

export function getBinding(exchange: Exchange): Answer {
  const binding = visible(exchange);
  const response =
    binding === undefined ? notFound("Service credential binding") : jsonResponse(200, renderBinding(binding));
  return answer(exchange.state, response);
}

/** The credentials come from the broker: the shell asks it, and `settle` puts them into the answer. */
export function bindingDetails(exchange: Exchange): Answer {
  const { state, who } = exchange;
  const binding = visible(exchange);
  if (binding === undefined || binding.lastOperation.state !== "succeeded") {
    return answer(state, notFound("Service credential binding"));
  }
  if (!mayReadSecrets(state, who, binding)) return answer(state, notAuthorized());
  return answer(state, jsonResponse(200, { credentials: {} }), [
    { kind: "credentials", instanceGuid: binding.instanceGuid, bindingGuid: binding.guid },
  ]);
}

export function createBinding({ state, request, who, now }: Exchange): Answer {
  const body = jsonBody(request);
  const instance = state.instances.find((each) => each.guid === related(body, "service_instance"));
  if (instance === undefined || !maySeeSpace(state, who, instance.spaceGuid)) {
    return answer(state, unprocessable("The service instance could not be found"));
  }
  if (!mayWrite(state, who, instance.spaceGuid)) return answer(state, notAuthorized());
  if (instance.lastOperation.state === "in progress") return answer(state, busy(instance.name));
  const name = field(body, "name");
  const wanted = {
    type: field(body, "type") === "app" ? "app" : "key",
    name: typeof name === "string" ? name : null,
    instanceGuid: instance.guid,
    appGuid: related(body, "app") ?? null,
  } as const;
  const taken = refusal(state, instance, wanted);
  if (taken !== undefined) return answer(state, unprocessable(taken));
  const added = addBinding(state, wanted, { now });
  const queued = addJob(added.state, { operation: "service_bindings.create", state: "PROCESSING" }, now);
  const call = {
    kind: "bind",
    jobGuid: queued.job.guid,
    instanceGuid: instance.guid,
    bindingGuid: added.binding.guid,
  } as const;
  return answer(queued.state, accepted(request.origin, queued.job.guid), [call]);
}

export function deleteBinding(exchange: Exchange): Answer {
  const { state, request, who, now } = exchange;
  const binding = visible(exchange);
  if (binding === undefined) return answer(state, notFound("Service credential binding"));
  if (!mayWrite(state, who, spaceOf(state, binding))) return answer(state, notAuthorized());
  const queued = addJob(state, { operation: "service_bindings.delete", state: "PROCESSING" }, now);
  const call = {
    kind: "unbind",
    jobGuid: queued.job.guid,
    instanceGuid: binding.instanceGuid,
    bindingGuid: binding.guid,
  } as const;
  return answer(queued.state, accepted(request.origin, queued.job.guid), [call]);
}

/** The CLI knows these cases by their English text (cf-bosh.md §4.2). */
function refusal(
  state: CloudControllerState,
  instance: Instance,
  wanted: Pick<Binding, "type" | "name" | "appGuid">,
): string | undefined {
  const there = state.bindings.filter((each) => each.instanceGuid === instance.guid && each.type === wanted.type);
  if (wanted.type === "key") {
    return there.some((each) => each.name === wanted.name)
      ? `The binding name is invalid. Key binding names must be unique. The service instance already has a key binding with the name '${wanted.name}'.`
      : undefined;
  }
  const app = state.apps.find((each) => each.guid === wanted.appGuid);
  if (app === undefined) return "The app could not be found";
  if (app.spaceGuid !== instance.spaceGuid) return "The service instance and the app are in different spaces";
  return there.some((each) => each.appGuid === app.guid)
    ? "The app is already bound to the service instance"
    : undefined;
}

function visible({ state, who, params }: Exchange): Binding | undefined {
  const binding = state.bindings.find((each) => each.guid === params[0]);
  return binding !== undefined && maySeeSpace(state, who, spaceOf(state, binding)) ? binding : undefined;
}

function mayReadSecrets(state: CloudControllerState, who: Exchange["who"], binding: Binding): boolean {
  return who.scopes.includes("cloud_controller.admin_read_only") || mayWrite(state, who, spaceOf(state, binding));
}

function spaceOf(state: CloudControllerState, binding: Binding): string {
  return state.instances.find((each) => each.guid === binding.instanceGuid)?.spaceGuid ?? "";
}
