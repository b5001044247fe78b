/**
 * The BOSH director's HTTP API (facts: cf-bosh.md §3, §4.3). Read only, but for the ephemeral SSH user.
 *
 * Errors: `not-logged-in`, `access-denied`, `unreachable`, `answer-malformed`, `answer-incomplete`, `host-key-mismatch`
 * (its certificate is not trusted), `nothing-found` (no such deployment), `step-failed` (a task that ended as an error).
 */
export interface DirectorInfo {
  readonly name: string;
  readonly uuid: string;
  readonly version: string;
}

export interface BoshInstance {
  readonly deployment: string;
  /** Instance group, e.g. "cell_z1-partition-cac94a070a81fd8f3931". */
  readonly group: string;
  /** Instance id; directors before instance ids answer with the index alone, then id is the index. */
  readonly id: string;
  readonly index: number;
  readonly ips: readonly string[];
  readonly agentId: string;
  readonly jobState: string;
  readonly processes: readonly string[];
}

export interface DirectorLock {
  readonly type: string;
  readonly resource: string;
  readonly taskId: string;
}

export interface DirectorTask {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly deployment: string;
}

export interface SshGrant {
  /** Address of the instance. */
  readonly address: string;
  readonly user: string;
  /** `ssh-rsa AAAA…`, or "" if the director does not know it. */
  readonly hostPublicKey: string;
}

export interface Director {
  info(): Promise<DirectorInfo>;
  deployments(): Promise<readonly string[]>;
  instances(deployment: string): Promise<readonly BoshInstance[]>;
  locks(): Promise<readonly DirectorLock[]>;
  runningTasks(): Promise<readonly DirectorTask[]>;
  setupSsh(instance: BoshInstance, user: string, publicKey: string): Promise<SshGrant>;
  cleanupSsh(instance: BoshInstance, user: string): Promise<void>;
}
