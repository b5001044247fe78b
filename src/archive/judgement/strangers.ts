/**
 * Everything in an archive that this version does not understand: it reads 16 MiB segments, lzop, not
 * encrypted, at once readable. Each finding makes the verdict `unknown` with its reason, never a guess.
 */
import { startsLikeLzop, type ArchiveEntry, type ArchiveFacts } from "../reading/facts.js";
import { startsLikeOpenPgp } from "../compression/openpgp.js";
import { problem, type Problem } from "./problem.js";
import { isDamagedSegment } from "./wal.js";
import { counted } from "../../counted.js";

/** Storage classes that are read at once. INTELLIGENT_TIERING is not: its archive tiers do not show in a listing. */
const READABLE = new Set([
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "GLACIER_IR",
  "EXPRESS_ONEZONE",
]);

/** `decrypts`: the platform's containers have a key for OpenPGP. */
export function strangers(facts: ArchiveFacts, decrypts: boolean): readonly Problem[] {
  return [
    ...facts.entries.flatMap(strangeKey),
    ...coldObjects(facts.entries),
    ...facts.entries.flatMap((entry) => strangeHead(facts, entry, decrypts)),
  ];
}

function strangeKey(entry: ArchiveEntry): readonly Problem[] {
  const { relative: key, kind } = entry;
  switch (kind.kind) {
    case "wal-g":
      return [problem("wal-g-archive", key, "an object of WAL-G, which this version does not read")];
    case "other-compression":
      return [problem("other-compression", key, "not compressed by lzop, as WAL-E does; this version reads only lzop")];
    case "other-segment-size":
      return [problem("other-segment-size", key, "a name that does not fit WAL segments of 16 MiB")];
    case "segment":
      return isDamagedSegment(entry)
        ? [
            problem(
              "segment-damaged",
              key,
              `a segment of ${entry.info.size} bytes cannot be whole; it counts as missing`,
            ),
          ]
        : [];
    case "unknown":
      return [problem("unknown-object", key, "not an object of WAL-E; the restore does not look at it")];
    default:
      return [];
  }
}

function coldObjects(entries: readonly ArchiveEntry[]): readonly Problem[] {
  const cold = entries.filter((entry) => !READABLE.has(entry.info.storageClass || "STANDARD"));
  const first = cold[0];
  if (first === undefined) return [];
  const text = `${counted(cold.length, "object")} of storage class ${first.info.storageClass} cannot be read at once`;
  return [problem("cold-storage", first.relative, `${text}: have them restored to STANDARD first`)];
}

/** Whether wal-e has encrypted what it uploaded. */
export const isEncrypted = ({ heads }: ArchiveFacts): boolean => [...heads.values()].some(startsLikeOpenPgp);

function strangeHead(facts: ArchiveFacts, entry: ArchiveEntry, decrypts: boolean): readonly Problem[] {
  const head = facts.heads.get(entry.relative);
  if (head === undefined || startsLikeLzop(head) || isDamagedSegment(entry)) return [];
  if (!startsLikeOpenPgp(head))
    return [problem("not-lzop", entry.relative, "begins neither like an lzop file nor like an OpenPGP message")];
  return decrypts
    ? [problem("encrypted-here-too", entry.relative, "encrypted by OpenPGP, and the platform's containers have a key")]
    : [
        problem(
          "encrypted",
          entry.relative,
          "encrypted by OpenPGP: only a container with WALE_GPG_KEY_ID and its key can restore it",
        ),
      ];
}
