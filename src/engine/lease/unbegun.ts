/**
 * A run that has a lease and nothing in its mirror has changed nothing, and nobody can carry it on. Before its first
 * effect a process mirrors its journal and names a line of it in the lease (leased-journal.ts).
 */
import { randomBytes } from "node:crypto";
import { type RecoverError, refuse } from "../../errors.ts";
import type { SharedPlace } from "../../ports/shared-place.ts";
import { runClaimName } from "./claim.ts";
import { ClaimKeeper, crossed, type Seen, tryConditions } from "./keeper.ts";
import { mirroredChunks } from "./mirror.ts";

/** Reads only. */
export async function isUnbegun(place: SharedPlace, { claim }: Seen): Promise<boolean> {
  const saysNothing = claim.head === "" && claim.step === "";
  return saysNothing && (await mirroredChunks(place, claim.run)).length === 0;
}

/**
 * Ends it, so that its lock keys are free: its own process, if it lives, is fenced before its first effect.
 * Errors: `locked` if that process wrote meanwhile; those of the place.
 */
export async function endUnbegun(place: SharedPlace, seen: Seen, now: () => Date): Promise<RecoverError> {
  const { run, key, epoch, operator, host, since } = seen.claim;
  const name = runClaimName(run);
  const drawn = { place: "", token: randomBytes(8).toString("hex") };
  const claimant = { run, epoch: epoch + 1, operator, host, ...drawn };
  const keeper = new ClaimKeeper({ place, conditions: await tryConditions(place), now, claimant });
  const ended = await keeper.put(name, keeper.compose(key, "ended", { step: "", head: "", since }), seen);
  if (ended === undefined) throw crossed(`${place.location}/${name}`);
  return refuse("run-not-found", `run ${run} was begun, and ended before a line of its journal was mirrored`)
    .at(`${place.location}/runs/${run}`)
    .advise("It changed nothing, and its locks are free now: begin it anew with the command that began it.");
}
