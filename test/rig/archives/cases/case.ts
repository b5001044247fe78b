/** A damaged archive, the words that must be said of it, and the result of a real restore. */
import type { Archives } from "../archives.ts";
import type { Outcome } from "../restore.ts";
import type { Snapshot } from "../snapshot.ts";

export interface Case {
  readonly title: string;
  readonly damage?: (snapshot: Snapshot, archives: Archives) => Promise<void>;
  /** The program that restores; without it the one that archived. */
  readonly reader?: "wal-e" | "wal-g";
  /** How much of the objects is looked at; without it only their names and sizes. */
  readonly depth?: "deep" | "full";
  /** The asked timeline; by default that of the verdict. */
  readonly timeline?: string;
  readonly verdict: "restorable" | "restorable-with-loss" | "not-restorable" | "unknown";
  /** Which of the archive's base backups has to be chosen, in the order of their making; without it the newest is tried. */
  readonly base?: number;
  /** Segments that have to be told as lost. */
  readonly lost?: number;
  readonly real: Real;
  /** The result of this tool's own reader, if it differs. */
  readonly own?: { readonly rows: readonly number[] };
}

/** The result of the real programs. */
export type Real =
  /** The server starts and has exactly these rows. */
  | { readonly rows: readonly number[] }
  /** The fetch or the start ends with this. */
  | { readonly fails: RegExp }
  /** The server starts, and nobody is told that its data are wrong. */
  | { readonly silently: (outcome: Outcome) => boolean };
