/** The work of a cell's BOSH agent for `bosh ssh`: makes and removes short-lived users. */
import { docker } from "../docker.ts";

export interface SshAccess {
  /** The instance's address; sshd listens on port 22. */
  readonly address: string;
  /** `ssh-ed25519 AAAA…`, for the answer's `host_public_key`. */
  readonly hostPublicKey: string;
}

export interface AgentCall {
  readonly time: string;
  readonly verb: "setup" | "cleanup";
  /** The user, or the pattern of the users. */
  readonly user: string;
}

export interface Agent {
  setupSshUser(user: string, publicKey: string): Promise<SshAccess>;
  /** Removes every user whose name matches, as the director's `user_regex` asks; returns their names. */
  cleanupSshUser(userRegex: string): Promise<readonly string[]>;
  /** Ephemeral users that exist now. */
  users(): Promise<readonly string[]>;
  readonly calls: readonly AgentCall[];
}

export class CellAgent implements Agent {
  private readonly log: AgentCall[] = [];

  private readonly container: string;
  private readonly access: SshAccess;
  /** When set, the key is good only from this address: then the gateway is the only way in. */
  private readonly onlyFrom: string | undefined;

  constructor(container: string, access: SshAccess, onlyFrom: string | undefined) {
    this.container = container;
    this.access = access;
    this.onlyFrom = onlyFrom;
  }

  get calls(): readonly AgentCall[] {
    return this.log;
  }

  async setupSshUser(user: string, publicKey: string): Promise<SshAccess> {
    if (!/^bosh_[A-Za-z0-9_-]+$/.test(user)) throw new Error(`not a name that a director would send: ${user}`);
    this.note("setup", user);
    // "*" is a password that nothing matches; the default "!" locks the account, and sshd without PAM refuses its keys too.
    const home = `/var/vcap/bosh_ssh/${user}`;
    await this.run(
      ["useradd", "-m", "-b", "/var/vcap/bosh_ssh", "-s", "/bin/bash", "-p", "*"],
      ["-G", "vcap,bosh_sudoers,bosh_sshers", user],
    );
    const options = this.onlyFrom === undefined ? "" : `from="${this.onlyFrom}" `;
    await docker(
      [
        ...["exec", "-i", this.container, "sh", "-c"],
        'install -d -m 700 "$1/.ssh" && cat > "$1/.ssh/authorized_keys" && chown -R "$2" "$1/.ssh"',
        ...["sh", home, user],
      ],
      `${options}${publicKey.trim()}\n`,
    );
    return this.access;
  }

  async cleanupSshUser(userRegex: string): Promise<readonly string[]> {
    this.note("cleanup", userRegex);
    const wanted = new RegExp(userRegex);
    const gone = (await this.users()).filter((user) => wanted.test(user));
    // -f: the user's own session may still be open.
    for (const user of gone) await this.run(["userdel", "-rf", user]).catch(ignoreMailSpool);
    return gone;
  }

  async users(): Promise<readonly string[]> {
    const passwd = await docker(["exec", this.container, "getent", "passwd"]);
    return passwd.split("\n").flatMap((line) => /^(bosh_[^:]+):/.exec(line)?.[1] ?? []);
  }

  private async run(...parts: readonly (readonly string[])[]): Promise<void> {
    await docker(["exec", this.container, ...parts.flat()]);
  }

  private note(verb: AgentCall["verb"], user: string): void {
    this.log.push({ time: new Date().toISOString(), verb, user });
  }
}

function ignoreMailSpool(error: unknown): void {
  // userdel complains about a mail spool that was never there, after having removed the user.
  if (!(error instanceof Error) || !/mail spool/.test(error.message)) throw error;
}
