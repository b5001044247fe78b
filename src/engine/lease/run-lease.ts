/**
 * Which process carries a run, across machines: the claim of the key `run RUN`. It is read again before every effect; a
 * process that finds another's token there is fenced.
 *
 * R1  A run is carried on only if the journal has every line that is mirrored, and the line that the claim names.
 * R2  Nothing else stands in the way for ever: a claim of any epoch whose lines are all here may be taken over.
 */
import { quote } from "../../kit/commands/shell-quote.ts";
import { giveUp, type RecoverError, refuse } from "../../errors.ts";
import { type Claim, type ClaimState, describeClaim, runClaimName, runKey } from "./claim.ts";
import { type ClaimKeeper, crossed, readSeen, type Seen, type Standing } from "./keeper.ts";
import type { SharedPlace } from "../../ports/shared-place.ts";

export interface RunLeaseRequest {
  readonly keeper: ClaimKeeper;
  /** Epoch of the journal's last line as this process found it; 0 if there was none. */
  readonly knownEpoch: number;
  readonly takeOver: boolean;
  readonly hasAll: Circumstances["hasAll"];
  readonly step: string;
}

export class RunLease {
  readonly #keeper: ClaimKeeper;
  readonly #name: string;
  #seen: Seen;
  /** One look or write at a time: of two writes over the same version one would be lost. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(keeper: ClaimKeeper, name: string, seen: Seen) {
    this.#keeper = keeper;
    this.#name = name;
    this.#seen = seen;
  }

  /**
   * Errors: `locked` with who holds it; `fenced` if the run went on elsewhere, so that this journal lacks something;
   * those of the place.
   */
  static async acquire({ keeper, step, ...asking }: RunLeaseRequest): Promise<RunLease> {
    const { run, place } = keeper.claimant;
    const name = runClaimName(run);
    const where = `${keeper.place.location}/${name}`;
    const found = await lookForFree(keeper.place, run, { place, ...asking });
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
  check(): Promise<void> {
    return this.#inTurn(() => this.#look());
  }

  /** Writes where the run stands, or that it is let go of. Errors: as `check`. */
  tell(standing: Standing, state: ClaimState = "held"): Promise<void> {
    return this.#inTurn(() => this.#write(standing, state));
  }

  /**
   * Says that this process lives. Looks first: a store that ignores conditions would take what another process wrote over.
   * Writes nothing if the run was let go of. Errors: as `check`.
   */
  renew(standing: () => Standing): Promise<void> {
    return this.#inTurn(async () => {
      await this.#look();
      if (this.#seen.claim.state === "held") await this.#write(standing(), "held");
    });
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.catch(() => undefined).then(work);
    this.#turn = turn;
    await turn;
  }

  async #look(): Promise<void> {
    const found = await this.#keeper.read(this.#name);
    if (found === undefined || !this.#keeper.isOurs(found.claim)) throw takenOver(this.#keeper, found?.claim);
    this.#seen = found;
  }

  async #write(standing: Standing, state: ClaimState): Promise<void> {
    const { key, since } = this.#seen.claim;
    const seen = await this.#keeper.put(
      this.#name,
      this.#keeper.compose(key, state, { ...standing, since }),
      this.#seen,
    );
    if (seen !== undefined) this.#seen = seen;
    else await this.#look();
  }
}

/** The error of a process whose run another one carries. */
export function takenOver({ claimant, place }: ClaimKeeper, claim: Claim | undefined): RecoverError {
  const by = claim === undefined ? "somebody who removed its lease" : describeClaim(claim);
  return giveUp("fenced", `this run was taken over by ${by}`)
    .at(`${place.location}/${runClaimName(claimant.run)}`)
    .advise(`Go on there. Nothing more is done here; what was under way when it was taken over is looked at there.`);
}

interface Circumstances {
  /** Which state directory asks. */
  readonly place: string;
  readonly knownEpoch: number;
  readonly takeOver: boolean;
  /** Whether the journal has all that is mirrored, and the line with this hash. */
  readonly hasAll: (head: string) => Promise<boolean>;
}

/**
 * The lease of a run that may be taken. Only reads: a process without a right to a run changes nothing in the shared
 * place. Errors: as `acquire`.
 */
export async function lookForFree(at: SharedPlace, run: string, asking: Circumstances): Promise<Seen | undefined> {
  const name = runClaimName(run);
  const found = await readSeen(at, name);
  if (found !== undefined) await requireFree(found.claim, { ...asking, where: `${at.location}/${name}` });
  return found;
}

async function requireFree(
  claim: Claim,
  { place, knownEpoch, takeOver, hasAll, where }: Circumstances & { readonly where: string },
): Promise<void> {
  const ours = claim.place === place;
  // Who took it over may have died before its first line: then nothing is lacking here, and the run is not lost.
  const isBehind = claim.epoch > knownEpoch && !ours && (claim.state === "ended" || !(await hasAll(claim.head)));
  if (isBehind) throw wentOn(claim, where);
  // A run that was handed over belongs to the machine that has its file: taking it in counted the epoch up.
  const takenIn = claim.state === "handed-over" && knownEpoch > claim.epoch;
  if (ours || takeOver || claim.state === "free" || takenIn) return;
  throw heldElsewhere(claim, where);
}

/** Also what `resume --from` says before it fetches anything. */
export function heldElsewhere(claim: Claim, where: string, command = `resume ${claim.run}`): RecoverError {
  return refuse("locked", `run ${claim.run} is at work elsewhere: ${describeClaim(claim)}`)
    .at(where)
    .advise(
      `Ask there first. If that process is surely gone, or is to be stopped, take the run over with "dingo-recover ${command} --take-over".`,
    );
}

function wentOn(claim: Claim, where: string): RecoverError {
  const { run, state } = claim;
  const [location = ""] = where.split(`/${runClaimName(run)}`);
  const again = `"dingo-recover resume ${run} --from ${quote([location])}${state === "held" ? " --take-over" : ""}"`;
  const how = state === "ended" ? "came to its end elsewhere" : "went on elsewhere";
  return refuse("fenced", `run ${run} ${how}, and the journal here does not say how: ${describeClaim(claim)}`)
    .at(where)
    .advise(
      state === "ended"
        ? "Read its report there."
        : `Go on there; or fetch its journal and carry it on here with ${again}.`,
    );
}
