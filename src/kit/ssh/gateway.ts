/** The one gateway hop: a jump box through which the cells, and everything else behind it, are reached. */
import { refuse } from "../../errors.ts";
import type { Dialer } from "../../ports/dialer.ts";
import type { Operator } from "../../ports/operator.ts";
import type { Secrets } from "../secrets/secrets.ts";
import type { Dial, Gateway } from "../network/dial.ts";
import type { Credentials, LoginQuestion } from "./authentication.ts";
import { SshConnection } from "./connection.ts";
import { type GatewayQuestions, gatewayQuestions } from "./gateway-questions.ts";
import { fingerprint, type HostKey, parseHostKey, type TrustedKeys } from "./host-key.ts";
import { addKnownHost, knownHostKeys } from "./known-hosts.ts";

export interface GatewaySettings extends Omit<Credentials, "ask"> {
  readonly host: string;
  readonly port: number;
  /** `ssh-ed25519 AAAA…` or `SHA256:…`; otherwise the known_hosts files decide. */
  readonly hostKey?: string;
  /** A key that a person accepts at first sight is added to the first. */
  readonly knownHostsFiles: readonly string[];
  /** Asked for what is not said here; nobody if absent. */
  readonly operator?: Operator;
  /** As in `SshTarget`. */
  readonly keepAliveMs?: number;
  /** How messages name it, if it is no gateway. */
  readonly label?: string;
}

/** A host that is logged in to once for many commands, and again after a loss. */
export interface RemoteLogin {
  connection(): Promise<SshConnection>;
  close(): Promise<void>;
}

/** Another host than the gateway, with the same ways to log in. */
export function createRemoteLogin(settings: GatewaySettings, dialer: Dialer, secrets: Secrets): RemoteLogin {
  const { user, host, port, label = `${user}@${host}:${port}` } = settings;
  return new SshGateway({ ...settings, label }, dialer, secrets);
}

export function createGateway(settings: GatewaySettings, dialer: Dialer, secrets: Secrets): Gateway {
  return new SshGateway(settings, dialer, secrets);
}

class SshGateway implements Gateway, RemoteLogin {
  readonly label: string;
  readonly forward: Dial;
  readonly #settings: GatewaySettings;
  readonly #dial: Dial;
  readonly #secrets: Secrets;
  readonly #questions: GatewayQuestions | undefined;
  /** Once found, for the life of the process: after a reconnect the same machine has to answer. */
  #trusted: TrustedKeys | undefined;
  /** Answers of a person that the gateway accepted, without one-time codes. */
  #said = new Map<LoginQuestion["kind"], string>();
  #connection: Promise<SshConnection> | undefined;

  constructor(settings: GatewaySettings, dialer: Dialer, secrets: Secrets) {
    this.label = settings.label ?? `gateway ${settings.user}@${settings.host}:${settings.port}`;
    this.#settings = settings;
    this.#dial = (host, port) => dialer.connect(host.replace(/^\[(.*)\]$/, "$1"), port);
    this.#secrets = secrets;
    this.#questions =
      settings.operator === undefined ? undefined : gatewayQuestions(settings.operator, this.label, secrets);
    this.forward = async (host, port) => await (await this.#living()).forward(host, port);
  }

  async ready(): Promise<void> {
    await this.#living();
  }

  connection(): Promise<SshConnection> {
    return this.#living();
  }

  async close(): Promise<void> {
    // One that is being opened just now is waited for.
    const current = await this.#connection?.catch(() => undefined);
    this.#connection = undefined;
    await current?.close();
  }

  readonly #living = oneAtATime(async (): Promise<SshConnection> => {
    const current = await this.#connection?.catch(() => undefined);
    if (current?.alive === true) return current;
    this.#connection = this.#open();
    return await this.#connection;
  });

  async #open(): Promise<SshConnection> {
    const { host, port, keepAliveMs, operator: _, label: __, ...credentials } = this.#settings;
    this.#trusted ??= await this.#trustedKeys();
    const target = {
      host,
      port,
      label: this.label,
      credentials: { ...credentials, ...this.#asking() },
      trusted: this.#trusted,
      ...(keepAliveMs === undefined ? {} : { keepAliveMs }),
    };
    try {
      return await SshConnection.open(target, this.#dial, this.#secrets);
    } catch (error) {
      // The answers may have been wrong.
      this.#said.clear();
      throw error;
    }
  }

  #asking(): Pick<Credentials, "ask"> {
    const questions = this.#questions;
    if (questions === undefined) return {};
    const used = new Set<LoginQuestion["kind"]>();
    const ask = async (question: LoginQuestion): Promise<string> => {
      // The second time in one log-in it was wrong.
      const known = used.has(question.kind) ? undefined : this.#said.get(question.kind);
      used.add(question.kind);
      if (known !== undefined) return known;
      const answer = await questions.ask(question);
      if (question.kind !== "code") this.#said.set(question.kind, answer);
      return answer;
    };
    return { ask };
  }

  async #trustedKeys(): Promise<TrustedKeys> {
    const { host, port, hostKey, knownHostsFiles } = this.#settings;
    const { known: keys, revoked } = await knownHostKeys(knownHostsFiles, host, port);
    if (hostKey !== undefined) return { ...configuredKey(hostKey, host), revoked };
    if (keys.length > 0) return { kind: "pinned", keys, source: knownHostsFiles.join(" or "), revoked };
    const remedy = this.#settings.label === undefined ? howToPin : howToKnow(host, knownHostsFiles);
    return { kind: "unknown", remedy, accept: (shown) => this.#firstSight(shown), revoked };
  }

  async #firstSight(shown: HostKey): Promise<boolean> {
    const { host, port, knownHostsFiles } = this.#settings;
    const [file] = knownHostsFiles;
    if (file === undefined || (await this.#questions?.confirmKey(shown, file)) !== true) return false;
    await addKnownHost(file, { host, port, key: shown });
    this.#trusted = { kind: "pinned", keys: [shown], source: file };
    return true;
  }
}

/** Joins callers that come while a call is under way. */
export function oneAtATime<T>(call: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  return () => {
    current ??= call().finally(() => {
      current = undefined;
    });
    return current;
  };
}

function configuredKey(hostKey: string, host: string): TrustedKeys {
  const source = "the configuration (bosh.gateway.host_key)";
  if (/^SHA256:[A-Za-z0-9+/]{43}$/.test(hostKey)) return { kind: "fingerprint", fingerprint: hostKey, source };
  const key = parseHostKey(hostKey);
  if (key !== undefined) return { kind: "pinned", keys: [key], source };
  throw refuse("config-invalid", "bosh.gateway.host_key is not a public key")
    .at("bosh.gateway.host_key")
    .advise(`Write it as "ssh-ed25519 AAAA…", as \`ssh-keyscan ${host}\` prints it after the host's name.`);
}

function howToPin(shown: HostKey): string {
  return (
    `Compare ${fingerprint(shown)} with what the gateway's owner says; if it is the same, add ` +
    `"host_key: ${shown.type} ${shown.blob.toString("base64")}" below bosh.gateway in the configuration.`
  );
}

/** The remedy if no configuration names a key. */
function howToKnow(host: string, knownHostsFiles: readonly string[]): (shown: HostKey) => string {
  return (shown) =>
    `Compare ${fingerprint(shown)} with what the owner of "${host}" says; if it is the same, log in once with ` +
    `"ssh", which adds it to ${knownHostsFiles[0] ?? "known_hosts"}.`;
}
