/**
 * The S3 stand-in's answers over the world: path-style requests of the AWS SDK, with S3's status codes and error codes
 * (held to a real MinIO by test/contract/object-store.ts). Every request is recorded, refused ones included.
 */
import type { WorldHost } from "../box/world-host.ts";
import { bytesOf, type StoredObject } from "../world/objects.ts";
import type { AccessKey, ExpiryRule, StoreRequest } from "../world/store-state.ts";
import type { HttpRequest } from "../http/message.ts";
import { payload, signedBy, signedFor, type StoreAnswer } from "./message.ts";
import { listing } from "./listing.ts";
import { type Element, elements, xml } from "./xml.ts";

type Operation = StoreRequest["operation"];

/** GetBucketLocation has no word for it. */
const FIRST_REGION = "us-east-1";

/** One request whose sender is known. */
interface Asked {
  readonly host: WorldHost;
  readonly call: HttpRequest;
  readonly key: AccessKey;
  readonly bucket: string;
  /** Empty for requests to the bucket. */
  readonly object: string;
  readonly operation: Operation;
}

export function answerStore(host: WorldHost, call: HttpRequest): StoreAnswer {
  const [, bucket = "", object = ""] = /^\/([^/]*)\/?(.*)$/s.exec(call.path) ?? [];
  const signer = signedBy(call);
  const keys = host.world().store.keys;
  const key = keys.find((each) => each.id === signer);
  const place = { bucket, object: decodeURIComponent(object) };
  const operation = operationOf(call, place.object);
  const asked = key === undefined || operation === undefined ? undefined : { host, call, key, ...place, operation };
  const answer =
    asked === undefined
      ? signer !== undefined && key === undefined
        ? failure(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
        : failure(operation === undefined ? 501 : 403, operation === undefined ? "NotImplemented" : "AccessDenied", "")
      : answerKnown(asked);
  if (operation === undefined) host.apply({ is: "stray", where: "S3", what: `${call.method} ${call.path}` });
  trace(host, { by: signer ?? "", bucket, key: place.object, operation: operation ?? "get" }, answer.status);
  // The store's clock is the box's.
  const headers = { date: new Date(host.world().now).toUTCString(), ...answer.headers };
  return { ...answer, headers, ...(call.method === "HEAD" ? { body: Buffer.alloc(0) } : {}) };
}

/** Changes that happened are in the record already. */
function trace(host: WorldHost, request: Omit<StoreRequest, "at" | "status">, status: number): void {
  const changes = request.operation === "put" || request.operation === "copy" || request.operation === "delete";
  if (changes && status < 300) return;
  host.apply({ is: "store-request", request: { ...request, status } });
}

const NAMES: Readonly<Record<Operation, string>> = {
  location: "GetBucketLocation",
  lifecycle: "GetBucketLifecycleConfiguration",
  versioning: "GetBucketVersioning",
  "object-lock": "GetObjectLockConfiguration",
  list: "ListObjectsV2",
  get: "GetObject",
  head: "HeadObject",
  put: "PutObject",
  copy: "CopyObject",
  delete: "DeleteObject",
};

/** As S3 names it; a call that the stand-in does not know is `Unknown`. */
export function operationName(call: HttpRequest): string {
  const object = /^\/[^/]*\/?(.*)$/s.exec(call.path)?.[1] ?? "";
  const operation = operationOf(call, object);
  if (operation === undefined) return "Unknown";
  return operation === "head" && object === "" ? "HeadBucket" : NAMES[operation];
}

function operationOf(call: HttpRequest, object: string): Operation | undefined {
  const { method, query, headers } = call;
  if (object === "") {
    if (method === "HEAD") return "head";
    if (method !== "GET") return undefined;
    if (query.has("location")) return "location";
    if (query.has("lifecycle")) return "lifecycle";
    if (query.has("versioning")) return "versioning";
    if (query.has("object-lock")) return "object-lock";
    return query.get("list-type") === "2" ? "list" : undefined;
  }
  if (method === "GET") return "get";
  if (method === "HEAD") return "head";
  if (method === "DELETE") return "delete";
  if (method !== "PUT" || query.has("partNumber")) return undefined;
  return headers["x-amz-copy-source"] === undefined ? "put" : "copy";
}

function answerKnown(asked: Asked): StoreAnswer {
  const { host, bucket, object, operation, key } = asked;
  const { region } = host.world().network;
  if (operation !== "location" && signedFor(asked.call) !== region) return otherRegion(region);
  const objects = host.world().store.buckets[bucket];
  if (isDenied(key, operation, `${bucket}/${object}`)) return failure(403, "AccessDenied", "Access Denied.");
  if (objects === undefined) return failure(404, "NoSuchBucket", "The specified bucket does not exist");
  switch (operation) {
    case "location":
      return document(
        `<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${region === FIRST_REGION ? "" : region}</LocationConstraint>`,
      );
    case "lifecycle":
      return lifecycle(host.world().store.expiry?.[bucket] ?? []);
    case "versioning":
      return document('<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>');
    case "object-lock":
      return failure(404, "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist");
    case "list":
      return document(xml(listing(asked.call.query, bucket, objects)));
    case "get":
    case "head":
      return object === "" ? empty(200) : read(asked, objects[object]);
    case "put":
      return put(asked, objects[object]);
    case "copy":
      return copy(asked);
    case "delete":
      host.apply({ is: "delete-object", bucket, key: object, by: key.id });
      return empty(204);
  }
}

/** S3 (and MinIO) refuse a signature for another region than the bucket's, and name the right one. */
function otherRegion(region: string): StoreAnswer {
  const message = `The authorization header is malformed; the region is wrong; expecting '${region}'`;
  const refused = failure(400, "AuthorizationHeaderMalformed", message);
  const body = Buffer.from(refused.body.toString().replace("</Error>", `<Region>${region}</Region></Error>`));
  return { ...refused, headers: { ...refused.headers, "x-amz-bucket-region": region }, body };
}

/** A key that may do nothing has no other policy: it denies everything. */
function isDenied(key: AccessKey, operation: Operation, path: string): boolean {
  if (key.denyWrites.includes("*")) return true;
  const writes = operation === "put" || operation === "copy" || operation === "delete";
  return writes && key.denyWrites.some((prefix) => path.startsWith(prefix) || `${path}/` === prefix);
}

function lifecycle(rules: readonly ExpiryRule[]): StoreAnswer {
  if (rules.length === 0) {
    return failure(404, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist");
  }
  const rendered = rules.map(({ id, prefix, days }): Element => {
    const where: readonly Element[] = [
      ["Filter", elements({ Prefix: prefix })],
      ["Expiration", elements({ Days: days })],
    ];
    return ["Rule", [...elements({ ID: id, Status: "Enabled" }), ...where]];
  });
  return document(xml(["LifecycleConfiguration", rendered]));
}

function read({ call }: Asked, object: StoredObject | undefined): StoreAnswer {
  if (object === undefined) return failure(404, "NoSuchKey", "The specified key does not exist.");
  const wanted = call.headers["if-match"]?.replaceAll('"', "");
  if (wanted !== undefined && wanted !== object.etag) return preconditionFailed();
  const whole = bytesOf(object.meaning);
  const headers = {
    etag: `"${object.etag}"`,
    "last-modified": new Date(object.lastModified).toUTCString(),
    "content-type": "binary/octet-stream",
    "accept-ranges": "bytes",
  };
  const range = call.headers["range"];
  if (range === undefined || call.method === "HEAD") {
    return { status: 200, headers: { ...headers, "content-length": String(whole.length) }, body: whole };
  }
  const part = cut(whole, range);
  if (part === undefined) return failure(416, "InvalidRange", "The requested range is not satisfiable");
  const contentRange = `bytes ${part.from}-${part.from + part.body.length - 1}/${whole.length}`;
  const length = String(part.body.length);
  return {
    status: 206,
    headers: { ...headers, "content-range": contentRange, "content-length": length },
    body: part.body,
  };
}

/** `bytes=2-4`, `bytes=2-`, `bytes=-4`. */
function cut(whole: Buffer, range: string): { readonly from: number; readonly body: Buffer } | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (first === "" && last === "") return undefined;
  const from = first === "" ? Math.max(0, whole.length - Number(last)) : Number(first);
  const to = first === "" || last === "" ? whole.length : Number(last) + 1;
  return from < whole.length && from < to ? { from, body: whole.subarray(from, to) } : undefined;
}

function put({ host, call, bucket, object, key }: Asked, before: StoredObject | undefined): StoreAnswer {
  const wanted = call.headers["if-match"]?.replaceAll('"', "");
  if (call.headers["if-none-match"] === "*" && before !== undefined) return preconditionFailed();
  if (wanted !== undefined && wanted !== before?.etag) return preconditionFailed();
  const meaning = { is: "bytes", base64: payload(call).toString("base64") } as const;
  const { etag } = host.apply({ is: "put-object", bucket, key: object, meaning, by: key.id });
  return empty(200, { etag: `"${etag}"` });
}

function copy({ host, call, bucket, object, key }: Asked): StoreAnswer {
  const before = host.world().store.buckets[bucket]?.[object];
  if (call.headers["if-none-match"] === "*" && before !== undefined) return preconditionFailed();
  const source = decodeURIComponent(call.headers["x-amz-copy-source"] ?? "").replace(/^\//, "");
  const [, fromBucket = "", fromKey = ""] = /^([^/]*)\/(.*)$/s.exec(source) ?? [];
  const from = host.world().store.buckets[fromBucket]?.[fromKey];
  if (from === undefined) return failure(404, "NoSuchKey", "The specified key does not exist.");
  const wanted = call.headers["x-amz-copy-source-if-match"]?.replaceAll('"', "");
  if (wanted !== undefined && wanted !== from.etag) return preconditionFailed();
  const at = { bucket, key: object, from: { bucket: fromBucket, key: fromKey } };
  const copied = host.apply({ is: "copy-object", ...at, by: key.id });
  const lastModified = new Date(copied?.lastModified ?? 0).toISOString();
  return document(xml(["CopyObjectResult", elements({ LastModified: lastModified, ETag: `"${from.etag}"` })]));
}

const document = (text: string, status = 200): StoreAnswer => ({
  status,
  headers: { "content-type": "application/xml" },
  body: Buffer.from(text),
});

const empty = (status: number, headers: StoreAnswer["headers"] = {}): StoreAnswer => ({
  status,
  headers,
  body: Buffer.alloc(0),
});

const preconditionFailed = (): StoreAnswer =>
  failure(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold");

export const failure = (status: number, Code: string, Message: string): StoreAnswer =>
  document(xml(["Error", elements({ Code, Message, RequestId: "rehearsal" })]), status);
