/**
 * Which process carries a run, across machines: the claim of the key `run RUN`. It is read again before every effect; a
 * process that finds another's token there is fenced.
 */
import { RecoverError } from "../errors.js";
import { type Claim, type ClaimState, describeClaim, runClaimName, runKey } from "./claim.js";
import { type ClaimKeeper, crossed, readSeen, type Seen, type Standing } from "./keeper.js";
import type { SharedPlace } from "../ports/shared-place.js";

export interface RunLeaseRequest {
  readonly keeper: ClaimKeeper;
  /** Epoch of the journal's last line as this process found it; 0 where there was none. */
  readonly knownEpoch: number;
  readonly takeOver: boolean;
  readonly step: string;
}

export class RunLease {
  readonly #keeper: ClaimKeeper;
  readonly #name: string;
  #seen: Seen;

  private constructor(keeper: ClaimKeeper, name: string, seen: Seen) {
    this.#keeper = keeper;
    this.#name = name;
    this.#seen = seen;
  }

  /**
   * Errors: `locked` with who holds it; `fenced` where the run went on elsewhere, so that this journal lacks something;
   * those of the place.
   */
  static async acquire({ keeper, knownEpoch, takeOver, step }: RunLeaseRequest): Promise<RunLease> {
    const { run, place } = keeper.claimant;
    const name = runClaimName(run);
    const where = `${keeper.place.location}/${name}`;
    const found = await lookForFree(keeper.place, run, { place, knownEpoch, takeOver });
    // Only what is mirrored stands there as head.
    const standing = { step, head: found?.claim.head ?? "" };
    const seen = await keeper.put(name, keeper.compose(runKey(run), "held", standing), found);
    if (seen === undefined) throw crossed(where);
    return new RunLease(keeper, name, seen);
  }

  get step(): string {
    return this.#seen.claim.step;
  }

  get head(): string {
    return this.#seen.claim.head;
  }

  /** Looks again. Errors: `fenced`; those of the place, and then nobody can tell. */
  async check(): Promise<void> {
    const found = await this.#keeper.read(this.#name);
    if (found === undefined || !this.#keeper.isOurs(found.claim)) throw takenOver(this.#keeper, found?.claim);
    this.#seen = found;
  }

  /** Writes where the run stands, or that it is let go of. Errors: as `check`. */
  async tell(standing: Standing, state: ClaimState = "held"): Promise<void> {
    const { key, since } = this.#seen.claim;
    const seen = await this.#keeper.put(
      this.#name,
      this.#keeper.compose(key, state, { ...standing, since }),
      this.#seen,
    );
    if (seen !== undefined) this.#seen = seen;
    else await this.check();
  }
}

/** What a process says whose run another one carries. */
export function takenOver({ claimant, place }: ClaimKeeper, claim: Claim | undefined): RecoverError {
  const by = claim === undefined ? "somebody who removed its lease" : describeClaim(claim);
  return new RecoverError("fenced", `this run was taken over by ${by}`, {
    remedy: `Go on there. Nothing more is done here; what was under way when it was taken over is looked at there.`,
    place: `${place.location}/${runClaimName(claimant.run)}`,
  });
}

interface Circumstances {
  /** Which state directory asks. */
  readonly place: string;
  readonly knownEpoch: number;
  readonly takeOver: boolean;
}

/**
 * What stands there of a run that may be taken. Reads only: who has no right to a run changes nothing in the shared place.
 * Errors: as `acquire`.
 */
export async function lookForFree(at: SharedPlace, run: string, asking: Circumstances): Promise<Seen | undefined> {
  const name = runClaimName(run);
  const found = await readSeen(at, name);
  if (found !== undefined) requireFree(found.claim, { ...asking, where: `${at.location}/${name}` });
  return found;
}

function requireFree(
  claim: Claim,
  { place, knownEpoch, takeOver, where }: Circumstances & { readonly where: string },
): void {
  const ours = claim.place === place;
  if (claim.epoch > knownEpoch && !ours) throw wentOn(claim, where);
  // Handed over to whoever has the file: taking it in counted the epoch up.
  const takenIn = claim.state === "handed-over" && knownEpoch > claim.epoch;
  if (ours || takeOver || claim.state === "free" || takenIn) return;
  throw heldElsewhere(claim, where);
}

/** Also what `resume --from` says before it fetches anything. */
export function heldElsewhere(claim: Claim, where: string, command = `resume ${claim.run}`): RecoverError {
  return new RecoverError("locked", `run ${claim.run} is at work elsewhere: ${describeClaim(claim)}`, {
    remedy: `Ask there first. Where that process is surely gone, or is to be stopped, take the run over with "dingo-recover ${command} --take-over".`,
    place: where,
    effect: "none",
  });
}

function wentOn(claim: Claim, where: string): RecoverError {
  const { run, state } = claim;
  const [location = ""] = where.split(`/${runClaimName(run)}`);
  const again = `"dingo-recover resume ${run} --from ${location}${state === "held" ? " --take-over" : ""}"`;
  const how = state === "ended" ? "came to its end elsewhere" : "went on elsewhere";
  return new RecoverError(
    "fenced",
    `run ${run} ${how}, and the journal here does not say how: ${describeClaim(claim)}`,
    {
      remedy:
        state === "ended"
          ? "Read its report there."
          : `Go on there; or fetch its journal and carry it on here with ${again}.`,
      place: where,
      effect: "none",
    },
  );
}
