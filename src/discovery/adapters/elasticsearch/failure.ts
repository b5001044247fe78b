/**
 * Turns the client's errors into ours. The client's errors carry the request with its credentials: none of them goes
 * further.
 */
import { RecoverError } from "../../../errors.ts";
import { fieldsOf, textOf } from "../../../kit/json.ts";
import { printable } from "../../../kit/text/printable.ts";
import type { Secrets } from "../../../kit/secrets/secrets.ts";

export interface StoreFailure {
  /** 0 if there was no answer. */
  readonly status: number;
  /** `index_not_found_exception` and the like; empty if the server named none. */
  readonly type: string;
  readonly reason: string;
  /** The answer is larger than we take. */
  readonly tooLarge: boolean;
  readonly certificate: boolean;
  /** It answered with something that is no JSON. */
  readonly unreadable: boolean;
  /** Of a dialler or guard of ours. */
  readonly own?: RecoverError;
}

export function failureOf(thrown: unknown): StoreFailure {
  const error = fieldsOf(thrown);
  const meta = fieldsOf(error["meta"]);
  const status = typeof meta["statusCode"] === "number" ? meta["statusCode"] : 0;
  const message = textOf(error["message"]);
  const { type, reason } = complaintOf(meta["body"]);
  return {
    status,
    type,
    reason: reason === "" ? (message.split("\n", 1)[0] ?? "") : reason,
    unreadable: error["name"] === "DeserializationError",
    tooLarge: /content length|bigger than the maximum/i.test(message),
    certificate: /certificate|self[- ]signed|ERR_TLS|altname/i.test(message) && status === 0,
  };
}

export function toRecoverError(failure: StoreFailure, place: string, secrets: Secrets): RecoverError {
  if (failure.own !== undefined) return failure.own;
  const why = printable(secrets.mask(reasonOf(failure))).slice(0, 300);
  const details = { place, effect: "none" } as const;
  const { status } = failure;
  if (status === 401 || status === 403)
    return new RecoverError("access-denied", `"${place}" refused to be read: ${why}`, {
      ...details,
      remedy:
        "Use a user or an API key with the index privileges read and view_index_metadata and the cluster privilege monitor.",
    });
  if (failure.certificate)
    return new RecoverError("unreachable", `the certificate of "${place}" is not trusted: ${why}`, {
      ...details,
      remedy: "Set `ca_cert` of the log store to its own authority, a path or the PEM text.",
    });
  if (failure.unreadable)
    return new RecoverError("answer-malformed", `what answers at "${place}" does not speak JSON`, {
      ...details,
      remedy: "Check that the address is that of Elasticsearch or OpenSearch itself, not of a dashboard or a proxy.",
    });
  if (status === 0 || status === 429 || status >= 500)
    return new RecoverError("unreachable", `"${place}" did not answer: ${why}`, {
      ...details,
      remedy: "Check the address, the network between here and there, and whether the store is overloaded.",
    });
  return new RecoverError("answer-malformed", `"${place}" did not take the search: ${why}`, {
    ...details,
    remedy: "Check that the address is that of Elasticsearch 7 to 9 or OpenSearch 1 to 3, and the pattern of indices.",
  });
}

/** True for a failure that may pass by itself. */
export function mayPass({ status, own, certificate }: StoreFailure): boolean {
  return own === undefined && !certificate && (status === 429 || status === 502 || status === 503 || status === 504);
}

export function reasonOf({ status, type, reason }: StoreFailure): string {
  const named = [type, reason].filter((part) => part !== "").join(": ");
  return status === 0 ? named || "no answer" : `${status}${named === "" ? "" : ` ${named}`}`;
}

/** The error body of both products: `{"error": {"type", "reason"}}`, or a text. */
function complaintOf(body: unknown): { readonly type: string; readonly reason: string } {
  const error = fieldsOf(body)["error"];
  if (typeof error === "string") return { type: "", reason: error };
  const { type, reason, root_cause: causes } = fieldsOf(error);
  const first: unknown = Array.isArray(causes) ? causes[0] : undefined;
  const cause = fieldsOf(first);
  return { type: textOf(cause["type"] ?? type), reason: textOf(cause["reason"] ?? reason) };
}
