/** `POST /deployments/D/ssh`: ephemeral users, set up and cleaned up by the agents (cf-bosh.md §3.4). */
import { jsonBody } from "../http/message.ts";
import type { AgentCall, AgentOutcome, AgentTarget } from "./agent.ts";
import { type Answer, answer, type Exchange } from "./exchange.ts";
import type { Deployment, DirectorInstance, DirectorState } from "./state.ts";
import { addTask, changeTask, redirectTo } from "./tasks.ts";

interface SshBody {
  readonly command?: string;
  readonly target?: { readonly job?: string; readonly indexes?: readonly unknown[]; readonly ids?: readonly unknown[] };
  readonly params?: { readonly user?: string; readonly public_key?: string; readonly user_regex?: string };
}

export function ssh({ state, request, now, who }: Exchange, deployment: Deployment): Answer {
  const body = (jsonBody(request) ?? {}) as SshBody;
  const targets = deployment.instances
    .filter((each) => each.hasVm && isMeant(each, body.target))
    .map((each) => ({
      deployment: deployment.name,
      group: each.group,
      id: identity(state, each),
      index: each.index,
      ip: each.ips[0] ?? "",
    }));
  const description = `ssh: ${body.command}:${JSON.stringify(body.target)}`;
  const added = addTask(state, { description, deployment: deployment.name, user: who.user, result: "", now });
  const response = redirectTo(request, added.task);
  if (targets.length === 0) {
    const summary = "No instance in deployment matched the filter";
    return answer(changeTask(added.state, added.task.id, { state: "error", summary }), response);
  }
  const call: AgentCall =
    body.command === "setup"
      ? {
          kind: "setup",
          taskId: added.task.id,
          targets,
          user: body.params?.user ?? "",
          publicKey: body.params?.public_key ?? "",
        }
      : { kind: "cleanup", taskId: added.task.id, targets, userRegex: body.params?.user_regex ?? "^$" };
  return { state: added.state, response, calls: [call] };
}

/** The director's filter: an empty one means every instance of the deployment (cf-bosh.md §0.3). */
function isMeant(instance: DirectorInstance, target: SshBody["target"]): boolean {
  const slugs = [...(target?.indexes ?? []), ...(target?.ids ?? [])].map(String);
  const groupFits = target?.job === undefined || target.job === "" || target.job === instance.group;
  return groupFits && (slugs.length === 0 || slugs.includes(instance.id) || slugs.includes(String(instance.index)));
}

function sshResult(
  state: DirectorState,
  call: AgentCall,
  { target, key }: { readonly target: AgentTarget; readonly key: string },
): unknown {
  const id = state.identity === "uuid" ? { id: target.id } : {};
  const host = call.kind === "setup" ? { ip: target.ip, host_public_key: key } : {};
  return { command: call.kind, status: "success", ...host, ...id, index: target.index, job: target.group };
}

function identity(state: DirectorState, instance: DirectorInstance): string {
  return state.identity === "uuid" ? instance.id : String(instance.index);
}

/** The effect of the agents' answer on the task that asked them. */
export function settle(
  before: DirectorState,
  call: AgentCall,
  { outcome, now }: { readonly outcome: AgentOutcome; readonly now: Date },
): DirectorState {
  const pending = before.pending.filter((each) => each.taskId !== call.taskId);
  const state = { ...before, pending };
  if (outcome.kind === "failed") return changeTask(state, call.taskId, { state: "error", summary: outcome.why });
  const result = `${JSON.stringify(call.targets.map((target, at) => sshResult(state, call, { target, key: outcome.hostKeys[at] ?? "" })))}\n`;
  const user = state.tasks.find((each) => each.id === call.taskId)?.user ?? "";
  const events = call.targets.map((target) => ({
    timestamp: Math.floor(now.getTime() / 1000),
    user,
    action: `${call.kind} ssh`,
    instance: `${target.group}/${target.id}`,
    sshUser: call.kind === "setup" ? call.user : call.userRegex,
  }));
  return changeTask({ ...state, events: [...state.events, ...events] }, call.taskId, { result });
}
