/**
 * From a connected stream to a logged-in SSH client, with every way to fail told apart.
 * Time-outs are real milliseconds: the network does not run faster in a rehearsal.
 */
import ssh2, { type AuthHandlerMiddleware, type Client, type ConnectConfig } from "ssh2";
import { asRecoverError, type RecoverError, refuse } from "../../errors.ts";
import { printable } from "../text/printable.ts";
import type { Secrets } from "../secrets/secrets.ts";
import type { Dial } from "../network/dial.ts";
import { type Credentials, type LoginQuestion, LoginWays } from "./authentication.ts";
import { algorithmsFor, HostKeyJudge, hostKeyOf, type TrustedKeys } from "./host-key.ts";

export interface SshTarget {
  readonly host: string;
  readonly port: number;
  /** How messages name it: "cell_z1/0 (10.58.111.150)". */
  readonly label: string;
  readonly credentials: Credentials;
  readonly trusted: TrustedKeys;
  /** Real milliseconds between keep-alives; 15 s if absent, 0 for none. */
  readonly keepAliveMs?: number;
}

/** The handshake and the log-in together, without the time in which a person is asked. */
const READY_TIMEOUT_MS = 30_000;
/** sshd on stemcells drops silent clients after three minutes, in the first era after fifteen (cf-bosh.md §3.4). */
const KEEP_ALIVE_MS = 15_000;
const KEEP_ALIVES_LOST = 4;

/**
 * Errors: `unreachable`, `access-denied`, `not-logged-in`, `host-key-revoked`, `host-key-mismatch`, `host-key-unknown`, and what
 * asking a person throws; effect "none".
 */
export async function logIn(target: SshTarget, dial: Dial, secrets: Secrets): Promise<Client> {
  const { credentials, label, trusted, keepAliveMs = KEEP_ALIVE_MS } = target;
  const deadline = new LoginDeadline(READY_TIMEOUT_MS);
  const { ask } = credentials;
  const patient = ask === undefined ? {} : { ask: (question: LoginQuestion) => deadline.paused(() => ask(question)) };
  // Keys and secrets are looked at before anything is dialled.
  const ways = new LoginWays({ ...credentials, ...patient }, label, secrets);
  const judge = new HostKeyJudge(target);
  const config: ConnectConfig = {
    sock: await dial(target.host, target.port),
    username: credentials.user,
    hostVerifier: (blob: Buffer, verify: (accepted: boolean) => void) => {
      void deadline.paused(() => judge.accepts(hostKeyOf(blob))).then(verify);
    },
    // Ours stands still while a person is asked.
    readyTimeout: 0,
    keepaliveInterval: keepAliveMs,
    keepaliveCountMax: KEEP_ALIVES_LOST,
    ...(trusted.kind === "pinned" ? { algorithms: { serverHostKey: algorithmsFor(trusted.keys) } } : {}),
  };
  const explain = (error: SshError): RecoverError => judge.refusal ?? toError(error, target);
  return await readyClient({ config, ways, deadline, explain });
}

interface Login {
  readonly config: ConnectConfig;
  readonly ways: LoginWays;
  readonly deadline: LoginDeadline;
  readonly explain: (error: SshError) => RecoverError;
}

function readyClient({ config, ways, deadline, explain }: Login): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let first: SshError | undefined;
    const failed = (error: unknown): void => {
      deadline.stop();
      reject(asRecoverError(error));
      client.destroy();
    };
    const authHandler: AuthHandlerMiddleware = (offered: string[] | null, _partial, proceed) => {
      ways
        .next(offered ?? undefined)
        .then((way) => (way === undefined ? failed(explain(first ?? EXHAUSTED)) : proceed(way)), failed);
    };
    client.on("error", (error: SshError) => {
      // An agent that does not answer is not the end: the next way to log in is tried.
      first ??= error;
      if (error.level !== "agent") failed(ways.refusal ?? explain(error));
    });
    client.once("ready", () => {
      deadline.stop();
      resolve(client);
    });
    client.once("close", () => failed(ways.refusal ?? explain(first ?? new Error("it was closed during the log-in"))));
    deadline.start(() => failed(explain(new Error(`no log-in within ${READY_TIMEOUT_MS / 1000} s`))));
    client.connect({ ...config, authHandler });
  });
}

const EXHAUSTED: SshError = Object.assign(new Error("every way to log in was refused"), {
  level: "client-authentication",
});

interface SshError extends Error {
  readonly level?: string;
  readonly code?: unknown;
}

function toError(error: SshError, target: SshTarget): RecoverError {
  const { label } = target;
  const why = printable(error.message);
  if (error.level === "handshake" && target.trusted.kind === "pinned" && /host key/.test(error.message))
    return refuse("host-key-mismatch", `"${label}" has no key of the type that is expected of it`)
      .at(label)
      .advise(
        `The key that counts comes from ${target.trusted.source}. Find out who answers at this address before going on.`,
        error,
      );
  if (error.level === "client-authentication" || error.level === "agent" || typeof error.code === "number")
    return denied(`"${label}" does not let "${target.credentials.user}" log in: ${why}`, label, error);
  if (error.level === "handshake") return denied(`no common ground with "${label}": ${why}`, label, error);
  return refuse("unreachable", `the SSH connection to "${label}" failed: ${why}`)
    .at(label)
    .advise("Check that an SSH server listens there and that the way to it is open, then resume.", error);
}

function denied(message: string, place: string, cause: Error): RecoverError {
  return refuse("access-denied", message)
    .at(place)
    .advise("Check the user, the key or password and what the SSH server allows; its log names the reason.", cause);
}

/** How long a log-in may take, not counting the time in which a person is asked. Real milliseconds. */
class LoginDeadline {
  #leftMs: number;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #expired: (() => void) | undefined;

  constructor(ms: number) {
    this.#leftMs = ms;
  }

  start(expired: () => void): void {
    this.#expired = expired;
    this.#run();
  }

  /** Stands still while a person is asked. */
  async paused<T>(asking: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    if (this.#expired !== undefined) this.#leftMs -= performance.now() - this.#since;
    try {
      return await asking();
    } finally {
      this.#run();
    }
  }

  /** For good. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#expired = undefined;
  }

  #run(): void {
    if (this.#expired === undefined) return;
    this.#since = performance.now();
    this.#timer = setTimeout(this.#expired, Math.max(this.#leftMs, 0));
  }
}
