/** `/v3/service_credential_bindings`: apps bound to instances, and service keys. */
import { jsonBody, jsonResponse } from "../http/message.ts";
import { maySeeSpace, mayWrite } from "./access.ts";
import { busy, notAuthorized, notFound, type Route, unprocessable } from "./exchange.ts";
import { accepted } from "./instances.ts";
import { addBinding, addJob } from "./lifecycle.ts";
import { found, type Resource } from "./page.ts";
import { field, related } from "./parse.ts";
import { renderApp, renderBinding } from "./render.ts";
import type { Binding, CloudControllerState, Instance } from "./state.ts";

export const BINDINGS: Resource<Binding> = {
  title: "Service credential binding",
  rows: ({ state, who }) => state.bindings.filter((each) => maySeeSpace(state, who, spaceOf(state, each))),
  filters: {
    service_instance_guids: ({ instanceGuid }) => instanceGuid,
    app_guids: ({ appGuid }) => appGuid,
    names: ({ name }) => name,
    type: ({ type }) => type,
  },
  render: renderBinding,
  included: (shown, { state }) => ({
    apps: state.apps.filter((app) => shown.some((each) => each.appGuid === app.guid)).map(renderApp),
  }),
};

/** The credentials come from the broker: the shell asks it, and `settle` puts them into the answer. */
export const bindingDetails: Route = (exchange) => {
  const { state, who, calls } = exchange;
  const binding = found(BINDINGS, exchange);
  if (binding.lastOperation.state !== "succeeded") throw notFound(BINDINGS.title);
  const mayRead = who.scopes.includes("cloud_controller.admin_read_only");
  if (!mayRead && !mayWrite(state, who, spaceOf(state, binding))) throw notAuthorized();
  calls.push({ kind: "credentials", instanceGuid: binding.instanceGuid, bindingGuid: binding.guid });
  return jsonResponse(200, { credentials: {} });
};

export const createBinding: Route = (exchange) => {
  const { state, request, who, now, calls } = exchange;
  const body = jsonBody(request);
  const instance = state.instances.find((each) => each.guid === related(body, "service_instance"));
  if (instance === undefined || !maySeeSpace(state, who, instance.spaceGuid))
    throw unprocessable("The service instance could not be found");
  if (!mayWrite(state, who, instance.spaceGuid)) throw notAuthorized();
  if (instance.lastOperation.state === "in progress") throw busy(instance.name);
  const name = field(body, "name");
  const wanted = {
    type: field(body, "type") === "app" ? "app" : "key",
    name: typeof name === "string" ? name : null,
    instanceGuid: instance.guid,
    appGuid: related(body, "app") ?? null,
  } as const;
  const taken = refusal(state, instance, wanted);
  if (taken !== undefined) throw unprocessable(taken);
  const { guid: bindingGuid } = addBinding(state, wanted, now);
  const jobGuid = addJob(state, { operation: "service_bindings.create" }, now);
  calls.push({ kind: "bind", jobGuid, instanceGuid: instance.guid, bindingGuid });
  return accepted(exchange, jobGuid);
};

export const deleteBinding: Route = (exchange) => {
  const { state, who, now, calls } = exchange;
  const binding = found(BINDINGS, exchange);
  const { instanceGuid, guid: bindingGuid } = binding;
  if (!mayWrite(state, who, spaceOf(state, binding))) throw notAuthorized();
  const jobGuid = addJob(state, { operation: "service_bindings.delete" }, now);
  calls.push({ kind: "unbind", jobGuid, instanceGuid, bindingGuid });
  return accepted(exchange, jobGuid);
};

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

const spaceOf = (state: CloudControllerState, { instanceGuid }: Binding): string =>
  state.instances.find(({ guid }) => guid === instanceGuid)?.spaceGuid ?? "";
