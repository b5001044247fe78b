/**
 * Finds log-ins whose secrets cannot be had, and leaves them out of the configuration. The other log-ins can then be
 * looked at.
 */
import type { Config, SecretReference } from "../../../config/settings/config.ts";
import { asRecoverError, type RecoverError } from "../../../errors.ts";
import { resolveSecret } from "../../../wiring/store-wiring.ts";
import { secrets } from "../../process/own-secrets.ts";

export interface BarredLogins {
  readonly cf?: RecoverError;
  readonly bosh?: RecoverError;
  readonly gateway?: RecoverError;
}

export async function usableLogins(
  config: Config,
  { env, signal }: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<{ readonly config: Config; readonly barred: BarredLogins }> {
  const why = async (...references: readonly (SecretReference | undefined)[]): Promise<RecoverError | undefined> => {
    for (const reference of references)
      try {
        if (reference !== undefined) await resolveSecret({ secrets, env, signal }, reference);
      } catch (thrown) {
        return asRecoverError(thrown);
      }
    return undefined;
  };
  const { gateway, clientSecret } = config.bosh;
  const barred = {
    cf: config.cf.username === undefined ? undefined : await why(config.cf.password),
    bosh: await why(clientSecret),
    gateway: await why(gateway?.privateKey, gateway?.passphrase, gateway?.password),
  };
  return {
    config: {
      ...config,
      cf: barred.cf === undefined ? config.cf : without(config.cf, "password"),
      bosh: barred.bosh === undefined ? config.bosh : without(config.bosh, "clientSecret"),
    },
    barred: Object.fromEntries(Object.entries(barred).filter(([, error]) => error !== undefined)),
  };
}

function without<T extends object, K extends keyof T>(all: T, key: K): Omit<T, K> {
  const { [key]: _, ...rest } = all;
  return rest;
}
