/** Docker hosts by where they are: this machine, or one behind SSH. */
import type { Dialer } from "../../ports/dialer.ts";
import type { DockerHost, DockerHosts, DockerPlace } from "../../ports/docker-host.ts";
import type { DatabaseCopies } from "../../ports/database-copy.ts";
import type { DockerWork } from "../../ports/docker-work.ts";
import type { Operator } from "../../ports/operator.ts";
import type { Secrets } from "../../kit/secrets/secrets.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import type { Shell } from "../../kit/shell/shell.ts";
import type { RunProgram } from "../../kit/spawn/spawn.ts";
import { createRemoteLogin, type RemoteLogin } from "../../kit/ssh/gateway.ts";
import { DockerCliWork } from "./cli-work.ts";
import { DockerDatabaseCopies } from "./database-copies.ts";
import { DockerCliHost } from "./docker-cli.ts";
import { addressOf, localUser } from "./host-address.ts";
import { localShell } from "./local-shell.ts";

export interface DockerHostsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly secrets: Secrets;
  readonly signal: AbortSignal;
  readonly dialer: Dialer;
  /** The operator's own and the system's. */
  readonly knownHostsFiles: readonly string[];
  /** Asked for everything that an SSH log-in needs beyond the agent. Default: nobody. */
  readonly operator?: Operator;
  /** Text of a private key in the place of the agent's. */
  readonly privateKey?: string;
  /** Default: starts a process. */
  readonly run?: RunProgram;
}

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 8 * 1024 * 1024;

export class OpenDockerHosts implements DockerHosts {
  readonly #options: DockerHostsOptions;
  readonly #logins = new Map<string, RemoteLogin>();

  constructor(options: DockerHostsOptions) {
    this.#options = options;
  }

  async open({ host, sudo }: DockerPlace): Promise<DockerHost> {
    return new DockerCliHost({ shell: this.#shell(host), sudo });
  }

  async work(at: DockerPlace): Promise<DockerWork> {
    const host = await this.open(at);
    return new DockerCliWork(this.#shell(at.host), host.words, async () => (await host.engine()).endpoint);
  }

  async copies(at: DockerPlace): Promise<DatabaseCopies> {
    const temporary = at.host === "" ? this.#options.env["TMPDIR"] : undefined;
    return new DockerDatabaseCopies(this.#shell(at.host), (await this.open(at)).words, temporary ?? "/var/tmp");
  }

  #shell(host: string): Shell {
    return host === "" ? localShell(this.#options) : this.#remoteShell(host);
  }

  async close(): Promise<void> {
    const logins = [...this.#logins.values()];
    this.#logins.clear();
    await Promise.all(logins.map((login) => login.close()));
  }

  #remoteShell(host: string): Shell {
    const login = this.#login(host);
    return {
      label: host,
      secrets: this.#options.secrets,
      run: async (argv, options = {}) => {
        const connection = await login.connection();
        return await connection.run({
          line: quote(argv),
          timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
          maxOutputBytes: options.maxOutputBytes ?? MAX_OUTPUT,
          ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
        });
      },
    };
  }

  #login(host: string): RemoteLogin {
    const known = this.#logins.get(host);
    if (known !== undefined) return known;
    const { env, operator, privateKey, knownHostsFiles, dialer, secrets } = this.#options;
    const agent = env["SSH_AUTH_SOCK"];
    const login = createRemoteLogin(
      {
        ...addressOf(host, () => localUser(env)),
        knownHostsFiles,
        ...(operator === undefined ? {} : { operator }),
        ...(privateKey === undefined ? (agent === undefined ? {} : { agent }) : { privateKey }),
      },
      dialer,
      secrets,
    );
    this.#logins.set(host, login);
    return login;
  }
}
