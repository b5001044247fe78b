/** `POST /deployments/D/ssh`: ephemeral users, set up and cleaned up by the agents (cf-bosh.md §3.4). */
import { draftOf, drop } from "../draft.ts";
import { type HttpResponse, jsonBody } from "../http/message.ts";
import type { AgentCall, AgentOutcome } from "./agent.ts";
import type { Exchange } from "./exchange.ts";
import type { Deployment, DirectorInstance, DirectorState } from "./state.ts";
import { began, changeTask } from "./tasks.ts";

interface SshBody {
  readonly command?: string;
  readonly target?: { readonly job?: string; readonly indexes?: readonly unknown[]; readonly ids?: readonly unknown[] };
  readonly params?: { readonly user?: string; readonly public_key?: string; readonly user_regex?: string };
}

export function ssh(exchange: Exchange, { name: deployment, instances }: Deployment): HttpResponse {
  const { state, request, calls } = exchange;
  const { command, target, params } = (jsonBody(request) ?? {}) as SshBody;
  const targets = instances
    .filter((each) => each.hasVm && isMeant(each, target))
    .map(({ group, index, id, ips: [ip = ""] }) => ({
      ...{ deployment, group, index, ip },
      id: state.identity === "uuid" ? id : String(index),
    }));
  const description = `ssh: ${command}:${JSON.stringify(target)}`;
  if (targets.length === 0) {
    const summary = "No instance in deployment matched the filter";
    return began(exchange, { description, deployment, state: "error", summary });
  }
  const common = { taskId: state.nextTask, targets };
  calls.push(
    command === "setup"
      ? { kind: "setup", ...common, user: params?.user ?? "", publicKey: params?.public_key ?? "" }
      : { kind: "cleanup", ...common, userRegex: params?.user_regex ?? "^$" },
  );
  return began(exchange, { description, deployment });
}

/** The director's filter: an empty one means every instance of the deployment (cf-bosh.md §0.3). */
function isMeant(instance: DirectorInstance, target: SshBody["target"]): boolean {
  const slugs = [...(target?.indexes ?? []), ...(target?.ids ?? [])].map(String);
  const groupFits = target?.job === undefined || target.job === "" || target.job === instance.group;
  return groupFits && (slugs.length === 0 || slugs.includes(instance.id) || slugs.includes(String(instance.index)));
}

/** The effect of the agents' answer on the task that asked them. */
export function settle(before: DirectorState, call: AgentCall, outcome: AgentOutcome): DirectorState {
  const state = draftOf(before);
  const { kind: command, taskId } = call;
  drop(state.pending, (each) => each.taskId === taskId);
  if (outcome.kind === "failed") {
    changeTask(state, taskId, { state: "error", summary: outcome.why });
    return state;
  }
  const results = call.targets.map(({ ip, id, index, group }, at) => ({
    ...{ command, status: "success" },
    ...(command === "setup" ? { ip, host_public_key: outcome.hostKeys[at] ?? "" } : {}),
    ...(state.identity === "uuid" ? { id } : {}),
    ...{ index, job: group },
  }));
  changeTask(state, taskId, { result: `${JSON.stringify(results)}\n` });
  return state;
}
