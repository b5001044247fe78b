/** The part of the composition root that opens the object store alone: what looks at archives needs nothing else. */
import { tmpdir } from "node:os";
import { directDialer, loopbackDialer } from "../kit/network/dialer.ts";
import type { Dial } from "../kit/network/dial.ts";
import { dialedAgents, straight } from "../kit/network/http-agents.ts";
import {
  type OpenArchiveStore,
  openArchiveStore,
  type S3Credentials,
  SOCKETS,
} from "../archive/adapters/s3/archive-store.ts";
import type { Config, S3Keys, SecretReference } from "../config/settings/config.ts";
import { secretValue } from "../config/settings/secret-value.ts";
import { refuse } from "../errors.ts";
import { optional } from "../kit/optional.ts";
import type { Clock } from "../ports/clock.ts";
import type { Decryption } from "../ports/decryption.ts";
import { programPath } from "../kit/process/program-path.ts";
import type { Secrets } from "../kit/secrets/secrets.ts";

export interface StoreWiringOptions {
  readonly config: Pick<Config, "s3">;
  readonly env: NodeJS.ProcessEnv;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A rehearsal's sockets reach loopback only (law 13). */
  readonly loopbackOnly: boolean;
  /** As the store's. A run has no such thing: what it stops is looked at again. */
  readonly readsUntil?: AbortSignal;
}

export interface OpenedStore {
  readonly store: OpenArchiveStore;
  /** Closes idle connections. */
  close(): void;
}

/** Default of `dial`: straight there. */
export function openStore(options: StoreWiringOptions, dial?: Dial): OpenedStore {
  const { clock, secrets, env } = options;
  const { s3 } = options.config;
  const way = dial ?? straight(options.loopbackOnly ? loopbackDialer() : directDialer());
  const agents = dialedAgents(way, {}, { maxSockets: SOCKETS });
  const store = openArchiveStore({
    clock,
    secrets,
    agents,
    environment: env,
    ...optional("endpoint", s3.endpoint),
    ...optional("region", s3.region),
    ...optional("addressStyle", s3.addressStyle),
    ...optional("credentials", credentialsOf(options, s3.credentials)),
    ...optional("sourceCredentials", credentialsOf(options, s3.source)),
    ...optional("readsUntil", options.readsUntil),
  });
  return { store, close: () => agents.destroy() };
}

function credentialsOf(
  options: StoreWiringOptions,
  given: S3Keys | undefined,
): (() => Promise<S3Credentials>) | undefined {
  if (given === undefined) return undefined;
  return async () => ({
    accessKeyId:
      typeof given.accessKeyId === "string" ? given.accessKeyId : await resolveSecret(options, given.accessKeyId),
    secretAccessKey: await resolveSecret(options, given.secretAccessKey),
    ...optional("sessionToken", await optionalSecret(options, given.sessionToken)),
  });
}

export interface DecryptionOptions extends SecretOptions {
  readonly config: Pick<Config, "gpg">;
}

export interface OpenDecryption extends Decryption {
  /** Leaves nothing of the key but the operator's own file. */
  close(): Promise<void>;
}

/** Archives that are encrypted; undefined if no key is given. Nothing is run before the first encrypted object is there. */
export async function openDecryption(options: DecryptionOptions): Promise<OpenDecryption | undefined> {
  const { config, env, signal } = options;
  const { key, passphrase } = config.gpg ?? {};
  if (key === undefined) return undefined;
  const { GpgDecryption } = await import("../archive/adapters/gpg/gpg-decryption.ts");
  return new GpgDecryption({
    key,
    signal,
    path: programPath(env),
    parent: env["TMPDIR"] ?? tmpdir(),
    passphrase: passphrase === undefined ? undefined : () => resolveSecret(options, passphrase),
  });
}

type SecretOptions = Pick<StoreWiringOptions, "secrets" | "env" | "signal">;

export async function optionalSecret(
  options: SecretOptions,
  reference: SecretReference | undefined,
): Promise<string | undefined> {
  return reference === undefined ? undefined : await resolveSecret(options, reference);
}

export async function resolveSecret(
  { secrets, env, signal }: SecretOptions,
  reference: SecretReference,
): Promise<string> {
  const run = async (argv: readonly [string, ...string[]], cwd: string): Promise<string> => {
    const [program, ...args] = argv;
    const { runProgram } = await import("../kit/spawn/spawn.ts");
    const result = await runProgram({ program, args, env: definedOnly(env), cwd, signal });
    if (result.code === 0) return result.stdout;
    throw refuse("not-logged-in", `it ended with exit code ${result.code}`)
      .at(program)
      .advise("Run it by hand and see why.");
  };
  return await secretValue(reference, { secrets, env, run });
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
