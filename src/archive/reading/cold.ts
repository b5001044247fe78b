/** Objects that a store does not give at once. */
import { ObjectFrozen } from "../../ports/object-store.ts";
import type { ArchiveEntry, ArchiveFacts } from "./archive-facts.ts";

/** Storage classes that are read at once. INTELLIGENT_TIERING is not: its archive tiers do not show in a listing. */
const READABLE = new Set([
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "EXPRESS_ONEZONE",
]);

/** As far as its storage class tells, and the store did when it was asked: names of classes are each store's own. */
export function isCold({ asked }: Pick<ArchiveFacts, "asked">, entry: ArchiveEntry): boolean {
  const answer = asked === undefined || asked.size === 0 ? undefined : asked.get(entry.relative);
  return answer === undefined ? isColdClass(entry.info.storageClass) : answer === "frozen";
}

export const isColdClass = (storageClass: string): boolean => !READABLE.has(storageClass || "STANDARD");

/** Runs `read`; undefined if the object is in cold storage. */
export async function unlessFrozen<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ObjectFrozen) return undefined;
    throw error;
  }
}
