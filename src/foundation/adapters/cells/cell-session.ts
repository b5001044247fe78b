/** The way to one cell: an ephemeral user of the director and one SSH connection, opened again when it was lost. */
import { randomBytes } from "node:crypto";
import { type RecoverError, refuse } from "../../../errors.ts";
import type { BoshInstance, Director, SshGrant } from "../../../ports/director.ts";
import type { ResourceRecorder } from "../../../ports/resources.ts";
import type { Secrets } from "../../../kit/secrets/secrets.ts";
import type { Dial } from "../../../kit/network/dial.ts";
import { SshConnection } from "../../../kit/ssh/connection.ts";
import { oneAtATime } from "../../../kit/ssh/gateway.ts";
import { fingerprint, parseHostKey, type TrustedKeys } from "../../../kit/ssh/host-key.ts";
import type { KeyPair } from "../../../kit/ssh/key-pair.ts";
import { type KnownKeys, knownHostKeys, knownHostsLine } from "../../../kit/ssh/known-hosts.ts";
import { SSH_USER, userData } from "./ssh-users.ts";

export interface SessionParts {
  readonly director: Director;
  readonly recorder: ResourceRecorder;
  readonly secrets: Secrets;
  /** One pair serves every cell of a process, as with `bosh ssh`. */
  readonly keyPair: () => Promise<KeyPair>;
  readonly dial: Dial;
  readonly sshPort: number;
  /** Asked if the director does not know the key of a cell. */
  readonly knownHostsFiles: readonly string[];
}

export class CellSession {
  readonly instance: BoshInstance;
  readonly label: string;
  readonly user = `bosh_${randomBytes(8).toString("hex").slice(0, 15)}`;
  readonly #parts: SessionParts;
  #grant: SshGrant | undefined;
  #recorded = false;
  #connection: SshConnection | undefined;
  #ended = false;

  constructor(instance: BoshInstance, parts: SessionParts) {
    this.instance = instance;
    this.label = labelOf(instance);
    this.#parts = parts;
  }

  get alive(): boolean {
    return !this.#ended && this.#connection?.alive === true;
  }

  /** A living connection; the user is journaled before the director is asked for it. */
  readonly connection = oneAtATime(async (): Promise<SshConnection> => {
    // A retry of an interrupted step must not make a user after the last one was removed.
    if (this.#ended) throw sessionEnded(this.label);
    if (this.#connection?.alive === true) return this.#connection;
    const key = await this.#parts.keyPair();
    const grant = await this.#granted(key);
    const { dial, secrets, sshPort: port } = this.#parts;
    const credentials = { user: grant.user, privateKey: key.privateKey };
    const host = grant.address || (this.instance.ips[0] ?? "");
    const target = { host, port, label: this.label, credentials, trusted: await this.#trusted(grant, host) };
    this.#connection = await SshConnection.open(target, dial, secrets);
    return this.#connection;
  });

  /** Closes the connection and removes the user, for good; a user that could not be removed stays in the journal. */
  async end(): Promise<void> {
    const { director, recorder } = this.#parts;
    this.#ended = true;
    // One that is being opened just now is waited for: its user is removed as well.
    await this.connection().catch(() => undefined);
    await this.#connection?.close();
    this.#connection = undefined;
    this.#grant = undefined;
    if (!this.#recorded) return;
    await director.cleanupSsh(this.instance, this.user);
    await recorder.closed(SSH_USER, userData(this.instance, this.user));
    this.#recorded = false;
  }

  async #granted(key: KeyPair): Promise<SshGrant> {
    if (this.#grant !== undefined) return this.#grant;
    const { director, recorder } = this.#parts;
    if (!this.#recorded) await recorder.opened(SSH_USER, userData(this.instance, this.user));
    this.#recorded = true;
    this.#grant = await director.setupSsh(this.instance, this.user, key.publicKey);
    return this.#grant;
  }

  async #trusted({ hostPublicKey }: SshGrant, host: string): Promise<TrustedKeys> {
    const key = parseHostKey(hostPublicKey);
    const { knownHostsFiles, sshPort } = this.#parts;
    const { known, revoked } = await knownHostKeys(knownHostsFiles, host, sshPort);
    if (key !== undefined) return { kind: "pinned", keys: [key], source: "the director (host_public_key)", revoked };
    if (hostPublicKey.trim() === "") return this.#trustedByOperator(host, { known, revoked });
    throw refuse("answer-malformed", `the director's host key of "${this.label}" is not understood`)
      .at(this.label)
      .advise("Compare `bosh ssh` by hand; its answer should hold `host_public_key: ssh-rsa AAAA…`.");
  }

  #trustedByOperator(host: string, { known: keys, revoked }: KnownKeys): TrustedKeys {
    const { knownHostsFiles: files, sshPort } = this.#parts;
    if (keys.length > 0) return { kind: "pinned", keys, source: files.join(" or "), revoked };
    return {
      kind: "unknown",
      revoked,
      remedy: (shown) =>
        `The director does not know this machine's key. Compare ${fingerprint(shown)} with what \`ssh-keygen -lf\` ` +
        `says on it; if it is the same, add "${knownHostsLine(host, sshPort, shown)}" to ${files[0] ?? "known_hosts"}.`,
    };
  }
}

export function sessionEnded(label: string): RecoverError {
  return refuse("interrupted", `the way to "${label}" is closed: the run is ending`)
    .at(label)
    .advise("Resume the run.");
}

export function labelOf(instance: BoshInstance): string {
  return `${instance.group}/${instance.index} (${instance.ips[0] ?? "no address"})`;
}
