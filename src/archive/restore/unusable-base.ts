/** A base backup that names and sizes leave whole, and that turned out to be of no use while it was read. */
import { RecoverError } from "../../errors.ts";

export class UnusableBase extends RecoverError {
  constructor(message: string, { place, cause }: { readonly place: string; readonly cause?: unknown }) {
    super("not-restorable", message, {
      remedy: "Restore from an older base backup with --base, or from another copy of the archive.",
      place,
      cause,
    });
  }
}
