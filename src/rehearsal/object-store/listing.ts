/** ListObjectsV2 with its pages; keys in the order of their bytes. */
import type { StoredObject } from "../world/objects.ts";
import { type Element, elements } from "./xml.ts";

const MOST = 1000;

export function listing(
  query: URLSearchParams,
  bucket: string,
  objects: Readonly<Record<string, StoredObject>>,
): Element {
  const prefix = query.get("prefix") ?? "";
  const most = Math.min(Number(query.get("max-keys") ?? MOST), MOST);
  const token = query.get("continuation-token");
  const after = token === null ? (query.get("start-after") ?? "") : Buffer.from(token, "base64").toString();
  const shown = query.get("encoding-type") === "url" ? urlEncoded : (key: string) => key;
  const wanted = Object.keys(objects)
    .filter((key) => key.startsWith(prefix))
    .sort(byBytes)
    .filter((key) => after === "" || byBytes(key, after) > 0);
  const page = wanted.slice(0, most);
  const last = page.at(-1);
  const more = last !== undefined && wanted.length > page.length;
  return [
    "ListBucketResult",
    [
      ["Name", bucket],
      ["Prefix", shown(prefix)],
      ["KeyCount", page.length],
      ["MaxKeys", most],
      ["IsTruncated", more],
      ...(query.get("encoding-type") === "url" ? [["EncodingType", "url"] as const] : []),
      ...(more ? [["NextContinuationToken", Buffer.from(last).toString("base64")] as const] : []),
      ...page.map((key) => contents(shown(key), objects[key])),
    ],
  ];
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** As S3 encodes keys in listings: like a form, with "/" as it is and a blank as "+". */
const urlEncoded = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+")
    .replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

function contents(key: string, object: StoredObject | undefined): Element {
  const lastModified = new Date(object?.lastModified ?? 0).toISOString();
  const facts = { LastModified: lastModified, ETag: `"${object?.etag ?? ""}"`, Size: object?.size ?? 0 };
  return ["Contents", elements({ Key: key, ...facts, StorageClass: "STANDARD" })];
}
