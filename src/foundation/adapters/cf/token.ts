/** The facts in a UAA access token about its bearer. */
import { refuse } from "../../../errors.ts";
import { type Fields, jsonOf } from "../../../kit/json.ts";

export interface TokenFacts {
  readonly user: string;
  /** User id, or the client id of a client's own token: the subject of roles. */
  readonly subject: string;
  /** No person, but a client. */
  readonly isClient: boolean;
  /** The identity provider that a person is of; "" if the token does not say. */
  readonly origin: string;
  readonly scopes: readonly string[];
}

const GLOBAL_READERS = [
  "cloud_controller.admin",
  "cloud_controller.admin_read_only",
  "cloud_controller.global_auditor",
];

/** Reads `bearer HEADER.PAYLOAD.SIGNATURE`; the signature is the platform's business. */
export function readToken(text: string): TokenFacts {
  const payload =
    text
      .trim()
      .replace(/^bearer /i, "")
      .split(".")[1] ?? "";
  const claims = parse(payload);
  const told = (name: string): string => (typeof claims[name] === "string" ? claims[name] : "");
  const scopes = Array.isArray(claims["scope"]) ? claims["scope"].map(String) : [];
  const user = told("user_name") || told("client_id");
  const isClient = told("user_id") === "";
  return { user, subject: told("user_id") || told("client_id"), isClient, origin: told("origin"), scopes };
}

export function seesEverything(scopes: readonly string[]): boolean {
  return scopes.some((scope) => GLOBAL_READERS.includes(scope));
}

function parse(payload: string): Fields {
  const value = jsonOf(Buffer.from(payload, "base64url").toString("utf8"));
  if (typeof value === "object" && value !== null) return value as Fields;
  throw refuse("answer-malformed", '"cf oauth-token" printed no token that can be read')
    .at("cf oauth-token")
    .advise('Try "cf oauth-token" by hand; log in again with "cf login" if it fails.');
}
