/**
 * From a connected stream to a logged-in SSH client, with every way to fail told apart.
 * Time-outs are real milliseconds: the network does not run faster in a rehearsal.
 */
import ssh2, { type Client, type ConnectConfig } from "ssh2";
import { RecoverError } from "../../errors.js";
import { printable } from "../../printable.js";
import type { Secrets } from "../../secrets.js";
import type { Dial } from "../network/dial.js";
import { authenticationMethods, type Credentials } from "./authentication.js";
import { algorithmsFor, fingerprint, type HostKey, hostKeyOf, sameKey, type TrustedKeys } from "./host-key.js";

export interface SshTarget {
  readonly host: string;
  readonly port: number;
  /** How messages name it: "cell_z1/0 (10.58.111.150)". */
  readonly label: string;
  readonly credentials: Credentials;
  readonly trusted: TrustedKeys;
}

/** The handshake and the log-in together. */
const READY_TIMEOUT_MS = 30_000;
/** sshd on stemcells drops silent clients after three minutes, in the first era after fifteen (cf-bosh.md §3.4). */
const KEEP_ALIVE_MS = 15_000;
const KEEP_ALIVES_LOST = 4;

/** Errors: `unreachable`, `access-denied`, `not-logged-in`, `host-key-mismatch`, `host-key-unknown`; effect "none". */
export async function logIn(target: SshTarget, dial: Dial, secrets: Secrets): Promise<Client> {
  const methods = authenticationMethods(target.credentials, target.label, secrets);
  const judge = new HostKeyJudge(target);
  const config: ConnectConfig = {
    sock: await dial(target.host, target.port),
    username: target.credentials.user,
    authHandler: methods,
    hostVerifier: (blob: Buffer) => judge.accepts(hostKeyOf(blob)),
    readyTimeout: READY_TIMEOUT_MS,
    keepaliveInterval: KEEP_ALIVE_MS,
    keepaliveCountMax: KEEP_ALIVES_LOST,
    ...(target.trusted.kind === "pinned" ? { algorithms: { serverHostKey: algorithmsFor(target.trusted.keys) } } : {}),
  };
  return await connectClient(config, (error) => judge.refusal ?? toError(error, target));
}

function connectClient(config: ConnectConfig, explain: (error: SshError) => RecoverError): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    let first: SshError | undefined;
    client.on("error", (error: SshError) => {
      // An agent that does not answer is not the end: the next way to log in is tried.
      first ??= error;
      if (error.level === "agent") return;
      reject(explain(error));
      client.destroy();
    });
    client.once("ready", () => resolve(client));
    client.once("close", () => reject(explain(first ?? new Error("the connection was closed during the log-in"))));
    client.connect(config);
  });
}

/** Decides on the shown key and keeps the reason of a refusal. */
class HostKeyJudge {
  refusal: RecoverError | undefined;
  readonly #target: SshTarget;

  constructor(target: SshTarget) {
    this.#target = target;
  }

  accepts(shown: HostKey): boolean {
    const { trusted } = this.#target;
    if (trusted.kind === "pinned" && trusted.keys.some((key) => sameKey(key, shown))) return true;
    this.refusal = trusted.kind === "pinned" ? this.#mismatch(shown, trusted) : this.#unknown(shown, trusted.remedy);
    return false;
  }

  #mismatch(shown: HostKey, trusted: Extract<TrustedKeys, { kind: "pinned" }>): RecoverError {
    const { label } = this.#target;
    const expected = trusted.keys.map(fingerprint).join(" or ");
    return new RecoverError(
      "host-key-mismatch",
      `"${label}" showed the ${printable(shown.type)} key ${fingerprint(shown)}, not ${expected}`,
      {
        remedy: `The key that counts comes from ${trusted.source}. Find out who answers at this address before going on.`,
        place: label,
        effect: "none",
      },
    );
  }

  #unknown(shown: HostKey, remedy: (shown: HostKey) => string): RecoverError {
    const { label } = this.#target;
    const message = `nobody has said which key "${label}" has; it showed the ${printable(shown.type)} key ${fingerprint(shown)}`;
    return new RecoverError("host-key-unknown", message, { remedy: remedy(shown), place: label, effect: "none" });
  }
}

interface SshError extends Error {
  readonly level?: string;
  readonly code?: unknown;
}

function toError(error: SshError, target: SshTarget): RecoverError {
  const { label } = target;
  const why = printable(error.message);
  if (error.level === "handshake" && target.trusted.kind === "pinned" && /host key/.test(error.message))
    return new RecoverError("host-key-mismatch", `"${label}" has no key of the type that is expected of it`, {
      remedy: `The key that counts comes from ${target.trusted.source}. Find out who answers at this address before going on.`,
      place: label,
      effect: "none",
      cause: error,
    });
  if (error.level === "client-authentication" || error.level === "agent" || typeof error.code === "number")
    return denied(`"${label}" does not let "${target.credentials.user}" log in: ${why}`, label, error);
  if (error.level === "handshake") return denied(`no common ground with "${label}": ${why}`, label, error);
  return new RecoverError("unreachable", `the SSH connection to "${label}" failed: ${why}`, {
    remedy: "Check that an SSH server listens there and that the way to it is open, then resume.",
    place: label,
    effect: "none",
    cause: error,
  });
}

function denied(message: string, place: string, cause: Error): RecoverError {
  return new RecoverError("access-denied", message, {
    remedy: "Check the user, the key or password and what the SSH server allows; its log names the reason.",
    place,
    effect: "none",
    cause,
  });
}
