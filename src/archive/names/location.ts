/**
 * Where an archive lies: `s3://BUCKET/PREFIX`. Dingo's are exactly `s3://BUCKET/backups/<instance GUID>/wal`
 * (start_pg.sh and run.sh of the container; wal-archives.md §1).
 */
import { type RecoverError, refuse } from "../../errors.ts";

/** `prefix` has no slash at either end; the archive is everything at or below `prefix/`. */
export interface ArchiveLocation {
  readonly bucket: string;
  readonly prefix: string;
}

const BUCKET = /^[A-Za-z0-9][A-Za-z0-9._-]{2,62}$/;
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const CONTROL = /\p{Cc}/u;

/** Parses `s3://BUCKET/PREFIX`; one trailing slash is allowed. Throws `input-invalid`. */
export function parseLocation(text: string): ArchiveLocation {
  const location = parseSource(text);
  if (location.prefix === "") throw invalid(text, "has an empty prefix, which would be the whole bucket");
  if (location.prefix.split("/").includes("")) throw invalid(text, "has an empty part in its prefix");
  return location;
}

/** The same for an archive that is only read: it may lie at the bucket's root, or below doubled slashes. */
export function parseSource(text: string): ArchiveLocation {
  const match = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(text);
  if (match === null) throw invalid(text, "does not have the form s3://BUCKET/PREFIX");
  const bucket = match[1] ?? "";
  const prefix = (match[2] ?? "").replace(/\/$/, "");
  if (!BUCKET.test(bucket)) throw invalid(text, "does not name a bucket");
  if (CONTROL.test(prefix)) throw invalid(text, "has a control character in its prefix");
  if (prefix.split("/").some(isUncertainSegment)) throw invalid(text, 'has a "." or ".." part in its prefix');
  return { bucket, prefix };
}

export function formatLocation(location: ArchiveLocation): string {
  return `s3://${location.bucket}/${location.prefix}`;
}

/** The archive of a service instance in Dingo's layout. Throws `input-invalid` if the GUID is not one. */
export function instanceArchive(bucket: string, guid: string): ArchiveLocation {
  if (!GUID.test(guid)) throw invalid(guid, "is not a full service instance GUID");
  return parseLocation(`s3://${bucket}/backups/${guid}/wal`);
}

/** The instance whose archive this is; undefined unless the prefix is exactly `backups/<GUID>/wal`. */
export function instanceGuidIn(location: ArchiveLocation): string | undefined {
  const parts = location.prefix.split("/");
  const [top, guid, wal] = parts;
  const fits = parts.length === 3 && top === "backups" && wal === "wal" && guid !== undefined && GUID.test(guid);
  return fits ? guid : undefined;
}

/** Like `instanceGuidIn`, but anything else is `guard-refused`: a recovery touches no other shape (dingo.md §9.2). */
export function requireInstanceArchive(location: ArchiveLocation): string {
  const guid = instanceGuidIn(location);
  if (guid !== undefined) return guid;
  throw refuse("guard-refused", `"${formatLocation(location)}" is not the archive of one service instance`)
    .at(formatLocation(location))
    .advise("Name the archive as s3://BUCKET/backups/<full GUID>/wal.");
}

/** Throws `source-protected` if one archive is the other, or lies inside it (law 1). */
export function requireApart(source: ArchiveLocation, target: ArchiveLocation): void {
  const apart = source.bucket.toLowerCase() !== target.bucket.toLowerCase() || !overlap(source.prefix, target.prefix);
  if (apart) return;
  throw refuse("source-protected", "the target archive is the source, or one lies inside the other")
    .at(formatLocation(target))
    .advise("Give a target that is neither the source nor above or below it.");
}

/** Before the keys of all its objects. */
export const folderOf = ({ prefix }: ArchiveLocation): string => (prefix === "" ? "" : `${prefix}/`);

/** The key of an object given relative to the archive. */
export function keyIn(location: ArchiveLocation, relative: string): string {
  return `${folderOf(location)}${relative}`;
}

/** Undefined if the key is not below the archive. */
export function relativeKey(location: ArchiveLocation, key: string): string | undefined {
  const below = folderOf(location);
  return key.startsWith(below) ? key.slice(below.length) : undefined;
}

/** Whether one prefix is the other, or lies inside it. */
export function overlap(one: string, other: string): boolean {
  return isAtOrBelow(one, other) || isAtOrBelow(other, one);
}

function isAtOrBelow(prefix: string, other: string): boolean {
  return other === prefix || other.startsWith(`${prefix}/`);
}

/** Parts that a path-cleaning server or proxy may read as another key. */
function isUncertainSegment(segment: string): boolean {
  return segment === "." || segment === "..";
}

function invalid(text: string, what: string): RecoverError {
  return refuse("input-invalid", `"${printable(text)}" ${what}`).advise(
    "Name an archive as s3://BUCKET/PREFIX, e.g. s3://our-backups/backups/<GUID>/wal.",
  );
}

/** Control characters made visible, so that a hostile name cannot move the cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
