/**
 * Every page of a listing, checked: a page that is cut, repeated or about something else makes the whole listing
 * `answer-incomplete` or `answer-malformed`, never a shorter list (law 5).
 */
import { giveUp, type RecoverError, refuse } from "../../../errors.ts";
import type { KeyRange, ObjectInfo, Rows } from "../../../ports/object-store.ts";
import { type ListedRow, PackedObjects } from "../../../kit/rows/packed-objects.ts";
import { JoinedRows } from "../../../kit/rows/rows.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { compareKeys } from "../../../kit/text/key-order.ts";
import type { ListObjectsV2Output, _Object as Listed } from "@aws-sdk/client-s3";

/** As the store wrote it. */
export type Page = Pick<
  ListObjectsV2Output,
  "Contents" | "IsTruncated" | "KeyCount" | "NextContinuationToken" | "EncodingType"
>;

/** Where a listing goes on: by the store's token, or behind the last key, as stores that know only the first version do. */
export type Going = { readonly token: string } | { readonly marker: string };

/** A store with many old versions may answer with some empty pages. */
const MOST_EMPTY_PAGES = 1_000;
/** Objects of one listing: 64 TB of WAL in segments of 16 MiB. They take some 60 bytes of memory each. */
const MOST_OBJECTS = 4_000_000;

/** Bytes of a key (Amazon S3 User Guide, "Naming Amazon S3 objects"). */
const LONGEST_KEY = 1024;

export interface Listing {
  readonly prefix: string;
  readonly range: KeyRange;
  /** For messages. */
  readonly place: string;
  /** Default: four million. */
  readonly mostObjects?: number;
}

export async function listEveryPage(
  fetchPage: (from: Going | undefined) => Promise<Page>,
  { prefix, range, place, mostObjects = MOST_OBJECTS }: Listing,
): Promise<Rows<ObjectInfo>> {
  const pages: PackedObjects[] = [];
  let count = 0;
  const tokens = new Set<string>();
  /** With which keys pages began: new tokens may lead to old pages. */
  const begun = new Set<string>();
  let most = range.most ?? Number.POSITIVE_INFINITY;
  let emptyPages = 0;
  let ordered = true;
  /** From page to page, too. */
  let ascending = true;
  let lastKey = "";
  let going: Going | undefined;
  let isFirstVersion = false;
  do {
    const page = await fetchPage(going);
    const rows = readPage(page, prefix, place);
    emptyPages = rows.length === 0 ? emptyPages + 1 : 0;
    if (emptyPages > MOST_EMPTY_PAGES) throw incomplete(place, "the object store sends empty pages without end");
    const first = rows[0]?.key;
    if (first !== undefined && begun.has(first)) throw incomplete(place, "the object store repeats a page");
    if (first !== undefined) begun.add(first);
    // Not every store knows start-after.
    const within = rows.filter(({ key }) => isWithin(key, range));
    ordered &&= isOrdered(rows);
    if (within.length > 0) {
      pages.push(new PackedObjects(within));
      count += within.length;
      ascending &&= ordered && compareKeys(lastKey, within[0]?.key ?? "") < 0;
      lastKey = within.at(-1)?.key ?? "";
    }
    if (count > mostObjects) throw endless(place, mostObjects);
    if (count >= most && range.goesOn?.() === true) most = Number.POSITIVE_INFINITY;
    isFirstVersion ||= page.IsTruncated === true && page.KeyCount === undefined && !page.NextContinuationToken;
    going =
      ordered && (count >= most || endsAt(rows, range))
        ? undefined
        : isFirstVersion && page.IsTruncated === true
          ? behindLast(rows, place)
          : nextToken(page, place);
    const name = going === undefined ? "" : JSON.stringify(going);
    if (tokens.has(name)) throw incomplete(place, "the object store repeats a page");
    if (going !== undefined) tokens.add(name);
  } while (going !== undefined);
  const objects = new JoinedRows(pages);
  if (ascending && count <= most) return objects;
  return inKeyOrder([...objects], place).slice(0, most);
}

function isWithin(key: string, { after, upTo }: KeyRange): boolean {
  return (after === undefined || compareKeys(key, after) > 0) && (upTo === undefined || compareKeys(key, upTo) <= 0);
}

/** Not every store lists in key order; if one does not, every page is needed. */
function isOrdered(rows: readonly { readonly key: string }[]): boolean {
  return rows.every((row, index) => index === 0 || compareKeys(rows[index - 1]?.key ?? "", row.key) < 0);
}

