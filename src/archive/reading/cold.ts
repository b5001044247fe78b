/** Objects that a store does not give at once. */
import type { ArchiveEntry } from "./archive-facts.ts";

/** Storage classes that are read at once. INTELLIGENT_TIERING is not: its archive tiers do not show in a listing. */
const READABLE = new Set([
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "EXPRESS_ONEZONE",
]);

/** Cannot be read at once, as far as its storage class tells. */
export const isCold = ({ info }: ArchiveEntry): boolean => isColdClass(info.storageClass);

export const isColdClass = (storageClass: string): boolean => !READABLE.has(storageClass || "STANDARD");
