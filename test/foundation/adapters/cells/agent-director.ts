/** A director of which only the SSH part exists; a real agent on a cell does its work. */
import type { BoshInstance, Director, SshGrant } from "../../../../src/ports/director.ts";
import type { Agent } from "../../../rig/foundation/agent.ts";

export class AgentDirector implements Director {
  readonly #agent: Agent;

  constructor(agent: Agent) {
    this.#agent = agent;
  }

  async setupSsh(_instance: BoshInstance, user: string, publicKey: string): Promise<SshGrant> {
    return { user, ...(await this.#agent.setupSshUser(user, publicKey)) };
  }

  async cleanupSsh(_instance: BoshInstance, user: string): Promise<void> {
    await this.#agent.cleanupSshUser(`^${user}$`);
  }

  info = unasked;
  deployments = unasked;
  instances = unasked;
  locks = unasked;
  runningTasks = unasked;
}

async function unasked(): Promise<never> {
  throw new Error("the cells ask the director for SSH users and nothing else");
}
