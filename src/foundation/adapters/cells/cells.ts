/** All cells of a run: opened once, used many times, and no ephemeral user left behind. */
import { asRecoverError, giveUp, type RecoverError } from "../../../errors.ts";
import { type Argv, asRoot, httpGet } from "../../../kit/commands/host-commands.ts";
import type { Cell, Cells, CommandResult, Etcd, HostCommand } from "../../../ports/cells.ts";
import type { Dialer } from "../../../ports/dialer.ts";
import type { BoshInstance, Director } from "../../../ports/director.ts";
import type { ResourceRecorder } from "../../../ports/resources.ts";
import type { Secrets } from "../../../kit/secrets/secrets.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import type { Gateway } from "../../../kit/network/dial.ts";
import type { KeyPair } from "../../../kit/ssh/key-pair.ts";
import { CellSession, labelOf, sessionEnded } from "./cell-session.ts";
import { DockerCli } from "./docker.ts";
import { EtcdByCurl } from "./etcd.ts";
import { ShellFiles } from "./files.ts";
import { askHttp, statusError } from "./http.ts";
import { parseJson } from "../../../kit/shell/json-answer.ts";
import { PsqlInContainer } from "./postgres.ts";
import type { CommandOptions, Shell } from "../../../kit/shell/shell.ts";
import { parseUserData, SSH_USER } from "./ssh-users.ts";

export interface CellsOptions {
  readonly director: Director;
  readonly dialer: Dialer;
  /** Without one the cells are dialled straight. */
  readonly gateway?: Gateway;
  readonly recorder: ResourceRecorder;
  readonly secrets: Secrets;
  /** Default: 22. */
  readonly sshPort?: number;
  /** Looks up keys that the director does not know. */
  readonly knownHostsFiles: readonly string[];
}

/** The fate of a user that another process left behind. */
export interface CleanedUser {
  readonly user: string;
  readonly label: string;
  /** Why it is still there; the next process tries again. */
  readonly error?: RecoverError;
}

export interface OpenCells extends Cells {
  /** Begins to make the users' key pair, which takes a processor a tenth of a second and more: before it is needed. */
  warmUp(): void;
  /** Removes the ephemeral users that a killed process of this run left on cells. Never throws for one of them. */
  cleanLeftOvers(): Promise<readonly CleanedUser[]>;
}

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 8 * 1024 * 1024;

export function createCells(options: CellsOptions): OpenCells {
  return new SshCells(options);
}

class SshCells implements OpenCells {
  readonly #options: CellsOptions;
  readonly #sessions = new Map<string, CellSession>();
  #key: Promise<KeyPair> | undefined;
  #closed = false;
  /** Users of an earlier process that could not be removed yet. */
  #someLeft = false;

  constructor(options: CellsOptions) {
    this.#options = options;
  }

  warmUp(): void {
    // Who needs it meets the error.
    this.#keyPair().catch(() => undefined);
  }

