/**
 * Places in the object store that a printed command works out of an archive's. For an archive that is not known yet the
 * shell does it, from the text that is filled in. A text that does not fit leaves the variable empty, and then nothing
 * is run.
 */
import type { PrintedCommand } from "../../../action.ts";
import { isUnknown } from "../../../kit/commands/placeholder.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";

export interface PrintedPlace {
  /** A word of a command, quoted. */
  readonly word: string;
  readonly variables?: NonNullable<PrintedCommand["variables"]>;
}

/** `s3://BUCKET/backups/GUID` and `below`, as `asideLocation` has it. */
export function placeBesideWal(archive: string, below: string): PrintedPlace {
  if (!isUnknown(archive) && archive.endsWith("/wal")) return { word: quote([archive.replace(/\/wal$/, below)]) };
  return { word: '"${ASIDE:?cannot be told}"', variables: [derived("ASIDE", archive, `s|/wal$|${below}|p`)] };
}

/** `s3://BUCKET` and `below`. */
export function placeInBucketOf(archive: string, below: string): PrintedPlace {
  const [, bucket] = isUnknown(archive) ? [] : (/^s3:\/\/([^/]+)\//.exec(archive) ?? []);
  if (bucket !== undefined) return { word: quote([`s3://${bucket}${below}`]) };
  const variables = [derived("BUCKET", archive, String.raw`s|^\(s3://[^/]*\)/.*|\1|p`)];
  return { word: `"\${BUCKET:?cannot be told}"${quote([below])}`, variables };
}

const derived = (name: string, from: string, script: string) => ({
  name,
  setWith: `${name}=$(printf '%s\\n' ${quote([from])} | sed -n ${quote([script])})`,
});
