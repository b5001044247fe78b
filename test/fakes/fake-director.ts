/** A director with one deployment: its instances, and its running tasks. */
import type {
  BoshInstance,
  Director,
  DirectorInfo,
  DirectorLock,
  DirectorTask,
  SshGrant,
} from "../../src/ports/director.ts";

export const DEPLOYMENT = "dingo-postgresql-98b09c4b36af74181ee1";

export function cellInstance(id: string, ip: string, group = "cell_z1"): BoshInstance {
  return {
    deployment: DEPLOYMENT,
    group,
    id,
    index: 0,
    ips: [ip],
    agentId: `agent-${id}`,
    jobState: "running",
    processes: ["docker", "cf-containers-broker"],
  };
}

export class FakeDirector implements Director {
  readonly instanceList: BoshInstance[] = [];
  readonly lockList: DirectorLock[] = [];
  readonly taskList: DirectorTask[] = [];

  async info(): Promise<DirectorInfo> {
    return { name: "bosh-lite", uuid: "uuid", version: "1.3" };
  }

  async deployments(): Promise<readonly string[]> {
    return [DEPLOYMENT];
  }

  async instances(deployment: string): Promise<readonly BoshInstance[]> {
    return this.instanceList.filter((each) => each.deployment === deployment);
  }

  async locks(): Promise<readonly DirectorLock[]> {
    return this.lockList;
  }

  async runningTasks(): Promise<readonly DirectorTask[]> {
    return this.taskList;
  }

  async setupSsh(): Promise<SshGrant> {
    throw new Error("the fake cells are open");
  }

  async cleanupSsh(): Promise<void> {
    throw new Error("the fake cells are open");
  }
}
