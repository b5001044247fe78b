/**
 * The BOSH director as a pure function: state and request in; state, answer and agent calls out.
 * Facts: cf-bosh.md §3.3, §3.4, §4.3; real-parts.md §1.7. Held to the real bosh CLI by test/contract.
 */
import { draftOf } from "../draft.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { asker, grantToken } from "./access.ts";
import type { AgentCall } from "./agent.ts";
import { DirectorRefusal, type Exchange } from "./exchange.ts";
import { ssh } from "./ssh.ts";
import type { Deployment, DirectorInstance, DirectorState } from "./state.ts";
import { began, listTasks, lookAtTask, taskOutput } from "./tasks.ts";

export interface Answer {
  readonly state: DirectorState;
  readonly response: HttpResponse;
  readonly calls: readonly AgentCall[];
}

export function handle(before: DirectorState, request: HttpRequest, now: Date): Answer {
  const state = draftOf(before);
  const calls: AgentCall[] = [];
  try {
    const response = dispatch({ state, request, now, calls });
    state.pending.push(...calls);
    return { state, response, calls };
  } catch (thrown) {
    if (!(thrown instanceof DirectorRefusal)) throw thrown;
    return { state: before, response: thrown.response, calls: [] };
  }
}

function dispatch(asked: Omit<Exchange, "who">): HttpResponse {
  const { state, request, now } = asked;
  const { method, path } = request;
  if (method === "GET" && path === "/info") return info(state, request);
  if (method === "POST" && path === "/uaa/oauth/token") return grantToken(state, request, now);
  const who = asker(state, request, now);
  if (who === undefined) throw new DirectorRefusal(401, NOT_AUTHORIZED, `Not authorized: '${path}'`);
  if (!who.mayRead)
    throw new DirectorRefusal(403, NOT_AUTHORIZED, `Not authorized: '${path}' requires one of the scopes: bosh.admin`);
  return route({ ...asked, who });
}

const NOT_AUTHORIZED = 600000;

function route(exchange: Exchange): HttpResponse {
  const { state, request } = exchange;
  const { method, path } = request;
  const [, task, output] = /^\/tasks\/(\d+)(\/output)?$/.exec(path) ?? [];
  const [, named, what] = /^\/deployments\/([^/]+)\/(instances|ssh)$/.exec(path) ?? [];
  const noEndpoint = new DirectorRefusal(404, 404, "Endpoint not found");
  if (method === "GET" && path === "/deployments") return listDeployments(state);
  if (method === "GET" && path === "/locks") return listLocks(state);
  if (method === "GET" && path === "/tasks") return listTasks(state, request);
  if (method === "GET" && task !== undefined)
    return output === undefined ? lookAtTask(state, Number(task)) : taskOutput(state, request, Number(task));
  if (named === undefined) throw noEndpoint;
  const name = decodeURIComponent(named);
  const deployment = state.deployments.find((each) => each.name === name);
  if (deployment === undefined) throw new DirectorRefusal(404, 70000, `Deployment '${name}' doesn't exist`);
  if (method === "POST" && what === "ssh") return ssh(exchange, deployment);
  if (method !== "GET") throw noEndpoint;
  return instances(exchange, deployment);
}

function info({ auth, name, uuid, version }: DirectorState, { origin }: HttpRequest): HttpResponse {
  return jsonResponse(200, {
    name,
    uuid,
    version,
    user: null,
    cpi: "vsphere_cpi",
    features: {},
    user_authentication: { type: auth, options: auth === "uaa" ? { url: `${origin}/uaa` } : {} },
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

function instances(exchange: Exchange, { name, instances: all }: Deployment): HttpResponse {
  const { state } = exchange;
  const result = all.map((each) => `${JSON.stringify(shownInstance(state, each))}\n`).join("");
  return began(exchange, { description: "retrieve instance-stats", deployment: name, result });
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
