/** The facts about an archive, as the other parts pass them on. */
import type { ObjectInfo, Rows } from "../../ports/object-store.ts";
import type { KeyKind } from "../names/layout.ts";
import type { ArchiveLocation } from "../names/location.ts";
import type { VitalFiles } from "../tar/vital-files.ts";
import type { PageHeader } from "../wal/page-header.ts";
import type { Checkpoints, WalEnd } from "../wal/record-walk.ts";

export interface ArchiveEntry {
  readonly info: ObjectInfo;
  /** Key below the archive. */
  readonly relative: string;
  readonly kind: KeyKind;
}

export interface ArchiveFacts {
  readonly location: ArchiveLocation;
  readonly entries: Rows<ArchiveEntry>;
  /** Of its segments; 16 MiB if their pages were not looked at. */
  readonly segmentBytes?: number;
  /**
   * By relative key: sentinels, version texts, sysid, histories. Null if the object's content does not fit its name.
   */
  readonly texts: ReadonlyMap<string, string | null>;
  /** By relative key: the first bytes of some parts and segments; in clear, if a key opened them. */
  readonly heads: ReadonlyMap<string, Uint8Array>;
  /** Relative keys of those heads that are of OpenPGP messages, and that a key opened. */
  readonly opened?: ReadonlySet<string>;
  /** By relative key: the first pages of those segments whose heads were read. */
  readonly pages?: ReadonlyMap<string, PageHeader>;
  /** By relative key: whether the store gave the object, or has it in cold storage, if it was asked for it. */
  readonly asked?: ReadonlyMap<string, "given" | "frozen">;
  /** Relative keys of objects that are listed, and that the store does not have. */
  readonly hollow?: ReadonlySet<string>;
  /** By name of a base backup: the system identifier in its own `pg_control`, if that was read. */
  readonly identities?: ReadonlyMap<string, string>;
  /** By relative key: the facts found inside objects, if these were looked into. */
  readonly insides?: ReadonlyMap<string, Inside>;
}

/** The facts that the inside of an object shows. */
export interface Inside {
  /** Why no restore can use it under its name; a part of a sentence: "it is cut". */
  readonly broken?: string;
  /** Why nothing can be said of it: "it is encrypted with OpenPGP". */
  readonly hidden?: string;
  readonly page?: PageHeader;
  /** The packing has no mark at its end: whether the end is there is told only by reading all of it. */
  readonly unproven?: boolean;
  /** Of a segment that was read whole: where a replay that comes to it ends. */
  readonly ends?: WalEnds;
  /** It was read to its last byte. */
  readonly whole?: boolean;
  /** Of all files in a tar file that was read to its end. */
  readonly memberBytes?: number;
  /** Those of them that lie in a tar file that was read to its end. */
  readonly vital?: VitalFiles;
  /** Of the cluster that a base backup restores to, in the tar file that holds its control file. */
  readonly systemId?: string;
}

/** Where the records of a segment end, for a replay that comes to it. */
export interface WalEnds {
  /** A replay that comes from the segment before ends here, and this segment is not begun. */
  readonly before?: WalEnd;
  /** In this segment, lowest first. A replay that begins behind an end does not meet it. */
  readonly inside: readonly WalEnd[];
  /** Here begins a record that goes on in the next segment. */
  readonly cutAt?: bigint;
  /** Those whose records end in it; absent if its records are of a form that is not read. */
  readonly checkpoints?: Checkpoints;
}

/** Of a segment: as far as it was looked at. */
export function pageOf({ insides, pages }: ArchiveFacts, relative: string): PageHeader | undefined {
  return insides?.get(relative)?.page ?? pages?.get(relative);
}
