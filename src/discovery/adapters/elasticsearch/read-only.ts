/**
 * The calls that may be sent: those that read, and those that free a search. Any other call is refused before it is
 * sent. `POST /INDEX/_pit` never has a body: a server that knows no points in time would write it as a document (seen
 * on 7.6.1, which takes `_pit` for a type).
 */
import { refuse } from "../../../errors.ts";

export interface LogStoreCall {
  readonly method: "GET" | "POST" | "DELETE";
  /** Without the query; parts percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** A pattern of indices, `logs-*,-logs-app-*`: it never begins with an underscore, as verbs do. */
const INDICES = String.raw`[^/?#\\_.%][^/?#\\%]*`;

const ALLOWED: readonly { readonly call: RegExp; readonly body: boolean }[] = [
  { call: /^GET \/$/, body: false },
  { call: new RegExp(`^GET /_cat/indices/${INDICES}$`), body: false },
  { call: new RegExp(`^GET /${INDICES}/_field_caps$`), body: false },
  { call: new RegExp(`^GET /${INDICES}/_mapping/field/[^/?#]+$`), body: false },
  { call: new RegExp(`^POST /${INDICES}/_search$`), body: true },
  { call: /^POST \/_search$/, body: true },
  { call: /^(?:POST|DELETE) \/_search\/scroll$/, body: true },
  { call: new RegExp(`^POST /${INDICES}/_pit$`), body: false },
  { call: new RegExp(`^POST /${INDICES}/_search/point_in_time$`), body: false },
  { call: /^DELETE \/(?:_pit|_search\/point_in_time)$/, body: true },
];

/** Throws `guard-refused` for a call that could change anything in the store. */
export function refuseChange({ method, path, body }: LogStoreCall): void {
  // As the server reads it: an encoded character may be a slash, or the beginning of a verb.
  const read = decodeURIComponent(path);
  const call = `${method} ${read}`;
  const steps = read.split("/");
  const plain = steps.length === path.split("/").length && !steps.some((step) => step === "." || step === "..");
  if (plain && ALLOWED.some((each) => each.call.test(call) && each.body === (body !== undefined))) return;
  throw refuse("guard-refused", `refused to send "${call}" to a log store, which is only read`)
    .at(path)
    .advise("This is a defect of dingo-recover: please report it.");
}
