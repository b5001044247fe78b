/** One page of ListObjectsV2 (S3 API reference), as the store wrote it. */
import { requireRoot, type Wire } from "./wire/wire.js";
import { childrenNamed, childText, parseXml, unescaped, type XmlElement } from "./wire/xml.js";

export interface Page {
  readonly listed: readonly Listed[];
  /** Undefined where the page does not say. */
  readonly truncated: boolean | undefined;
  readonly count: number | undefined;
  readonly next: string | undefined;
  /** Keys are URL-encoded. */
  readonly encoded: boolean;
}

export interface Listed {
  readonly key: string | undefined;
  readonly size: string | undefined;
  readonly etag: string | undefined;
  readonly date: string | undefined;
  readonly storageClass: string | undefined;
}

export interface PageRequest {
  readonly prefix: string;
  readonly token: string | undefined;
  /** Counts where there is no token. */
  readonly after: string | undefined;
  readonly most: number | undefined;
}

/** A page has no more, whatever is asked for. */
const LARGEST_PAGE = 1_000;

export async function fetchPage(wire: Wire, { prefix, token, after, most }: PageRequest): Promise<Page> {
  const query = {
    "list-type": "2",
    "encoding-type": "url",
    prefix,
    ...(token === undefined ? {} : { "continuation-token": token }),
    ...(token !== undefined || !after ? {} : { "start-after": after }),
    ...(most === undefined || most >= LARGEST_PAGE ? {} : { "max-keys": String(most) }),
  };
  const { body, headers } = await wire.send({ method: "GET", query });
  return pageOf(body, headers);
}

const OPEN = "<Contents>";
const CLOSE = "</Contents>";

/**
 * The rows are cut out of the bytes one by one: a tree of a thousand rows is garbage of a megabyte, and strings cut from
 * the page's text would keep all of it in memory. What lies around the rows is read as any XML.
 */
export function pageOf(body: Buffer, headers: Readonly<Record<string, string>> = {}): Page {
  const listed: Listed[] = [];
  const first = body.indexOf(OPEN);
  let at = first < 0 ? body.length : first;
  while (body.toString("latin1", at, at + OPEN.length) === OPEN) {
    const end = body.indexOf(CLOSE, at);
    if (end < 0) throw new Error("the XML is cut inside a row");
    listed.push(rowOf(body, at + OPEN.length, end));
    at = blanksFrom(body, end + CLOSE.length);
  }
  const root = requireRoot(
    parseXml(`${body.toString("utf8", 0, first < 0 ? body.length : first)}${body.toString("utf8", at)}`),
    "ListBucketResult",
    () => headers,
  );
  const count = childText(root, "KeyCount");
  const truncated = childText(root, "IsTruncated");
  return {
    listed: [...listed, ...childrenNamed(root, "Contents").map(listedOf)],
    truncated: truncated === "true" ? true : truncated === "false" ? false : undefined,
    count: count === undefined ? undefined : Number(count),
    next: childText(root, "NextContinuationToken"),
    encoded: childText(root, "EncodingType") === "url",
  };
}

/** As stores write them around an ETag, which are no part of it: without them there is nothing to unescape. */
const QUOTES = ["&quot;", "&#34;", '"'] as const;

/** One row of plain elements; what nests is ignored. */
function rowOf(body: Buffer, from: number, to: number): Listed {
  const row = body.toString("latin1", from, to);
  const field = (name: string, quotes: readonly string[] = []): string | undefined => {
    const start = row.indexOf(`<${name}>`) + name.length + 2;
    const end = row.indexOf("<", start);
    if (start < name.length + 2 || !row.startsWith(`/${name}>`, end + 1)) return undefined;
    const quote = quotes.find((each) => end - start >= 2 * each.length && row.startsWith(each, start)) ?? "";
    const inner = quote !== "" && row.endsWith(quote, end) ? quote.length : 0;
    return unescaped(body.toString("utf8", from + start + inner, from + end - inner));
  };
  return {
    key: field("Key"),
    size: field("Size"),
    etag: field("ETag", QUOTES),
    date: field("LastModified"),
    storageClass: field("StorageClass"),
  };
}

function blanksFrom(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && (body[at] ?? 0) <= 0x20) at += 1;
  return at;
}

const listedOf = (row: XmlElement): Listed => ({
  key: childText(row, "Key"),
  size: childText(row, "Size"),
  etag: childText(row, "ETag"),
  date: childText(row, "LastModified"),
  storageClass: childText(row, "StorageClass"),
});
