/**
 * The BOSH director as a pure function: state and request in; state, answer and agent calls out.
 * Facts: cf-bosh.md §3.3, §3.4, §4.3; real-parts.md §1.7. Held to the real bosh CLI by test/contract.
 */
import { strike, type Fault } from "../http/fault.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { asker, grantToken } from "./access.ts";
import { type Answer, answer, type Exchange } from "./exchange.ts";
import { ssh } from "./ssh.ts";
import type { Deployment, DirectorInstance, DirectorState } from "./state.ts";
import { addTask, listTasks, lookAtTask, redirectTo, taskOutput } from "./tasks.ts";

export function handle(state: DirectorState, request: HttpRequest, now: Date): Answer {
  const given = dispatch(state, request, now);
  const key = `${request.method} ${request.path.replace(/^\/tasks\/\d+/, "/tasks/:id")}`;
  const counts = { ...given.state.counts, [key]: (given.state.counts[key] ?? 0) + 1 };
  const noted = { ...given.state, counts, pending: [...given.state.pending, ...given.calls] };
  if (request.method === "GET" || request.path.endsWith("/oauth/token")) return { ...given, state: noted };
  const { method, path, body } = request;
  const row = { method, path, status: given.response.status, body };
  return { ...given, state: { ...noted, requests: [...noted.requests, row] } };
}

export function meetFault(
  state: DirectorState,
  request: HttpRequest,
): { readonly state: DirectorState; readonly fault: Fault | undefined } {
  const { fault, faults } = strike(state.faults, request.method, request.path);
  return { state: faults === state.faults ? state : { ...state, faults }, fault };
}

function dispatch(state: DirectorState, request: HttpRequest, now: Date): Answer {
  if (request.method === "GET" && request.path === "/info") return answer(state, info(state, request));
  if (request.method === "POST" && request.path === "/uaa/oauth/token") {
    const granted = grantToken(state, request, now);
    return answer(granted.state, granted.response);
  }
  const who = asker(state, request, now);
  if (who === undefined) return answer(state, refusal(401, `Not authorized: '${request.path}'`));
  if (!who.mayRead)
    return answer(state, refusal(403, `Not authorized: '${request.path}' requires one of the scopes: bosh.admin`));
  return route({ state, request, now, who });
}

function route(exchange: Exchange): Answer {
  const { state, request } = exchange;
  const { method, path } = request;
  const task = /^\/tasks\/(\d+)(\/output)?$/.exec(path);
  const deployment = /^\/deployments\/([^/]+)\/(instances|vms|ssh)$/.exec(path);
  if (method === "GET" && path === "/deployments") return answer(state, listDeployments(state));
  if (method === "GET" && path === "/locks") return answer(state, listLocks(state));
  if (method === "GET" && path === "/tasks") return answer(state, listTasks(state, request));
  if (method === "GET" && task !== null) {
    if (task[2] !== undefined) return answer(state, taskOutput(state, request, Number(task[1])));
    const looked = lookAtTask(state, Number(task[1]));
    return answer(looked.state, looked.response);
  }
  if (deployment === null) return answer(state, refusal(404, "Endpoint not found"));
  const name = decodeURIComponent(deployment[1] ?? "");
  const found = state.deployments.find((each) => each.name === name);
  if (found === undefined)
    return answer(state, jsonResponse(404, { code: 70000, description: `Deployment '${name}' doesn't exist` }));
  if (method === "POST" && deployment[2] === "ssh") return ssh(exchange, found);
  return method === "GET" ? instances(exchange, found) : answer(state, refusal(404, "Endpoint not found"));
}

function info(state: DirectorState, request: HttpRequest): HttpResponse {
  const authentication =
    state.auth === "uaa" ? { type: "uaa", options: { url: `${request.origin}/uaa` } } : { type: "basic", options: {} };
  const { name, uuid, version } = state;
  return jsonResponse(200, {
    name,
    uuid,
    version,
    user: null,
    cpi: "vsphere_cpi",
    features: {},
    user_authentication: authentication,
  });
}

function listDeployments(state: DirectorState): HttpResponse {
  const shown = state.deployments.map(({ name }) => ({
    name,
    releases: [{ name: "dingo-postgresql", version: "0.10.2" }],
    stemcells: [{ name: "bosh-vsphere-esxi-ubuntu-trusty-go_agent", version: "3312" }],
    cloud_config: "none",
    teams: [],
  }));
  return jsonResponse(200, shown);
}

function listLocks(state: DirectorState): HttpResponse {
  const shown = state.locks.map(({ type, resource, taskId, expiresAt }) => ({
    type,
    resource,
    timeout: String(expiresAt),
    task_id: taskId,
  }));
  return jsonResponse(200, shown);
}

function instances({ state, request, now, who }: Exchange, deployment: Deployment): Answer {
  const result = deployment.instances.map((each) => `${JSON.stringify(shownInstance(state, each))}\n`).join("");
  const description = `retrieve ${request.path.endsWith("vms") ? "vm-stats" : "instance-stats"}`;
  const added = addTask(state, { description, deployment: deployment.name, user: who.user, result, now });
  return answer(added.state, redirectTo(request, added.task));
}

function shownInstance(state: DirectorState, instance: DirectorInstance): unknown {
  return {
    agent_id: instance.agentId,
    job_name: instance.group,
    index: instance.index,
    id: state.identity === "uuid" ? instance.id : null,
    job_state: instance.jobState,
    state: "started",
    az: instance.az,
    ips: instance.ips,
    dns: [],
    vm_cid: instance.hasVm ? `vm-${instance.id}` : null,
    vm_type: "large",
    disk_cid: null,
    disk_cids: [],
    active: true,
    bootstrap: instance.index === 0,
    ignore: false,
    processes: instance.processes,
    vitals: {},
    vm_created_at: "2016-03-10T00:00:00Z",
    resurrection_paused: false,
  };
}

function refusal(status: number, description: string): HttpResponse {
  return jsonResponse(status, { code: status === 404 ? 404 : 600000, description });
}
