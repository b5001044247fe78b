/**
 * Whether a store honours conditional writes. Not every one does: some ignore the condition and write all the same, some
 * say that they do not know it. It is found out by trying, on an object that is there for nothing else.
 */
import type { SharedPlace, WriteCondition, Written } from "../../ports/shared-place.ts";

const NAME = "conditions.json";
const CONTENT = `${JSON.stringify({ schema: "dingo-recover/conditions@1", what: "tried by every process, holds nothing" })}\n`;
/** No content has this MD5; a store that honours If-Match refuses. */
const NOBODYS = "00000000000000000000000000000000";

export interface Conditions {
  readonly absent: boolean;
  readonly version: boolean;
}

export async function tryConditions(place: SharedPlace): Promise<Conditions> {
  const first = await place.write(NAME, CONTENT, "absent");
  const absent = first.is === "refused" || (await place.write(NAME, CONTENT, "absent")).is === "refused";
  const version = (await place.write(NAME, CONTENT, { version: NOBODYS })).is === "refused";
  return { absent, version };
}

/** The condition if the store honours it, otherwise none: then the last writer has the claim. */
export async function writeOn(
  place: SharedPlace,
  { absent, version }: Conditions,
  { name, content, condition }: { readonly name: string; readonly content: string; readonly condition: WriteCondition },
): Promise<Exclude<Written, { is: "unsupported" }>> {
  const honoured = condition === "absent" ? absent : version;
  const written = await place.write(name, content, honoured ? condition : "any");
  if (written.is !== "unsupported") return written;
  return writeOn(place, { absent: false, version: false }, { name, content, condition: "any" });
}

/** For people; undefined if the store honours both. */
export function weaknessOf({ absent, version }: Conditions, location: string): string | undefined {
  if (absent && version) return undefined;
  const which = [absent ? "" : "If-None-Match", version ? "" : "If-Match"].filter((name) => name !== "").join(" and ");
  return `the store of the lease (${location}) ignores ${which}: two who take a lease in the same instant are told apart only when they read it again, before their next effect`;
}
