/** For commands that read archives outside a run: the private key that is named, and nothing of it left at the end. */
import { resolve } from "node:path";
import type { Decryption } from "../../ports/decryption.ts";
import { openDecryption } from "../../wiring/store-wiring.ts";
import { configOf } from "./configuration.ts";
import { secrets } from "../process/failure.ts";
import type { GlobalArguments } from "../options/options.ts";

export interface KeyArguments {
  readonly "gpg-key"?: string | undefined;
}

/** `decryption` is undefined if no key is named. */
export async function withDecryption<T>(
  given: GlobalArguments & KeyArguments,
  signal: AbortSignal,
  work: (decryption: Decryption | undefined) => Promise<T>,
): Promise<T> {
  const { gpg } = await configOf(given, ["gpg"]);
  const named = given["gpg-key"];
  const config = { gpg: named === undefined ? (gpg ?? {}) : { ...gpg, key: resolve(named) } };
  const decryption = await openDecryption({ config, env: process.env, secrets, signal });
  try {
    return await work(decryption);
  } finally {
    await decryption?.close();
  }
}
