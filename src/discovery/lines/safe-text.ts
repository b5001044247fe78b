/**
 * Makes foreign text fit to be shown: nothing in it steers a terminal (law 12) and no secret stays readable (law 10).
 * Broker logs hold passwords in many shapes (facts: dingo.md §2.2), so this works on shapes, not on known values.
 */
import { detached } from "../../kit/text/detached.ts";
import { printable } from "../../kit/text/printable.ts";

const MASK = "********";
/** Longer evidence is cut: enough for every deletion line seen (at most 700 bytes with its header). */
const LONGEST = 2000;
/** No shape of a secret that is looked for is longer. */
const MARGIN = 1000;

/** `scheme://user:password@`, up to the last "@": not everybody encodes one in a password. */
const USERINFO = /([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/"']{0,200}):(?:[^\s"'\\]|\\.){1,3000}@/gi;
const NAME =
  "(?:password|passwd|(?<![a-z])pass(?:phrase)?(?![a-z])|pwd|secret|token|access_?key|credential|private_key|api[_-]?key|authorization|cookie|signature)";
/** Up to the quotation mark that is escaped like the first one, or to the end of the cut text. */
const QUOTED = String.raw`(\\*)(["'])[\s\S]{0,${LONGEST + MARGIN}}?(?:(?<!\\)\2\3|$)`;
const BARE = String.raw`(?:(?:Bearer|Basic|Digest|Negotiate) )?[^\s,;"'\]})]{1,${LONGEST + MARGIN}}`;
/** A list or an object of secrets: to the last bracket, for nobody knows which of them closes it. */
const NESTED = String.raw`[[{][\s\S]{0,${LONGEST + MARGIN}}(?:[\]}]|$)`;
/** A blank, also as JSON writes it. */
const BLANK = String.raw`(?:\s|\\[nrt])`;
/** `PASSWORD=…`, `"Secret":"…"`, `AWS_SECRET_ACCESS_KEY:…`, `PASSWORD '…'`, `"passwords":[…]`. */
const ASSIGNMENT = new RegExp(
  String.raw`(${NAME}[A-Za-z0-9_-]{0,60}\\*["']?${BLANK}{0,40}(?:=>|:=|=|:)${BLANK}{0,40})(?:${NESTED}|${QUOTED}|${BARE})`,
  "gi",
);
const ARGUMENT = /((?:--[a-z-]{0,40}(?:password|passwd|secret|token|key) |\b(?:Bearer|Basic) ))[^\s"']{8,3000}/gi;
/** `curl -u user:password`. */
const USER = /((?:(?<!\S)-u|--user)[ =]?["']?[^\s:"']{0,200}:)[^\s"']{1,3000}/g;
/** `<password>…</password>`. */
const ELEMENT = new RegExp(String.raw`(<[^<>\s]{0,40}${NAME}[^<>]{0,60}>)[^<]{1,${LONGEST + MARGIN}}`, "gi");
/** `host:5432:database:user:password`, as in a file for `psql`. */
const PGPASS = /([^\s:"']{1,255}:(?:\d{4,5}|\*):[^\s:"']{1,63}:[^\s:"']{1,63}:)[^\s"']{1,400}/g;
const SQL = /(\bpassword\s{1,4})(?:'(?:[^']|''){0,400}'?|"[^"]{0,400}"?)/gi;
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g;
/** AWS access key ids have a fixed shape. */
const ACCESS_KEY_ID = /\b(?:AKIA|ASIA)[A-Z0-9]{12,20}\b/g;

/**
 * Every text that fits one of the shapes above has one of these. Most lines have none, and are tested once instead of
 * six times.
 */
const SUSPICIOUS =
  /:\/\/|pass|pwd|secret|token|key|credential|authorization|cookie|signature|bearer|basic|a[ks]ia|-u |--user|:(?:\d{4,5}|\*):/i;

export function maskSecretShapes(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  return text
    .replace(PRIVATE_KEY, MASK)
    .replace(USERINFO, `$1:${MASK}@`)
    .replace(ASSIGNMENT, (_all, name: string) => `${name}${MASK}`)
    .replace(ARGUMENT, `$1${MASK}`)
    .replace(USER, `$1${MASK}`)
    .replace(ELEMENT, `$1${MASK}`)
    .replace(PGPASS, `$1${MASK}`)
    .replace(SQL, `$1${MASK}`)
    .replace(ACCESS_KEY_ID, MASK);
}

/** Text for evidence, reasons and tables. A secret that the cut goes through is masked before it is cut. */
export function shown(text: string): string {
  const masked = maskSecretShapes(detached(text, LONGEST + MARGIN));
  const cut = text.length > LONGEST ? `${masked.slice(0, LONGEST)}…` : masked;
  return printable(cut).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/**
 * Fields of lager data that are known to hold no secret. Everything else is masked: a new version's new field is a
 * secret until somebody has looked at it.
 */
const HARMLESS = new Set(
  [
    "instance-id instanceID instance_id clusterID node-uuid node_id backend cell backend_id cell_guid cell-guid session",
    "current-node-count current-node-size new-node-count new-node-size node-count node-size steps steps-count plan",
    "plan-id service-id plan_id service_id organization_guid space_guid error name service_instance_name member",
    "member-id leader-id port allocated-port allocated_port az guid summary deprovision-details provision-details",
    "features NodeCount CellGUIDs CloneFromServiceName cluster nodes state role polling",
  ].flatMap((line) => line.split(" ")),
);

/** Whether `harmlessOnly` would change nothing. */
export function isHarmless(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isHarmless);
  if (value === null || typeof value !== "object") return true;
  return Object.entries(value).every(([key, item]) => HARMLESS.has(key) && isHarmless(item));
}

/** A copy of lager data in which only harmless fields are readable. */
export function harmlessOnly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(harmlessOnly);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, HARMLESS.has(key) ? harmlessOnly(item) : MASK]),
  );
}
