/** A damaged archive, the words that must be said of it, and the result of a real restore. */
import type { Outcome } from "../restore.ts";
import type { Damage } from "./damage.ts";

interface Asked {
  readonly damage?: Damage;
  /** The program that restores; without it the one that archived. */
  readonly reader?: "wal-e" | "wal-g";
  /** How much of the objects is looked at; without it only their names and sizes. */
  readonly depth?: "deep" | "full";
  /** The asked timeline; by default that of the verdict. */
  readonly timeline?: string;
}

/** Restorable, with loss if segments are told as lost. */
export interface ComesBack extends Asked {
  /** Which of the archive's base backups has to be chosen, in the order of their making. */
  readonly base: number;
  /** Segments that have to be told as lost; none without it. */
  readonly lost?: number;
  /** The rows of the server that the real programs restore, and no others. */
  readonly rows: readonly number[];
  /** The result of this tool's own reader, if it differs. */
  readonly own?: { readonly rows: readonly number[] };
}

/** Not restorable: the newest base backup is tried. */
export type StaysLost = Asked &
  (
    | /** The real fetch or start ends with this. */ { readonly fails: RegExp }
    | /** The real server starts, and nobody is told that its data are wrong. */ {
        readonly silently: (outcome: Outcome) => boolean;
      }
  );

export type Case = ComesBack | StaysLost;

/** By title. */
export type Cases = Readonly<Record<string, Case>>;

/** Rows 1 to the last. */
export const upTo = (last: number): readonly number[] => Array.from({ length: last }, (_, index) => index + 1);
