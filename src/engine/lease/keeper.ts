/** Reads and writes claims in the shared place, for one process. */
import { type RecoverError, refuse } from "../../errors.ts";
import type { SharedPlace, WriteCondition, Written } from "../../ports/shared-place.ts";
import { type Claim, CLAIM_SCHEMA, type ClaimState, LARGEST_CLAIM, readClaim } from "./claim.ts";

/** Who speaks: stands in every claim of this process. */
interface Claimant {
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

  /** `since`: when it was taken; now if absent. */
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
  const found = await place.read(name, LARGEST_CLAIM);
  if (found === undefined) return undefined;
  return { claim: readClaim(found.content, name, `${place.location}/${name}`), version: found.version };
}

/** Somebody wrote between our look and our write. */
export function crossed(place: string): RecoverError {
  return refuse("locked", "another process took the lease at the same moment")
    .at(place)
    .advise("Run the same command again: it shows who holds it.");
}

/**
 * Whether a store honours conditional writes. Not every one does: some ignore the condition and write all the same, some
 * say that they do not know it. It is found out by trying, on an object that is there for nothing else.
 */
const NAME = "conditions.json";
const CONTENT = `${JSON.stringify({ schema: "dingo-recover/conditions@1", what: "tried by every process, holds nothing" })}\n`;
/** No content has this MD5; a store that honours If-Match refuses. */
const NOBODYS = "00000000000000000000000000000000";

export interface Conditions {
  readonly absent: boolean;
  readonly version: boolean;
}

export async function tryConditions(place: SharedPlace): Promise<Conditions> {
  // One answer may be a proxy's, and one write may make the object.
  const refuses = async (condition: WriteCondition): Promise<boolean> => {
    for (let tried = 0; tried < 3; tried++)
      if ((await place.write(NAME, CONTENT, condition)).is === "refused") return true;
    return false;
  };
  return { absent: await refuses("absent"), version: await refuses({ version: NOBODYS }) };
}

/**
 * With the condition if the store honours it; otherwise it looks whether the condition holds, and then writes. Error:
 * `unreachable` if a store that honoured the condition knows it no more: then something else has answered.
 */
export async function writeOn(
  place: SharedPlace,
  { absent, version }: Conditions,
  { name, content, condition }: { readonly name: string; readonly content: string; readonly condition: WriteCondition },
): Promise<Exclude<Written, { is: "unsupported" }>> {
  const honoured = condition === "absent" ? absent : version;
  if (!honoured && !(await isFree(place, name, condition))) return { is: "refused" };
  const written = await place.write(name, content, honoured ? condition : "any");
  if (written.is !== "unsupported") return written;
  throw refuse("unreachable", "the store of the lease knows no conditional writes any more, and knew them before")
    .at(`${place.location}/${name}`)
    .advise("Look what lies between here and the store, like a proxy; then resume.");
}

async function isFree(place: SharedPlace, name: string, condition: WriteCondition): Promise<boolean> {
  if (condition === "any") return true;
  const there = await place.read(name);
  return condition === "absent" ? there === undefined : there?.version === condition.version;
}

/** For people; undefined if the store honours both. */
export function weaknessOf({ absent, version }: Conditions, location: string): string | undefined {
  if (absent && version) return undefined;
  const which = [absent ? "" : "If-None-Match", version ? "" : "If-Match"].filter((name) => name !== "").join(" and ");
  return `the store of the lease (${location}) ignores ${which}: two who take a lease in the same instant are told apart only when they read it again, before their next effect`;
}