  async open(instance: BoshInstance): Promise<Cell> {
    if (this.#closed) throw sessionEnded(labelOf(instance));
    const session = this.#session(instance);
    await session.connection();
    return new SshCell(session, this.#options.secrets);
  }

  living(at: InstanceName): Cell | undefined {
    const session = this.#closed ? undefined : this.#sessions.get(keyOf(at));
    return session?.alive === true ? new SshCell(session, this.#options.secrets) : undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const own = (await Promise.all([...this.#sessions].map(([key, session]) => this.#end(key, session)))).flat();
    // This process may be the run's last: users that it could not remove when it began are tried once more.
    const others = (this.#someLeft ? await this.cleanLeftOvers() : []).flatMap(({ user, label, error }) =>
      error === undefined ? [] : [`"${user}" on "${label}": ${error.message}`],
    );
    const left = [...own, ...others];
    if (left.length === 0) return;
    throw giveUp("unreachable", `ephemeral SSH users could not be removed: ${left.join("; ")}`).advise(
      "They are journaled: the next command of this run removes them.",
    );
  }

  /** Says which user stays, if it could not be removed. */
  async #end(key: string, session: CellSession): Promise<readonly string[]> {
    const error = await session.end().catch((thrown: unknown) => asRecoverError(thrown, session.label));
    if (error !== undefined) return [`"${session.user}" on "${session.label}": ${error.message}`];
    this.#sessions.delete(key);
    return [];
  }

  async cleanLeftOvers(): Promise<readonly CleanedUser[]> {
    const own = new Set([...this.#sessions.values()].map((session) => session.user));
    const cleaned: CleanedUser[] = [];
    for (const { kind, data } of await this.#options.recorder.leftOpen()) {
      const left = kind === SSH_USER ? parseUserData(data) : undefined;
      if (left === undefined || own.has(left.user)) continue;
      const { user, instance } = left;
      const error = await this.#remove(instance, user).then(
        () => this.#options.recorder.closed(kind, data),
        (thrown: unknown) => asRecoverError(thrown, labelOf(instance)),
      );
      cleaned.push({ user, label: labelOf(instance), ...(error === undefined ? {} : { error }) });
    }
    this.#someLeft = cleaned.some(({ error }) => error !== undefined);
    return cleaned;
  }

  async #remove(instance: BoshInstance, user: string): Promise<void> {
    await this.#options.director.cleanupSsh(instance, user);
  }

  #keyPair(): Promise<KeyPair> {
    this.#key ??= import("../../../kit/ssh/key-pair.ts").then(({ generateKeyPair }) => generateKeyPair());
    return this.#key;
  }

  #session(instance: BoshInstance): CellSession {
    const key = keyOf(instance);
    const known = this.#sessions.get(key);
    if (known !== undefined) return known;
    const { director, recorder, secrets, dialer, gateway, knownHostsFiles, sshPort = 22 } = this.#options;
    const dial = gateway?.forward ?? ((host: string, port: number) => dialer.connect(host, port));
    const keyPair = (): Promise<KeyPair> => this.#keyPair();
    const session = new CellSession(instance, { director, recorder, secrets, keyPair, dial, sshPort, knownHostsFiles });
    this.#sessions.set(key, session);
    return session;
  }
}

type InstanceName = Pick<BoshInstance, "deployment" | "group" | "id">;

const keyOf = ({ deployment, group, id }: InstanceName): string => [deployment, group, id].join("/");

class SshCell implements Cell {
  readonly instance: BoshInstance;
  readonly label: string;
  readonly docker: DockerCli;
  readonly files: ShellFiles;
  readonly sql: PsqlInContainer;
  readonly #shell: Shell;

  constructor(session: CellSession, secrets: Secrets) {
    this.instance = session.instance;
    this.label = session.label;
    this.#shell = { label: session.label, secrets, run: (argv, options) => runOn(session, argv, options) };
    this.docker = new DockerCli(this.#shell);
    this.files = new ShellFiles(this.#shell);
    this.sql = new PsqlInContainer(this.#shell);
  }

  async exec(command: HostCommand): Promise<CommandResult> {
    const { argv, sudo, stdin, timeoutMs } = command;
    return await this.#shell.run(sudo === true ? asRoot(...argv) : argv, {
      ...(stdin === undefined ? {} : { stdin }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }

  etcd(hostPort: string): Etcd {
    return new EtcdByCurl(this.#shell, hostPort);
  }

  async getJson(url: string): Promise<unknown> {
    const answer = await askHttp(this.#shell, httpGet(url));
    if (answer === undefined) return undefined;
    // Patroni answers 503 with its state while PostgreSQL does not run.
    if (answer.status !== 200 && answer.status !== 503) throw statusError(answer, url, this.#shell);
    return parseJson(answer.body, `the answer of ${url}`, this.label);
  }

  async containerSecret(container: string, name: string): Promise<string | undefined> {
    return await this.docker.secret(container, name);
  }
}

async function runOn(session: CellSession, argv: Argv, options: CommandOptions = {}): Promise<CommandResult> {
  const connection = await session.connection();
  return await connection.run({
    line: quote(argv),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxOutputBytes: options.maxOutputBytes ?? MAX_OUTPUT,
    ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
  });
}
