/**
 * Places in a store, and the keys in them, in every spelling. S3 keys are opaque, but servers and proxies on the way
 * clean paths, decode them, and some file systems below a store know no case, or no dot or blank at the end of a name.
 */
import { type RecoverError, refuse } from "../../../../errors.ts";
import { isUncertainPath, spellings } from "../../../../kit/text/key-path.ts";
import type { ObjectLocation } from "../../../../ports/object-store.ts";
import { printable } from "../failure.ts";

export interface Place {
  readonly bucket: string;
  /** An empty one is the whole bucket. */
  readonly prefix: string;
}

/** Throws `source-protected` if the location could be read as another one. */
export function requireCertain(at: ObjectLocation): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{2,62}$/u.test(at.bucket)) throw refused(at, "the bucket's name is not a plain one");
  if (isUncertainPath(at.key)) throw refused(at, "its path can be read as another one");
}

/** Whether any spelling of the location lies at or below the place. */
export function mayLieIn(place: Place, at: ObjectLocation): boolean {
  if (at.bucket.toLowerCase() !== place.bucket.toLowerCase()) return false;
  const shelter = folded(place.prefix);
  return spellings(at.key).some((key) => isAtOrBelow(shelter, folded(key)));
}

/** Whether the location lies below the place by its very bytes. */
export const liesBelow = ({ bucket, prefix }: Place, at: ObjectLocation): boolean =>
  at.bucket === bucket && prefix !== "" && at.key.startsWith(`${prefix}/`);

function folded(path: string): readonly string[] {
  return path
    .normalize("NFC")
    .toLowerCase()
    .split("/")
    .map((part) => part.replace(/(?<![. ])[. ]+$/u, ""))
    .filter((part) => part !== "");
}

const isAtOrBelow = (shelter: readonly string[], path: readonly string[]): boolean =>
  shelter.every((part, index) => path[index] === part);

export function refused(at: ObjectLocation, why: string): RecoverError {
  const shown = JSON.stringify(`s3://${printable(at.bucket)}/${printable(at.key)}`);
  return refuse("source-protected", `refused to change ${shown}: ${why}`)
    .at(shown)
    .advise("Nothing was sent. Check source, target and `lease:`: no archive is written to but the run's own new one.");
}
