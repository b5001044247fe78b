/** A base backup that names and sizes leave whole, and that turned out to be of no use while it was read. */
import { RecoverError } from "../../errors.ts";
import type { MetEnds } from "./met.ts";

export class UnusableBase extends RecoverError {
  /** Of the WAL that it needs; undefined if its own files are damaged. */
  readonly met: MetEnds | undefined;

  constructor(
    message: string,
    { place, cause, met }: { readonly place: string; readonly cause?: unknown; readonly met?: MetEnds },
  ) {
    super("not-restorable", message, {
      remedy: "Restore from an older base backup with --base, or from another copy of the archive.",
      place,
      cause,
    });
    this.met = met;
  }
}
