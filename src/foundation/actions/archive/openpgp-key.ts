/** Only containers with the key can restore an encrypted archive (dingo.md §8, 27). They are asked before anything is made. */
import type { Context } from "../../../action.ts";
import type { ArchiveFacts } from "../../../archive/reading/facts.ts";
import { formatLocation } from "../../../archive/names/location.ts";
import { refuse } from "../../../errors.ts";
import type { Container } from "../../../ports/cells.ts";
import { cellInstances } from "../bosh/cell-instances.ts";

export const GPG_KEY = "WALE_GPG_KEY_ID";

/** Throws `does-not-fit` if no container has a key. All get the same settings, so any living one tells. */
export async function requireKey(context: Context, deployment: string, { location }: ArchiveFacts): Promise<boolean> {
  const instances = deployment === "" ? [] : await cellInstances(context.ports, deployment);
  for (const instance of instances) {
    const cell = await context.ports.cells.open(instance);
    if ((await cell.docker.list()).some(hasKey)) return true;
  }
  throw refuse("does-not-fit", `the archive is encrypted by OpenPGP, and no container here has a ${GPG_KEY}`)
    .at(formatLocation(location))
    .advise(
      "Give the service's plan the key that it had (WALE_GPG_KEY_ID, and its private key in the image). Create any instance of it, then run this again. Nothing was created.",
    );
}

export function hasKey({ env }: Container): boolean {
  return (env[GPG_KEY] ?? "") !== "";
}
