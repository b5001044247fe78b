/**
 * Tells the meaning of an S3 error: by its name in the S3 API reference when the body has one, else by HTTP status or
 * socket error. Other S3 stores differ in texts and agree in these.
 */
import { RecoverError, type ErrorCode } from "../../../errors.ts";
import { fieldsOf, textOf } from "../../../kit/json.ts";
import type { Secrets } from "../../../kit/secrets/secrets.ts";
import { ObjectFrozen } from "../../../ports/object-store.ts";

/** The call as it is told to a person, and its address. */
export interface Call {
  /** "list", "read", "look at", "copy", "delete": after "cannot". */
  readonly verb: string;
  /** s3://BUCKET/KEY; of a call about no bucket, the endpoint. */
  readonly place: string;
  readonly endpoint: string;
  /** False if the call changes something: then it is sent again only if it certainly was not carried out. */
  readonly reads: boolean;
  /** The store may work long before it answers; so it may for every change. */
  readonly slow?: boolean;
  /** It belongs to no change that would be left half-done: somebody who stops the command stops it. */
  readonly alone?: boolean;
}

export type Failure =
  | {
      readonly kind: "final";
      readonly code: ErrorCode;
      readonly why: string;
      readonly remedy: string;
      readonly frozen?: true;
    }
  /** The bucket lies in another region; empty if the store did not say which. */
  | { readonly kind: "other-region"; readonly region: string }
  /** Asked to slow down: nothing was done. */
  | { readonly kind: "throttled"; readonly why: string; readonly retryAfterMs: number | undefined }
  /** The call may have been carried out. */
  | { readonly kind: "transient"; readonly why: string };

interface Facts {
  readonly name: string;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly region: string;
}

export function failureOf(error: unknown): Failure {
  // Our own errors are final here, for example a gateway that cannot be reached: the code that raised them has retried.
  if (error instanceof RecoverError) {
    return { kind: "final", code: error.code, why: error.message, remedy: error.remedy };
  }
  const facts = factsOf(error);
  return (
    regionFailure(facts) ??
    throttled(facts) ??
    identityFailure(facts) ??
    objectFailure(facts) ??
    transportFailure(facts)
  );
}

/** The error that a person sees. Secrets are masked: S3 repeats parts of a request in its messages. */
export function toRecoverError(cause: unknown, call: Call, secrets: Secrets): RecoverError {
  const failure = failureOf(cause);
  const described = describe(failure);
  const why = printable(secrets.mask(described.why)).replace(/\.$/, "");
  const isFrozen = failure.kind === "final" && failure.frozen === true;
  return new (isFrozen ? ObjectFrozen : RecoverError)(
    described.code,
    `cannot ${call.verb} "${printable(call.place)}": ${why}`,
    {
      remedy: described.remedy,
      place: call.place === call.endpoint ? call.endpoint : `${printable(call.place)} at ${call.endpoint}`,
      cause,
      effect: call.reads || isRefusal(failure) ? "none" : "unknown",
    },
  );
}

