/** One page of ListObjectsV2 (S3 API reference), as the store wrote it. */
import type { Wire } from "./wire/wire.js";
import { childrenNamed, childText, type XmlElement } from "./wire/xml.js";

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
  return pageOf(await wire.ask({ method: "GET", query }, "ListBucketResult"));
}

function pageOf(root: XmlElement): Page {
  const count = childText(root, "KeyCount");
  const truncated = childText(root, "IsTruncated");
  return {
    listed: childrenNamed(root, "Contents").map(listedOf),
    truncated: truncated === "true" ? true : truncated === "false" ? false : undefined,
    count: count === undefined ? undefined : Number(count),
    next: childText(root, "NextContinuationToken"),
    encoded: childText(root, "EncodingType") === "url",
  };
}

const listedOf = (row: XmlElement): Listed => ({
  key: childText(row, "Key"),
  size: childText(row, "Size"),
  etag: childText(row, "ETag"),
  date: childText(row, "LastModified"),
  storageClass: childText(row, "StorageClass"),
});
