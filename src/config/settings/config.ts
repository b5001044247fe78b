/** The configuration as a value: places and references. It holds no secret, but the place of each. */
import type { Settings, WalESettings } from "../../ports/settings.ts";

/** The place of a secret, never the secret itself (law 10). */
export type SecretReference =
  | { readonly kind: "env"; readonly name: string }
  /** Absolute path. */
  | { readonly kind: "file"; readonly path: string }
  /** Its standard output, in the configuration's directory `cwd`; nothing is expanded by a shell. */
  | { readonly kind: "command"; readonly argv: readonly [string, ...string[]]; readonly cwd: string };

export interface CfConfig {
  readonly api?: string | undefined;
  readonly skipSslValidation: boolean;
  readonly username?: string | undefined;
  readonly password?: SecretReference | undefined;
  /** The API is reached through the gateway hop; only if there is one, and with an HTTPS `api`. */
  readonly viaGateway?: true | undefined;
}

export interface GatewayConfig {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly privateKey?: SecretReference | undefined;
  readonly passphrase?: SecretReference | undefined;
  readonly password?: SecretReference | undefined;
  /** `ssh-ed25519 AAAA…` or `SHA256:…`; absent: known_hosts decides. */
  readonly hostKey?: string | undefined;
}

/** A SOCKS5 proxy that somebody else keeps open, such as `ssh -D`. It asks for no log-in. */
export interface SocksConfig {
  readonly host: string;
  readonly port: number;
}

export interface BoshConfig {
  /** `https://HOST:PORT`. */
  readonly environment?: string | undefined;
  readonly deployment?: string | undefined;
  /** PEM text. */
  readonly caCert?: string | undefined;
  readonly client?: string | undefined;
  readonly clientSecret?: SecretReference | undefined;
  readonly gateway?: GatewayConfig | undefined;
  /** In the gateway's place; never beside one. */
  readonly socks?: SocksConfig | undefined;
}

export interface S3Keys {
  /** Not secret: it names who speaks. */
  readonly accessKeyId: string | SecretReference;
  readonly secretAccessKey: SecretReference;
  readonly sessionToken?: SecretReference | undefined;
}

/** Where the bucket's name stands in an address: in its path, or before the host's name. */
export type AddressStyle = "path" | "virtual";

export interface S3Config {
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  readonly addressStyle?: AddressStyle | undefined;
  readonly bucket?: string | undefined;
  /** Absent: the standard chain of AWS. */
  readonly credentials?: S3Keys | undefined;
  /** Keys that archives are read with, and nothing is written. Absent: `credentials` read as well. */
  readonly source?: S3Keys | undefined;
  /** The store is reached through the gateway hop; only if there is one. */
  readonly viaGateway?: true | undefined;
}

/** A log store: Elasticsearch or OpenSearch. */
export interface LogStoreConfig {
  /** Where it was read from; which product answers is another thing. */
  readonly section: "elasticsearch" | "opensearch";
  /** `https://HOST:PORT`. */
  readonly url: string;
  /** Names and patterns, divided by commas. */
  readonly index: string;
  readonly login?:
    | { readonly kind: "password"; readonly username: string; readonly password: SecretReference }
    | { readonly kind: "api-key"; readonly key: SecretReference }
    | undefined;
  /** PEM text. */
  readonly caCert?: string | undefined;
  /** It is reached through the gateway hop; only if there is one. */
  readonly viaGateway?: true | undefined;
}

/** Where leases lie and journals are mirrored: outside every archive. */
export interface LeaseConfig {
  readonly bucket: string;
  /** No slash at either end, not empty. */
  readonly prefix: string;
}

export const leaseText = ({ bucket, prefix }: LeaseConfig): string => `s3://${bucket}/${prefix}`;

/** How archives are opened that are encrypted with OpenPGP. */
export interface GpgConfig {
  /** File with the private key, absolute; absent: nothing is opened. */
  readonly key?: string | undefined;
  readonly passphrase?: SecretReference | undefined;
}

export interface Config {
  /** The file that was read; absent if everything comes from the environment. */
  readonly file?: string | undefined;
  readonly cf: CfConfig;
  readonly bosh: BoshConfig;
  readonly s3: S3Config;
  /** Globs, absolute, or "-" for stdin. */
  readonly logs: readonly string[];
  /** Absent if there is none. */
  readonly logStores?: readonly LogStoreConfig[] | undefined;
  /** HOST:PORT of etcd. */
  readonly etcd?: string | undefined;
  readonly lease?: LeaseConfig | undefined;
  readonly gpg?: GpgConfig | undefined;
  /** A server on the files of an archive may run here without a sandbox. */
  readonly unsandboxed?: true | undefined;
  /** Of WAL-E's own settings, if a run was given their directory. */
  readonly walE?: WalESettings | undefined;
  /** Absolute paths of files with users' own actions. */
  readonly actions: readonly string[];
}

/** The part that actions may know. */
export function settingsOf({ bosh, s3, etcd, walE }: Config): Settings {
  return { deployment: bosh.deployment, bucket: s3.bucket, etcd, walE };
}
