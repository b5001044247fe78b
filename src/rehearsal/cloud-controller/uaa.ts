/** The UAA: `/oauth/token` for the three grants that the CLI uses, and the bearer tokens it gave out (cf-bosh.md §4.2). */
import { basicCredentials, type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { errorResponse, nextGuid, sha256, type Subject } from "./exchange.ts";
import type { CloudControllerState, Token } from "./state.ts";

interface Grant {
  readonly grant: Token["grant"];
  readonly subject: string;
}

export interface Granted {
  readonly state: CloudControllerState;
  readonly response: HttpResponse;
}

export function grantToken(state: CloudControllerState, request: HttpRequest, now: Date): Granted {
  const form = new URLSearchParams(request.body);
  const wanted = form.get("grant_type");
  const grant =
    wanted === "password"
      ? byPassword(state, form)
      : wanted === "client_credentials"
        ? byClient(state, request, form)
        : wanted === "refresh_token"
          ? byRefresh(state, form, now)
          : undefined;
  if (grant === undefined) return { state, response: rejected(wanted) };
  return issue(state, grant, now);
}

/** Who a bearer token belongs to, or the refusal. */
export function authenticate(state: CloudControllerState, request: HttpRequest, now: Date): Subject | HttpResponse {
  const header = request.headers["authorization"];
  if (header === undefined)
    return errorResponse(401, { code: 10002, title: "NotAuthenticated", detail: "Authentication error" });
  const id = tokenId(header.replace(/^bearer /i, ""));
  const token = state.uaa.tokens.find((each) => each.kind === "access" && each.id === id);
  if (token === undefined || !isAlive(token, now)) {
    return errorResponse(401, { code: 1000, title: "InvalidAuthToken", detail: "Invalid Auth Token" });
  }
  return (
    subject(state, token.subject) ??
    errorResponse(401, { code: 1000, title: "InvalidAuthToken", detail: "Invalid Auth Token" })
  );
}

export function subject(state: CloudControllerState, id: string): Subject | undefined {
  const person = state.uaa.people.find((each) => each.id === id);
  if (person !== undefined) return { id, name: person.name, scopes: person.scopes };
  const client = state.uaa.clients.find((each) => each.id === id);
  return client && { id, name: client.id, scopes: client.scopes };
}

function byPassword(state: CloudControllerState, form: URLSearchParams): Grant | undefined {
  const digest = sha256(form.get("password") ?? "");
  const person = state.uaa.people.find((each) => each.name === form.get("username"));
  return person?.passwordSha256 === digest ? { grant: "password", subject: person.id } : undefined;
}

function byClient(state: CloudControllerState, request: HttpRequest, form: URLSearchParams): Grant | undefined {
  const basic = basicCredentials(request);
  const id = form.get("client_id") ?? basic?.user;
  const digest = sha256(form.get("client_secret") ?? basic?.password ?? "");
  const client = state.uaa.clients.find((each) => each.id === id);
  return client?.secretSha256 === digest ? { grant: "client_credentials", subject: client.id } : undefined;
}

function byRefresh(state: CloudControllerState, form: URLSearchParams, now: Date): Grant | undefined {
  const id = form.get("refresh_token")?.replace(/-r$/, "");
  const token = state.uaa.tokens.find((each) => each.kind === "refresh" && each.id === id);
  return token !== undefined && isAlive(token, now) ? { grant: token.grant, subject: token.subject } : undefined;
}

/** The wording that cf 8 turns into "Credentials were rejected" or "The token expired, was revoked, …". */
function rejected(grant: string | null): HttpResponse {
  if (grant === "refresh_token") {
    return jsonResponse(401, {
      error: "invalid_token",
      error_description: "The token expired, was revoked, or the token ID is incorrect.",
    });
  }
  return jsonResponse(401, { error: "unauthorized", error_description: "Bad credentials" });
}

function issue(before: CloudControllerState, grant: Grant, now: Date): Granted {
  const access = nextGuid(before);
  const refresh = nextGuid(access.state);
  const state = refresh.state;
  const lives = (seconds: number): number => now.getTime() + seconds * 1000;
  const base = { ...grant, revoked: false };
  const tokens: Token[] = [
    { ...base, id: access.guid, kind: "access", expiresAt: lives(state.uaa.accessTokenSeconds) },
    { ...base, id: refresh.guid, kind: "refresh", expiresAt: lives(state.uaa.refreshTokenSeconds) },
  ];
  // Dead tokens are forgotten, as the UAA does: the state stays small however often the CLI refreshes.
  const alive = state.uaa.tokens.filter((token) => isAlive(token, now));
  const withRefresh = grant.grant === "password" ? { refresh_token: `${refresh.guid}-r` } : {};
  return {
    state: { ...state, uaa: { ...state.uaa, tokens: [...alive, ...tokens] } },
    response: jsonResponse(200, {
      access_token: jwt(state, grant, { id: access.guid, now }),
      ...withRefresh,
      token_type: "bearer",
      expires_in: state.uaa.accessTokenSeconds,
    }),
  };
}

/** Unsigned in truth; all three parts are valid base64url, which the CLI insists on (real-parts.md §1.7). */
function jwt(state: CloudControllerState, grant: Grant, token: { readonly id: string; readonly now: Date }): string {
  const who = subject(state, grant.subject);
  const issuedAt = Math.floor(token.now.getTime() / 1000);
  const person = grant.grant === "password" ? { user_name: who?.name, user_id: who?.id, origin: "uaa" } : {};
  const payload = {
    jti: token.id,
    ...person,
    client_id: grant.grant === "password" ? "cf" : grant.subject,
    grant_type: grant.grant,
    scope: who?.scopes ?? [],
    iat: issuedAt,
    exp: issuedAt + state.uaa.accessTokenSeconds,
  };
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256", typ: "JWT" })}.${part(payload)}.c2ln`;
}

function tokenId(token: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return typeof payload === "object" && payload !== null && "jti" in payload ? String(payload.jti) : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(token: Token, now: Date): boolean {
  return !token.revoked && token.expiresAt > now.getTime();
}
