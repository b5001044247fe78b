/** The lock keys of a run, in its state directory first and then in the shared place (L2 across machines). */
import { quote } from "../../kit/commands/shell-quote.ts";
import { giveUp, type RecoverError, refuse } from "../../errors.ts";
import type { Locks } from "../journal/key-locks.ts";
import { type Claim, describeClaim, keyClaimName, runClaimName } from "./claim.ts";
import { type ClaimKeeper, crossed, type Seen } from "./keeper.ts";
import { takenOver } from "./run-lease.ts";

const NOWHERE = { step: "", head: "" };

export class LeasedLocks implements Locks {
  readonly #local: Locks;
  readonly #keeper: ClaimKeeper;
  readonly #held = new Map<string, Seen>();

  constructor(local: Locks, keeper: ClaimKeeper) {
    this.#local = local;
    this.#keeper = keeper;
  }

  /** Errors: `locked`; those of the place. */
  async acquire(keys: readonly string[]): Promise<void> {
    await this.#local.acquire(keys);
    const fresh: string[] = [];
    try {
      for (const key of keys) {
        if (this.#held.has(key)) continue;
        if (await this.#take(key)) fresh.push(key);
      }
    } catch (thrown) {
      for (const key of fresh) await this.#free(key).catch(() => undefined);
      throw thrown;
    }
  }

  /** Looks at every key again. Errors: `fenced` if one is no longer ours; those of the place, and then nobody can tell. */
  async check(): Promise<void> {
    for (const key of this.#held.keys()) {
      const found = (await this.#keeper.read(keyClaimName(key)))?.claim;
      // One that was let go of meanwhile is nobody's loss.
      if (this.#held.has(key) && (found === undefined || !this.#holds(found))) throw this.#lost(key, found);
    }
  }

  async release(): Promise<void> {
    for (const key of [...this.#held.keys()]) await this.#free(key);
    await this.#local.release();
  }

  /** True if this run did not hold it before. */
  async #take(key: string): Promise<boolean> {
    const name = keyClaimName(key);
    const found = await this.#keeper.read(name);
    const { run } = this.#keeper.claimant;
    const others = found !== undefined && found.claim.state === "held" && found.claim.run !== run;
    if (others && (await this.#isOpen(found.claim.run))) throw await this.#locked(key, found.claim);
    const seen = await this.#keeper.put(name, this.#keeper.compose(key, "held", NOWHERE), found);
    if (seen === undefined) throw crossed(`${this.#keeper.place.location}/${name}`);
    this.#held.set(key, seen);
    return found?.claim.run !== run;
  }

  async #free(key: string): Promise<void> {
    const seen = this.#held.get(key);
    this.#held.delete(key);
    // If another wrote since, it is not ours to free.
    if (seen === undefined) return;
    const name = keyClaimName(key);
    const there = await this.#keeper.read(name);
    if (there === undefined || !this.#holds(there.claim)) return;
    const free = this.#keeper.compose(key, "free", { ...NOWHERE, since: seen.claim.since });
    await this.#keeper.put(name, free, there);
  }

  #holds(claim: Claim): boolean {
    return claim.state === "held" && claim.run === this.#keeper.claimant.run && this.#keeper.isOurs(claim);
  }

  /** A run of which the place says nothing counts as open (law 5). */
  async #isOpen(run: string): Promise<boolean> {
    return (await this.#keeper.read(runClaimName(run)))?.claim.state !== "ended";
  }

  /** Told by the claim of the run, which knows the step. */
  async #locked(key: string, claim: Claim): Promise<RecoverError> {
    const { location } = this.#keeper.place;
    const current = (await this.#keeper.read(runClaimName(claim.run)))?.claim ?? claim;
    return refuse("locked", `"${key}" belongs to another recovery: ${describeClaim(current)}`)
      .at(`${location}/${keyClaimName(key)}`)
      .advise(
        `Ask there first. To carry that run on here: "dingo-recover resume ${claim.run} --from ${quote([location])} --take-over".`,
      );
  }

  #lost(key: string, claim: Claim | undefined): RecoverError {
    const { run } = this.#keeper.claimant;
    if (claim?.run === run) return takenOver(this.#keeper, claim);
    const by = claim === undefined ? "somebody who removed it there" : describeClaim(claim);
    return giveUp("fenced", `"${key}" is no longer held by run ${run}, it was taken by ${by}`)
      .at(`${this.#keeper.place.location}/${keyClaimName(key)}`)
      .advise(`Ask there first: nothing more is done here. Once that recovery is over: "dingo-recover resume ${run}".`);
  }
}
