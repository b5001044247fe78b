/**
 * The one gateway hop: a jump box through which the cells, and everything else behind it, are reached. Without one,
 * `directDial` takes its place.
 */
import { RecoverError } from "../../errors.js";
import type { Dialer } from "../../ports/dialer.js";
import type { Secrets } from "../../secrets.js";
import type { Dial } from "../network/dial.js";
import type { Credentials } from "./authentication.js";
import { SshConnection } from "./connection.js";
import { fingerprint, parseHostKey, type TrustedKeys } from "./host-key.js";
import { knownHostKeys } from "./known-hosts.js";

export interface GatewaySettings extends Credentials {
  readonly host: string;
  readonly port: number;
  /** `ssh-ed25519 AAAA…`; otherwise the known_hosts files decide. */
  readonly hostKey?: string;
  readonly knownHostsFiles: readonly string[];
}

export interface Gateway {
  readonly label: string;
  /** A stream to a place behind the gateway; logs in first where there is no living connection. */
  readonly forward: Dial;
  close(): Promise<void>;
}

export function createGateway(settings: GatewaySettings, dialer: Dialer, secrets: Secrets): Gateway {
  const label = `gateway ${settings.user}@${settings.host}:${settings.port}`;
  let connection: Promise<SshConnection> | undefined;
  const open = async (): Promise<SshConnection> => {
    const { host, port } = settings;
    const target = { host, port, label, credentials: settings, trusted: await trustedKeys(settings) };
    return await SshConnection.open(target, (to, at) => dialer.connect(to, at), secrets);
  };
  const living = async (): Promise<SshConnection> => {
    const current = await connection?.catch(() => undefined);
    if (current?.alive === true) return current;
    connection = open();
    return await connection;
  };
  const turn = oneAtATime(living);
  return {
    label,
    forward: async (host, port) => await (await turn()).forward(host, port),
    close: async () => {
      const current = await connection?.catch(() => undefined);
      connection = undefined;
      await current?.close();
    },
  };
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

async function trustedKeys(settings: GatewaySettings): Promise<TrustedKeys> {
  const { host, port, hostKey, knownHostsFiles } = settings;
  if (hostKey !== undefined) {
    const key = parseHostKey(hostKey);
    if (key === undefined) throw badHostKey(settings);
    return { kind: "pinned", keys: [key], source: "the configuration (bosh.gateway.host_key)" };
  }
  const keys = await knownHostKeys(knownHostsFiles, host, port);
  if (keys.length > 0) return { kind: "pinned", keys, source: knownHostsFiles.join(" or ") };
  return {
    kind: "unknown",
    remedy: (shown) =>
      `Compare ${fingerprint(shown)} with what the gateway's owner says; if it is the same, add ` +
      `"host_key: ${shown.type} ${shown.blob.toString("base64")}" below bosh.gateway in the configuration.`,
  };
}

function badHostKey({ host }: GatewaySettings): RecoverError {
  return new RecoverError("config-invalid", "bosh.gateway.host_key is not a public key", {
    remedy: `Write it as "ssh-ed25519 AAAA…", as \`ssh-keyscan ${host}\` prints it after the host's name.`,
    place: "bosh.gateway.host_key",
    effect: "none",
  });
}
