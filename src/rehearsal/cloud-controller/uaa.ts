/** The UAA: `/oauth/token` for the three grants that the CLI uses, and the bearer tokens it gave out (cf-bosh.md §4.2). */
import { sha256 } from "../guid.ts";
import { basicCredentials, formBody, type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { bearerToken, claimsOf, signed } from "../http/token.ts";
import { nextGuid, Refusal, type Subject } from "./exchange.ts";
import type { Cloud, CloudControllerState, Token } from "./state.ts";

/** Seconds. */
const REFRESH_TOKEN_LIVES = 2_592_000;

interface Grant {
  readonly grant: Token["grant"];
  readonly subject: string;
}

export function grantToken(state: Cloud, request: HttpRequest, now: Date): HttpResponse {
  const form = formBody(request);
  const wanted = form.get("grant_type");
  const grant = wanted === null ? undefined : GRANTS[wanted]?.(state, { request, form, now });
  return grant === undefined ? rejected(wanted) : issue(state, grant, now);
}

interface Asked {
  readonly request: HttpRequest;
  readonly form: URLSearchParams;
  readonly now: Date;
}

const GRANTS: Readonly<Record<string, (state: CloudControllerState, asked: Asked) => Grant | undefined>> = {
  password: byPassword,
  client_credentials: byClient,
  refresh_token: byRefresh,
};

/** Who a bearer token belongs to. */
export function authenticate(state: CloudControllerState, request: HttpRequest, now: Date): Subject {
  const bearer = bearerToken(request);
  if (bearer === undefined) throw new Refusal(401, { code: 10002, title: "NotAuthenticated" }, "Authentication error");
  const { jti } = claimsOf(bearer);
  const token = state.uaa.tokens.find((each) => each.kind === "access" && each.id === jti);
  const who = token !== undefined && isAlive(token, now) ? subject(state, token.subject) : undefined;
  if (who === undefined) throw new Refusal(401, { code: 1000, title: "InvalidAuthToken" }, "Invalid Auth Token");
  return who;
}

export function subject(state: CloudControllerState, id: string): Subject | undefined {
  const person = state.uaa.people.find((each) => each.id === id);
  if (person !== undefined) return { id, name: person.name, scopes: person.scopes };
  const client = state.uaa.clients.find((each) => each.id === id);
  return client && { id, name: client.id, scopes: client.scopes };
}

function byPassword({ uaa }: CloudControllerState, { form }: Asked): Grant | undefined {
  const digest = sha256(form.get("password") ?? "");
  const person = uaa.people.find((each) => each.name === form.get("username"));
  return person?.passwordSha256 === digest ? { grant: "password", subject: person.id } : undefined;
}

function byClient({ uaa }: CloudControllerState, { form, request }: Asked): Grant | undefined {
  const basic = basicCredentials(request);
  const id = form.get("client_id") ?? basic?.user;
  const digest = sha256(form.get("client_secret") ?? basic?.password ?? "");
  const client = uaa.clients.find((each) => each.id === id);
  return client?.secretSha256 === digest ? { grant: "client_credentials", subject: client.id } : undefined;
}

function byRefresh({ uaa }: CloudControllerState, { form, now }: Asked): Grant | undefined {
  const id = form.get("refresh_token")?.replace(/-r$/, "");
  const token = uaa.tokens.find((each) => each.kind === "refresh" && each.id === id);
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

function issue(state: Cloud, grant: Grant, now: Date): HttpResponse {
  const lasts = state.uaa.accessTokenSeconds;
  const made = (kind: Token["kind"], seconds: number): Token => ({
    ...grant,
    id: nextGuid(state),
    kind,
    expiresAt: now.getTime() + seconds * 1000,
  });
  const access = made("access", lasts);
  const refresh = made("refresh", REFRESH_TOKEN_LIVES);
  // Dead tokens are forgotten, as the UAA does: the state stays small however often the CLI refreshes.
  const alive = state.uaa.tokens.filter((token) => isAlive(token, now));
  state.uaa = { ...state.uaa, tokens: [...alive, access, refresh] };
  return jsonResponse(200, {
    access_token: jwt(state, access, now),
    ...(grant.grant === "password" ? { refresh_token: `${refresh.id}-r` } : {}),
    token_type: "bearer",
    expires_in: lasts,
  });
}

function jwt(state: CloudControllerState, token: Token, now: Date): string {
  const who = subject(state, token.subject);
  const issuedAt = Math.floor(now.getTime() / 1000);
  const ofPerson = token.grant === "password";
  return signed({
    jti: token.id,
    ...(ofPerson ? { user_name: who?.name, user_id: who?.id, origin: "uaa" } : {}),
    client_id: ofPerson ? "cf" : token.subject,
    grant_type: token.grant,
    scope: who?.scopes ?? [],
    iat: issuedAt,
    exp: issuedAt + state.uaa.accessTokenSeconds,
  });
}

const isAlive = (token: Token, now: Date): boolean => token.expiresAt > now.getTime();