/** When pages come in key order: once a key lies behind the range, all further ones do. */
function endsAt(rows: readonly ListedRow[], { upTo }: KeyRange): boolean {
  const last = rows.at(-1);
  return upTo !== undefined && last !== undefined && compareKeys(last.key, upTo) >= 0;
}

function readPage(page: Page, prefix: string, place: string): readonly ListedRow[] {
  const { Contents: listed = [], IsTruncated: truncated, KeyCount: count, EncodingType: encoding } = page;
  if (truncated === undefined) throw incomplete(place, "a page does not say whether more follow");
  if (count !== undefined && count !== listed.length) {
    throw incomplete(place, `a page announces ${count} keys and has ${listed.length}`);
  }
  const isEncoded = encoding === "url" || isEncodedUnsaid(listed, prefix);
  return listed.map((row) => {
    const info = readRow(row, isEncoded, place);
    if (info.key.startsWith(prefix)) return info;
    throw malformed(place, "the listing holds keys outside the prefix that was asked for");
  });
}

/** Some stores encode as they were asked, and do not say so: then no key begins as it must before it is decoded. */
function isEncodedUnsaid(listed: readonly Listed[], prefix: string): boolean {
  const keys = listed.flatMap(({ Key: key }) => key ?? []);
  return keys.length > 0 && keys.every((key) => !key.startsWith(prefix) && /%2F/i.test(key));
}

function readRow(
  { Key: key, Size: size, ETag: etag = "", LastModified: date, StorageClass: storageClass }: Listed,
  encoded: boolean,
  place: string,
): ListedRow {
  if (key === undefined || size === undefined || date === undefined) {
    throw incomplete(place, "a listed object lacks its key, size or date");
  }
  const named = encoded ? decodeKey(key, place) : key;
  const length = named.length > LONGEST_KEY ? named.length : Buffer.byteLength(named);
  if (length > LONGEST_KEY)
    throw malformed(place, `the key ${quoted(named)} has ${length} bytes, and S3 keeps none above ${LONGEST_KEY}`);
  return {
    key: named,
    size,
    etag: etag.includes('"') ? etag.replaceAll('"', "") : etag,
    time: date.getTime(),
    storageClass: storageClass ?? "STANDARD",
  };
}

/** `encoding-type=url`: the only way for keys that XML cannot carry. A blank comes as "+". */
function decodeKey(key: string, place: string): string {
  // Three letters at most stand for a byte.
  if (!/[%+]/.test(key) || key.length > 3 * LONGEST_KEY) return key;
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    throw malformed(place, `the key ${quoted(key)} is not valid UTF-8`);
  }
}

function behindLast(rows: readonly ListedRow[], place: string): Going {
  const last = rows.at(-1);
  if (last !== undefined) return { marker: last.key };
  throw incomplete(place, "a page says that more follow and not how to get them");
}

function nextToken(page: Page, place: string): Going | undefined {
  if (page.IsTruncated !== true) return undefined;
  if (page.NextContinuationToken) return { token: page.NextContinuationToken };
  throw incomplete(place, "a page says that more follow and not how to get them");
}

/** As S3 itself lists; a key that comes twice means pages of different moments. */
function inKeyOrder(objects: readonly ObjectInfo[], place: string): readonly ObjectInfo[] {
  const sorted = isOrdered(objects) ? objects : [...objects].sort((a, b) => compareKeys(a.key, b.key));
  const twice = sorted.find((info, index) => sorted[index - 1]?.key === info.key);
  if (twice !== undefined) throw incomplete(place, `the key ${quoted(twice.key)} is listed twice`);
  return sorted;
}

function incomplete(place: string, why: string): RecoverError {
  const remedy = "Run the same command again; if it stays, check what lies between here and the store.";
  return giveUp("answer-incomplete", `the listing of "${place}" is not whole: ${why}`).at(place).advise(remedy);
}

function endless(place: string, most: number): RecoverError {
  const remedy = "Name a prefix that holds one archive; if it does, check the S3 endpoint: something makes up keys.";
  const text = `the listing of "${place}" does not end: more than ${most} objects`;
  return refuse("answer-malformed", text).at(place).advise(remedy);
}

function malformed(place: string, why: string): RecoverError {
  const remedy = "Check the S3 endpoint: something between here and the store changes its answers.";
  return giveUp("answer-malformed", `the listing of "${place}" cannot be used: ${why}`).at(place).advise(remedy);
}
