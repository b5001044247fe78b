/**
 * Shows a value of the configuration, from any source. A value in the wrong place or form may be a key or a log-in. It
 * is refused there; before that it must not reach a screen or a file that is sent (law 10).
 */
import { MASK } from "../../kit/secrets/mask.ts";
import { CERTIFICATE, holdsKey } from "./key-text.ts";
import type { Setting } from "./settings.ts";

/** The text itself, if nothing in it is secret. */
export function shownValue(text: string, kind: Setting["kind"]): string {
  if (CERTIFICATE.test(text)) return "the text of a certificate";
  if (holdsKey(text)) return "what looks like a key, which does not belong here";
  // All of it is one value: a blank may be part of a password.
  return kind === "address" ? shownAddress(text) : withoutLogins(withoutLogin(text));
}

/** Scheme and host, if they can be told: the rest is often the secret itself. */
export function hostOnly(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A password of digits before a slash reads as a port.
  const isDoubtful = url?.username === "" && url.port !== "" && text.includes("@");
  if (url === undefined || url.host === "" || isDoubtful) return "what cannot be read as an address, and is not shown";
  return `${url.protocol}//${url.host}${url.pathname.length > 1 || url.search !== "" ? "/…" : ""}`;
}

/** An address that is refused because of its log-in or query is shown without these. */
function shownAddress(text: string): string {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/isu.exec(text) ?? [];
  const end = rest.search(/[/?#\\]|$/u);
  const at = rest.lastIndexOf("@");
  // A password with a slash in it, or a path with an @: nobody can tell.
  if (at > end) return `${scheme}${MASK}`;
  const behind = rest.slice(end);
  return `${scheme}${at < 0 ? "" : `${MASK}@`}${shownHost(rest.slice(at + 1, end))}${behind.length > 1 ? `${behind.charAt(0)}…` : behind}`;
}

/** A port is digits: what stands in its place may be a password. */
function shownHost(host: string): string {
  return /^(?:\[[^\]]*\]|[^:]*)(?::\d{0,5})?$/u.test(host) ? host : `${host.slice(0, host.indexOf(":"))}:${MASK}`;
}

/** Masks keys in a text, and the log-ins and queries of its addresses, with a scheme or without one. */
export function withoutLogins(text: string): string {
  return (
    text
      .replace(/-----BEGIN.*?(?:-----END[^-]*-----|$)/gsu, MASK)
      .replace(/\S+/gu, withoutLogin)
      // The query is optional in the pattern, so that a long word is searched once.
      .replace(/(:\/\/[^?\s]*)(\?[^#\s,]+)?/gu, (_, address: string, query?: string) =>
        query === undefined ? address : `${address}?${MASK}`,
      )
  );
}

/** Masks one word or one value up to its last @, in one pass: it may be as long as a file. */
function withoutLogin(word: string): string {
  const last = word.lastIndexOf("@");
  const scheme = word.indexOf("://");
  if (last < 0) return word;
  if (scheme < 0 || scheme > last) return withoutBareLogin(word);
  const start = scheme + "://".length;
  const query = word.indexOf("?", start);
  // Nobody can tell whether the password or the query holds the other's sign.
  if (query >= 0 && query < last) return withoutBareLogin(word.slice(0, start) + MASK);
  return withoutBareLogin(`${word.slice(0, start)}${MASK}${word.slice(last)}`);
}

/** Masks from the last slash or quote before the first colon that is not part of `://`. */
function withoutBareLogin(word: string): string {
  const last = word.lastIndexOf("@");
  const colon = word.search(/:(?!\/\/)/u);
  if (colon < 0 || colon > last) return word;
  const start = 1 + Math.max(...["/", '"', "'"].map((sign) => word.slice(0, colon).lastIndexOf(sign)));
  return `${word.slice(0, start)}${MASK}${word.slice(last)}`;
}
