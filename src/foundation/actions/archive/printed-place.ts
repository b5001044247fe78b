/**
 * Places in the object store that a printed command works out of an archive's. For an archive that is not known yet the
 * shell does it, from the text that is filled in. A text that does not fit leaves the variable empty, and then nothing
 * is run.
 */
import type { PrintedCommand } from "../../../action.ts";
import { isUnknown } from "../../../kit/commands/placeholder.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { whereEmpty } from "../../../kit/commands/printed-cases.ts";

interface PrintedPlace {
  /** A word of a command, quoted. */
  readonly word: string;
  readonly variables?: NonNullable<PrintedCommand["variables"]>;
}

/** `s3://BUCKET/backups/GUID` and `below`, as `asideLocation` has it. */
function placeBesideWal(archive: string, below: string): PrintedPlace {
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

/** `replaced`: the new instance's objects; `undone`: objects that an undo took out of the way. */
type Aside = "replaced" | "undone";

/** The place of the objects that a run moved aside: of both kinds when `aside` is not given. */
const placeAside = (archive: string, run: string, aside?: Aside): PrintedPlace =>
  placeBesideWal(archive, `/dingo-recover/${run}/${aside === undefined ? "" : `${aside}/`}`);

/**
 * `aws s3` writes over present objects. So the line looks first, and only "nothing found" (1) lets the command run: an
 * error of the store is another exit code.
 */
export function intoNothing(place: string, command: string): string {
  return `aws s3 ls ${place}; test $? -eq 1 && ${command}`;
}

export function printedMoveAside(target: string, run: string, aside: Aside): PrintedCommand {
  const { word, ...rest } = placeAside(target, run, aside);
  const move = `${quote(["aws", "s3", "mv", "--recursive", `${target}/`])} ${word}`;
  return { on: "here", line: intoNothing(word, move), ...rest };
}

export function printedPutBack(target: string, run: string): PrintedCommand {
  const { word, ...rest } = placeAside(target, run, "replaced");
  const to = quote([`${target}/`]);
  return { on: "here", line: intoNothing(to, `aws s3 cp --recursive ${word} ${to}`), ...rest };
}

/** Lists or removes all objects that a run moved aside. */
export function printedOfAside(verb: "ls" | "rm", archive: string, run: string): PrintedCommand {
  const { word, ...rest } = placeAside(archive, run);
  return { on: "here", line: `aws s3 ${verb} --recursive ${word}`, ...rest };
}

interface Archive {
  /** "" for the usual place. */
  readonly archive: string;
  /** "" if no configuration names it. */
  readonly bucket: string;
  readonly guid: string;
  readonly flags?: readonly string[];
}

export const printedVerify = ({ archive, bucket, guid, flags = [] }: Archive): readonly PrintedCommand[] =>
  whereEmpty(archive, {
    empty: [inUsualPlace({ bucket, guid, flags })],
    given: [{ on: "here", line: quote(["dingo-recover", "archive", "verify", archive, ...flags]) }],
  });

function inUsualPlace({ bucket, guid, flags }: Required<Omit<Archive, "archive">>): PrintedCommand {
  const below = `/backups/${guid}/wal`;
  if (bucket !== "" && !isUnknown(bucket))
    return { on: "here", line: quote(["dingo-recover", "archive", "verify", `s3://${bucket}${below}`, ...flags]) };
  const place = `"s3://\${BUCKET:?is not set}"${quote([below, ...flags])}`;
  const setWith = `BUCKET=${quote([bucket])}  # WAL_S3_BUCKET of any Dingo container on a cell`;
  return { on: "here", line: `dingo-recover archive verify ${place}`, variables: [{ name: "BUCKET", setWith }] };
}
