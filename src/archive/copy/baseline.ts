/**
 * A listing as evidence: the source's is kept before anything is changed and compared with one taken at the end
 * (law 1). One JSON array per line, because keys may hold any character.
 */
import { type RecoverError, refuse } from "../../errors.ts";
import { jsonOf } from "../../kit/json.ts";
import type { ObjectInfo, Rows } from "../../ports/object-store.ts";
import { formatLocation, parseLocation, type ArchiveLocation } from "../names/location.ts";

const SCHEMA = "dingo-recover/listing@1";

export interface Baseline {
  readonly location: ArchiveLocation;
  readonly objects: Rows<ObjectInfo>;
}

export function formatListing({ location, objects }: Baseline): string {
  const header = JSON.stringify([SCHEMA, formatLocation(location)]);
  const lines = [...objects]
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)))
    .map((object) => JSON.stringify([object.key, object.size, object.etag, object.lastModified, object.storageClass]));
  return `${[header, ...lines].join("\n")}\n`;
}

/** Throws `answer-malformed` for anything that `formatListing` did not write. */
export function parseListing(text: string): Baseline {
  const [header = "", ...lines] = text.replace(/\n$/, "").split("\n");
  const [schema, uri] = parseLine(header);
  if (schema !== SCHEMA || typeof uri !== "string") throw malformed();
  return { location: parseLocation(uri), objects: lines.map(parseObject) };
}

export interface ListingDifference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Same key, other size, ETag or date. */
  readonly changed: readonly string[];
}

export function compareListings(
  before: Rows<ObjectInfo>,
  after: Rows<ObjectInfo>,
): ListingDifference & { readonly same: boolean } {
  const old = new Map(before.map((object) => [object.key, object]));
  const now = new Map(after.map((object) => [object.key, object]));
  const added = after.filter(({ key }) => !old.has(key)).map(({ key }) => key);
  const removed = before.filter(({ key }) => !now.has(key)).map(({ key }) => key);
  const changed = before.filter((object) => differs(object, now.get(object.key))).map(({ key }) => key);
  return { added, removed, changed, same: added.length + removed.length + changed.length === 0 };
}

function differs(before: ObjectInfo, after: ObjectInfo | undefined): boolean {
  if (after === undefined) return false;
  return before.size !== after.size || before.etag !== after.etag || before.lastModified !== after.lastModified;
}

function parseObject(line: string): ObjectInfo {
  const [key, size, etag, lastModified, storageClass] = parseLine(line);
  const texts = [key, etag, lastModified, storageClass];
  if (!texts.every((text) => typeof text === "string") || typeof size !== "number") throw malformed();
  return {
    key: String(key),
    size,
    etag: String(etag),
    lastModified: String(lastModified),
    storageClass: String(storageClass),
  };
}

function parseLine(line: string): readonly unknown[] {
  const value = jsonOf(line);
  if (Array.isArray(value)) return value;
  throw malformed();
}

function malformed(): RecoverError {
  return refuse("answer-malformed", "the kept listing cannot be read").advise(
    "Check the run's evidence with dingo-recover journal verify.",
  );
}
