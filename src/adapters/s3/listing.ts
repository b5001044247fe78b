/**
 * Every page of a listing, checked: a page that is cut, repeated or about something else makes the whole listing
 * `answer-incomplete` or `answer-malformed`, never a shorter list (law 5).
 */
import type { ListObjectsV2CommandOutput } from "@aws-sdk/client-s3";
import { RecoverError } from "../../errors.js";
import type { ObjectInfo } from "../../ports/object-store.js";

/** What is used of a page. */
export type Page = Omit<ListObjectsV2CommandOutput, "$metadata">;
type Listed = NonNullable<Page["Contents"]>[number];

/** A store with many old versions may answer with some empty pages. */
const MOST_EMPTY_PAGES = 1_000;

export async function listEveryPage(
  fetchPage: (token: string | undefined) => Promise<Page>,
  prefix: string,
  place: string,
): Promise<readonly ObjectInfo[]> {
  const objects: ObjectInfo[] = [];
  const tokens = new Set<string>();
  let emptyPages = 0;
  let token: string | undefined;
  do {
    const page = await fetchPage(token);
    const rows = readPage(page, prefix, place);
    emptyPages = rows.length === 0 ? emptyPages + 1 : 0;
    if (emptyPages > MOST_EMPTY_PAGES) throw incomplete(place, "the object store sends empty pages without end");
    for (const row of rows) objects.push(row);
    token = nextToken(page, place);
    if (token !== undefined && tokens.has(token)) throw incomplete(place, "the object store repeats a page");
    if (token !== undefined) tokens.add(token);
  } while (token !== undefined);
  return inKeyOrder(objects, place);
}

function readPage(page: Page, prefix: string, place: string): readonly ObjectInfo[] {
  const listed = page.Contents ?? [];
  if (page.IsTruncated === undefined) throw incomplete(place, "a page does not say whether more follow");
  if (page.KeyCount !== undefined && page.KeyCount !== listed.length) {
    throw incomplete(place, `a page announces ${page.KeyCount} keys and has ${listed.length}`);
  }
  return listed.map((row) => {
    const info = readRow(row, page.EncodingType === "url", place);
    if (info.key.startsWith(prefix)) return info;
    throw malformed(place, "the listing holds keys outside the prefix that was asked for");
  });
}

function readRow(row: Listed, encoded: boolean, place: string): ObjectInfo {
  const { Key, Size, ETag, LastModified, StorageClass } = row;
  const dated = LastModified !== undefined && !Number.isNaN(LastModified.getTime());
  if (Key === undefined || Size === undefined || ETag === undefined || !dated) {
    throw incomplete(place, "a listed object lacks its key, size, ETag or date");
  }
  return {
    key: encoded ? decodeKey(Key, place) : Key,
    size: Size,
    etag: ETag.replaceAll('"', ""),
    lastModified: LastModified.toISOString(),
    storageClass: StorageClass ?? "STANDARD",
  };
}

/** `encoding-type=url`: the only way for keys that XML cannot carry. A blank comes as "+". */
function decodeKey(key: string, place: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    throw malformed(place, `the key ${JSON.stringify(key)} is not valid UTF-8`);
  }
}

function nextToken(page: Page, place: string): string | undefined {
  if (page.IsTruncated !== true) return undefined;
  if (page.NextContinuationToken) return page.NextContinuationToken;
  throw incomplete(place, "a page says that more follow and not how to get them");
}

/** By the bytes of the keys, as S3 itself lists; a key that comes twice means pages of different moments. */
function inKeyOrder(objects: readonly ObjectInfo[], place: string): readonly ObjectInfo[] {
  const rows = objects.map((info) => ({ info, bytes: Buffer.from(info.key) }));
  rows.sort((a, b) => Buffer.compare(a.bytes, b.bytes));
  const twice = rows.find((row, index) => rows[index - 1]?.info.key === row.info.key);
  if (twice !== undefined) throw incomplete(place, `the key ${JSON.stringify(twice.info.key)} is listed twice`);
  return rows.map(({ info }) => info);
}

function incomplete(place: string, why: string): RecoverError {
  const remedy = "Run the same command again; if it stays, check what lies between here and the store.";
  return new RecoverError("answer-incomplete", `the listing of "${place}" is not whole: ${why}`, { remedy, place });
}

function malformed(place: string, why: string): RecoverError {
  const remedy = "Check the S3 endpoint: something between here and the store changes its answers.";
  return new RecoverError("answer-malformed", `the listing of "${place}" cannot be used: ${why}`, { remedy, place });
}
