/**
 * Everything in an archive that the reader does not take or that is not understood here: other packings than it knows,
 * encryption, storage that is not read at once, segments of another size.
 */
import { startsLikeLzop, type ArchiveEntry, type ArchiveFacts } from "../reading/facts.ts";
import { startsLikeOpenPgp } from "../compression/openpgp.ts";
import { packingOfKey, type Packing } from "../names/packing.ts";
import type { Reader } from "../reading/reader.ts";
import { archiveAround } from "./elsewhere.ts";
import { problem, type Problem } from "./problem.ts";
import { isCold } from "../reading/cold.ts";
import { isDamagedSegment } from "./wal.ts";
import { counted } from "../../kit/text/counted.ts";

export interface Onlooker {
  readonly reader: Reader;
  /** The platform's containers have a key for OpenPGP. */
  readonly decrypts: boolean;
}

export function strangers(
  facts: ArchiveFacts,
  onlooker: Onlooker & { readonly needs: (entry: ArchiveEntry) => boolean },
): readonly Problem[] {
  return [
    ...facts.entries.flatMap((entry) => strangeKey(entry, onlooker.reader)),
    ...coldObjects(facts, onlooker.needs),
    ...facts.entries.flatMap((entry) => (onlooker.needs(entry) ? strangeInside(facts, entry, onlooker) : [])),
  ];
}

function strangeKey(entry: ArchiveEntry, reader: Reader): readonly Problem[] {
  const { kind } = entry;
  if (kind.kind === "segment") return [];
  const key = entry.relative;
  switch (kind.kind) {
    case "wal-g":
      return reader === "wal-g" ? [] : [problem("wal-g-archive", key, "an object of WAL-G, which WAL-E does not see")];
    case "other-compression":
      return [problem("other-compression", key, "not packed by lzop: WAL-E does not see it, WAL-G would")];
    case "other-segment-size":
      return [problem("other-segment-size", key, "a name that does not fit the WAL segments of this archive")];
    case "unknown":
      return archiveAround(key) !== undefined
        ? []
        : [problem("unknown-object", key, "not an object of WAL-E or WAL-G; the restore does not look at it")];
    default:
      return [];
  }
}

/** Of an object that no restore asks for, nobody need know more. */
const strangeInside = (facts: ArchiveFacts, entry: ArchiveEntry, onlooker: Onlooker): readonly Problem[] => [
  ...strangeHead(facts, entry, onlooker),
  ...hidden(facts, entry, onlooker),
];

/** Those that no restore asks for may stay where they are. */
function coldObjects(facts: ArchiveFacts, needs: (entry: ArchiveEntry) => boolean): readonly Problem[] {
  const cold = facts.entries.filter((entry) => isCold(facts, entry) && needs(entry));
  const first = cold[0];
  if (first === undefined) return [];
  const text = `${counted(cold.length, "object")} of storage class ${first.info.storageClass} cannot be read at once`;
  return [problem("cold-storage", first.relative, `${text}: have them restored to STANDARD first`)];
}

/** Whether wal-e has encrypted its uploads. */
export const isEncrypted = ({ heads, opened }: ArchiveFacts): boolean =>
  opened !== undefined || [...heads.values()].some(startsLikeOpenPgp);

const NOT_ASKED_FOR: ReadonlySet<string> = new Set<ArchiveEntry["kind"]["kind"]>(["other-compression", "unknown"]);

function strangeHead(facts: ArchiveFacts, entry: ArchiveEntry, { reader, decrypts }: Onlooker): readonly Problem[] {
  const head = facts.heads.get(entry.relative);
  if (head === undefined || isDamagedSegment(entry) || NOT_ASKED_FOR.has(entry.kind.kind)) return [];
  if (facts.opened?.has(entry.relative) === true) return [problem("encrypted-here-too", entry.relative, OPENED)];
  if (facts.insides?.has(entry.relative) === true) return [];
  const begins = beginsLike(head, packingOfKey(entry.relative));
  if (begins !== false) return [];
  if (startsLikeOpenPgp(head)) return [encrypted(entry.relative, decrypts)];
  if (reader === "wal-e") {
    return [problem("not-lzop", entry.relative, "begins neither like an lzop file nor like an OpenPGP message")];
  }
  return [problem("not-packed", entry.relative, "does not begin as its name says: encrypted otherwise, or broken")];
}

/** Of objects that were looked into, and showed nothing, or would show nothing. */
function hidden(
  { insides }: ArchiveFacts,
  { relative, kind }: ArchiveEntry,
  { decrypts }: Onlooker,
): readonly Problem[] {
  const isOfLzma = packingOfKey(relative) === "lzma" && !NOT_ASKED_FOR.has(kind.kind);
  const why =
    insides?.get(relative)?.hidden ?? (isOfLzma ? "it is packed by lzma, which is not unpacked here" : undefined);
  if (why === undefined) return [];
  return why.includes("OpenPGP") ? [encrypted(relative, decrypts)] : [problem("not-packed", relative, why)];
}

const OPENED = "encrypted by OpenPGP, and the key that was given opens it";

function encrypted(key: string, decrypts: boolean): Problem {
  return decrypts
    ? problem("encrypted-here-too", key, "encrypted by OpenPGP, and the platform's containers have a key")
    : problem(
        "encrypted",
        key,
        "encrypted by OpenPGP: only a container with WALE_GPG_KEY_ID and its key can restore it",
      );
}

const MAGIC: Readonly<Partial<Record<Packing, readonly number[]>>> = {
  lz4: [0x04, 0x22, 0x4d, 0x18],
  zstd: [0x28, 0xb5, 0x2f, 0xfd],
  gzip: [0x1f, 0x8b],
};

/** Undefined for a packing whose files have no mark of their own. */
export function beginsLike(head: Uint8Array, packing: Packing | undefined): boolean | undefined {
  if (packing === "lzo") return startsLikeLzop(head);
  const magic = packing === undefined ? undefined : MAGIC[packing];
  return magic?.every((byte, index) => head[index] === byte);
}
