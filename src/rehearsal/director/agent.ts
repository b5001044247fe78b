/**
 * The questions that a director asks the agents on its machines for `bosh ssh` (cf-bosh.md §3.4). Both the box and the
 * rig answer them.
 */
export interface AgentTarget {
  readonly deployment: string;
  readonly group: string;
  readonly id: string;
  readonly index: number;
  readonly ip: string;
}

export interface Agent {
  /** Makes the ephemeral user; resolves to the host's public key (`ssh-rsa AAAA…`), or "" if it is not known. */
  setupUser(target: AgentTarget, user: string, publicKey: string): Promise<string>;
  /** Removes every user whose name matches. */
  cleanupUsers(target: AgentTarget, userRegex: string): Promise<void>;
}

export type AgentCall =
  | {
      readonly kind: "setup";
      readonly taskId: number;
      readonly targets: readonly AgentTarget[];
      readonly user: string;
      readonly publicKey: string;
    }
  | {
      readonly kind: "cleanup";
      readonly taskId: number;
      readonly targets: readonly AgentTarget[];
      readonly userRegex: string;
    };

export type AgentOutcome =
  | { readonly kind: "done"; readonly hostKeys: readonly string[] }
  | { readonly kind: "failed"; readonly why: string };

export async function callAgents(agent: Agent, call: AgentCall): Promise<AgentOutcome> {
  try {
    const hostKeys: string[] = [];
    // One after the other: useradd on one machine locks /etc/passwd.
    for (const target of call.targets) {
      if (call.kind === "setup") hostKeys.push(await agent.setupUser(target, call.user, call.publicKey));
      else await agent.cleanupUsers(target, call.userRegex);
    }
    return { kind: "done", hostKeys };
  } catch (error) {
    return { kind: "failed", why: error instanceof Error ? error.message : String(error) };
  }
}
