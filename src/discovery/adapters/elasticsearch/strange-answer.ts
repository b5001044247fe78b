/** Tells which other thing answers in the place of a log store: a log-in page is no store without indices. */
import { type RecoverError, refuse } from "../../../errors.ts";
import { printable } from "../../../kit/text/printable.ts";
import type { StoreAnswer } from "./plain-client.ts";

const LONGEST_SHOWN = 120;

/** The reason why an answer is not a log store's; undefined for JSON. */
export function strangeness({ status, location, body }: StoreAnswer): string | undefined {
  if (status >= 300 && status < 400)
    return `a redirect (${status})${location === undefined ? "" : ` to "${printable(withoutQuery(location)).slice(0, LONGEST_SHOWN)}"`}`;
  if (typeof body === "object" && body !== null) return undefined;
  if (typeof body !== "string") return "something else";
  if (body.trim() === "") return "an empty answer";
  return /^\s*<(?:!doctype|html|head|body)/i.test(body) ? "an HTML page" : "a text";
}

export function strangeAnswer(place: string, what: string): RecoverError {
  return refuse("answer-malformed", `what answers at "${place}" is no log store: it sent ${what}`)
    .at(place)
    .advise("Check that the address is that of Elasticsearch or OpenSearch itself, not of a dashboard or a proxy.");
}

/** A query or user part may hold credentials. */
function withoutQuery(location: string): string {
  return location.replace(/[?#].*$/s, "").replace(/\/\/[^/@]*@/, "//");
}
