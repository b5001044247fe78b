/** Reads and writes claims in the shared place, for one process. */
import { type RecoverError, refuse } from "../../errors.ts";
import type { SharedPlace } from "../../ports/shared-place.ts";
import { type Claim, CLAIM_SCHEMA, type ClaimState, readClaim } from "./claim.ts";
import { type Conditions, writeOn } from "./conditions.ts";

/** Who speaks: stands in every claim of this process. */
export interface Claimant {
  readonly run: string;
  readonly epoch: number;
  readonly operator: string;
  readonly host: string;
  readonly place: string;
  readonly token: string;
}

export interface Seen {
  readonly claim: Claim;
  readonly version: string;
}

/** The parts of a claim that change while it is held. */
export interface Standing {
  readonly step: string;
  readonly head: string;
}

export class ClaimKeeper {
  readonly place: SharedPlace;
  readonly conditions: Conditions;
  readonly claimant: Claimant;
  readonly #now: () => Date;

  constructor(options: {
    readonly place: SharedPlace;
    readonly conditions: Conditions;
    readonly claimant: Claimant;
    readonly now: () => Date;
  }) {
    this.place = options.place;
    this.conditions = options.conditions;
    this.claimant = options.claimant;
    this.#now = options.now;
  }

  async read(name: string): Promise<Seen | undefined> {
    return readSeen(this.place, name);
  }

  isOurs({ token, epoch }: Claim): boolean {
    return token === this.claimant.token && epoch === this.claimant.epoch;
  }

  /** `since`: when it was taken; now where absent. */
  compose(key: string, state: ClaimState, { since, ...standing }: Standing & { readonly since?: string }): Claim {
    const seenAt = this.#now().toISOString();
    return { schema: CLAIM_SCHEMA, key, state, ...this.claimant, ...standing, since: since ?? seenAt, seenAt };
  }

  /**
   * Writes a claim over the one that was seen. Undefined if somebody else wrote since. The claim is read back, which
   * detects a lost answer and a store that ignores conditions.
   */
  async put(name: string, claim: Claim, over: Seen | undefined): Promise<Seen | undefined> {
    const condition = over === undefined ? "absent" : { version: over.version };
    const content = `${JSON.stringify(claim)}\n`;
    const { absent, version } = this.conditions;
    const written = await writeOn(this.place, this.conditions, { name, content, condition });
    const honoured = condition === "absent" ? absent : version;
    if (written.is === "written" && honoured) return { claim, version: written.version };
    const there = await this.read(name);
    return there !== undefined && this.isOurs(there.claim) ? there : undefined;
  }
}

export async function readSeen(place: SharedPlace, name: string): Promise<Seen | undefined> {
  const found = await place.read(name);
  if (found === undefined) return undefined;
  return { claim: readClaim(found.content, name, `${place.location}/${name}`), version: found.version };
}

/** Somebody wrote between our look and our write. */
export function crossed(place: string): RecoverError {
  return refuse("locked", "another process took the lease at the same moment")
    .at(place)
    .advise("Run the same command again: it shows who holds it.");
}