/** Control characters as escapes, at most 300 characters. */
export function printable(text: string): string {
  const escaped = text.replace(/\p{Cc}/gu, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return escaped.length > 300 ? `${escaped.slice(0, 300)}…` : escaped;
}

function describe(failure: Failure): { readonly code: ErrorCode; readonly why: string; readonly remedy: string } {
  switch (failure.kind) {
    case "final":
      return failure;
    case "other-region":
      return {
        code: "answer-malformed",
        why: `the bucket lies in another region${failure.region === "" ? "" : `, "${failure.region}"`}`,
        remedy: "Set s3.region in the configuration to the bucket's region.",
      };
    case "throttled":
      return {
        code: "unreachable",
        why: `the object store asked to slow down, again and again (${failure.why})`,
        remedy: "Wait until the store is less busy, then try again.",
      };
    case "transient":
      return {
        code: "unreachable",
        why: failure.why,
        remedy: `Check the S3 endpoint${failure.why.startsWith("ENOTFOUND") ? ", that s3.address_style is not virtual for a store without such names," : ""} and the network between here and there, then try again.`,
      };
  }
}

const REFUSALS = new Set<ErrorCode>(["access-denied", "not-logged-in", "bucket-missing", "object-changed"]);

/** Whether the store certainly did nothing. */
function isRefusal(failure: Failure): boolean {
  if (failure.kind === "final") return REFUSALS.has(failure.code);
  return failure.kind !== "transient";
}

const WRONG_REGION = new Set([
  "PermanentRedirect",
  "TemporaryRedirect",
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
  "InvalidRegion",
  "InvalidRegionName",
]);

function regionFailure({ name, status, headers, region }: Facts): Failure | undefined {
  const wrong = status === 301 || status === 307 || WRONG_REGION.has(name);
  const told = headers["x-amz-bucket-region"] ?? region;
  if (wrong || (status === 400 && told !== "")) return { kind: "other-region", region: told };
  return undefined;
}

const THROTTLES = new Set([
  "SlowDown",
  "SlowDownRead",
  "SlowDownWrite",
  "Throttling",
  "RequestLimitExceeded",
  "TooManyRequests",
]);

function throttled({ name, status, message, headers }: Facts): Failure | undefined {
  if (!THROTTLES.has(name) && status !== 429) return undefined;
  const seconds = Number(headers["retry-after"]);
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
  return { kind: "throttled", why: message || name, retryAfterMs };
}

const EXPIRED = new Set(["ExpiredToken", "InvalidToken", "TokenRefreshRequired", "ExpiredTokenException"]);

function identityFailure({ name, status, message }: Facts): Failure | undefined {
  if (name === "CredentialsProviderError" || name === "TokenProviderError") {
    return final("not-logged-in", message, "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or s3.credentials.");
  }
  if (name === "RequestTimeTooSkewed") {
    return final("access-denied", message, "Set the clock of this machine, then try again.");
  }
  if (name === "InvalidObjectState") {
    const remedy = "Have the object restored from its cold storage class first.";
    return { kind: "final", code: "access-denied", why: message, remedy, frozen: true };
  }
  const key = keyRemedy(name, message);
  if (key !== undefined) return final("access-denied", `${name}: ${message}`, key);
  if (IN_HOST_ALONE.has(name)) {
    const remedy = "The store takes the bucket in the host's name alone: set s3.address_style: virtual.";
    return final("answer-malformed", `${name}: ${message}`, remedy);
  }
  if (EXPIRED.has(name)) return final("access-denied", message, "Fetch new temporary credentials, then try again.");
  if (name === "SignatureDoesNotMatch" || name === "InvalidAccessKeyId") {
    return final("access-denied", `${name}: ${message}`, "Check the access key and its secret.");
  }
  // A copy answers 200 as soon as it begins, even if it fails later.
  if (status !== 401 && status !== 403 && name !== "AccessDenied") return undefined;
  return final("access-denied", `${name}: ${message}`, "Use credentials that may list and read this bucket.");
}

/** S3 API reference, "Protecting data with encryption": the store has the bytes, and not the right to their key. */
function keyRemedy(name: string, message: string): string | undefined {
  if (name.startsWith("KMS.") || /\bkms:|KMS key/i.test(message))
    return "The objects are encrypted with a key of KMS: give the credentials kms:Decrypt on it, and see that it is enabled.";
  const isCustomers = /Server Side Encryption|SSE-C|customer.provided|encryption key/i.test(message);
  return isCustomers && name !== "AccessDenied"
    ? "The objects are encrypted with a key that their writer sends along (SSE-C): copy them to a place without it first."
    : undefined;
}

export const CHECK_BUCKET =
  "Check the bucket's name and the S3 endpoint, and whether the store takes the bucket in the host's name (s3.address_style: virtual).";

/** Of stores that answer an address with the bucket in its path in no other way: OSS, COS, TOS. */
const IN_HOST_ALONE = new Set(["SecondLevelDomainForbidden", "PathStyleDomainForbidden", "InvalidPathAccess"]);

function objectFailure({ name, status, message }: Facts): Failure | undefined {
  if (name === "NoSuchBucket") {
    return final("bucket-missing", "there is no such bucket", CHECK_BUCKET);
  }
  if (name === "NoSuchEntity") return final("nothing-found", message, "Check the ARN.");
  if (name === "PreconditionFailed" || status === 412) {
    return final("object-changed", "it is not the object that was seen before", SOMEBODY_WRITES);
  }
  if (name === "NoSuchKey" || name === "NotFound" || status === 404) {
    return final("object-changed", "it is gone", SOMEBODY_WRITES);
  }
  if (status === 416) return final("object-changed", "it is shorter than it was", SOMEBODY_WRITES);
  if (status < 400 || status >= 500 || isPassing(name, status)) return undefined;
  return final(
    "answer-malformed",
    `${name}: ${message}`,
    status === 400 && name === "HTTP 400"
      ? "Check the S3 endpoint, and that the credentials have not expired."
      : "The store does not take this request: check the S3 endpoint and s3.region, and what the store's manual says of this code.",
  );
}

/**
 * Refusals that say nothing of the request: the store, or a program before it, lost the connection to its peer (S3 API
 * reference, "Error responses"; MinIO answers IncompleteBody and 499 while one of its nodes goes away).
 */
const PASSING = new Set([
  "IncompleteBody",
  "RequestTimeout",
  "OperationAborted",
  "ConditionalRequestConflict",
  "ClientDisconnected",
]);

const isPassing = (name: string, status: number): boolean => PASSING.has(name) || status === 408 || status === 499;

const SOMEBODY_WRITES = "Find out who writes there: a container of the deleted instance may still be alive.";

/** Half an answer breaks the connection, or the XML parser. */
function transportFailure({ name, status, code, message }: Facts): Failure {
  if (code.includes("CERT")) {
    return final("unreachable", `${code}: ${message}`, "Name the endpoint's authority with NODE_EXTRA_CA_CERTS.");
  }
  if (name === "TimeoutError" && (code === "" || code === "ETIMEDOUT"))
    return { kind: "transient", why: "no answer in time" };
  if (status >= 500 || code !== "" || name === "TimeoutError" || isPassing(name, status)) {
    return { kind: "transient", why: `${code || name}: ${message}` };
  }
  return final(
    "answer-incomplete",
    `the answer cannot be read: ${message}`,
    "Check what lies between here and the store.",
  );
}

/** The error code and status that the store answered with; empty and 0 if it did not answer. */
export function answerOf(error: unknown): { readonly name: string; readonly status: number } {
  const { name, status } = factsOf(error);
  return { name, status };
}

function final(code: ErrorCode, why: string, remedy: string): Failure {
  return { kind: "final", code, why, remedy };
}

function factsOf(error: unknown): Facts {
  const thrown = fieldsOf(error);
  const response = fieldsOf(thrown["$response"]);
  const status = fieldsOf(thrown["$metadata"])["httpStatusCode"] ?? response["statusCode"];
  const name = textOf(thrown["name"]);
  // A page of a proxy, or an answer without a body, leaves the SDK nothing to name.
  const named = name !== "" && name !== "Unknown" && thrown["$fault"] !== undefined;
  const nameless = typeof status === "number" && status >= 300 && !named;
  return {
    name: nameless ? `HTTP ${status}` : name,
    status: typeof status === "number" ? status : 0,
    code: textOf(thrown["code"]),
    message: nameless ? "no reason given" : firstLine(textOf(thrown["message"])),
    headers: Object.fromEntries(
      Object.entries(fieldsOf(response["headers"])).map(([key, value]) => [key, textOf(value)]),
    ),
    region: textOf(thrown["Region"]),
  };
}

/** The SDK adds advice for its own users below. */
function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
