/** Who asks: Basic, or a bearer token of the director's own UAA. */
import { basicCredentials, type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { digest, type DirectorState } from "./state.ts";

export type Asker = { readonly user: string; readonly mayRead: boolean };

export function asker(state: DirectorState, request: HttpRequest, now: Date): Asker | undefined {
  const client = state.auth === "basic" ? byBasic(state, request) : byToken(state, request, now);
  return client && { user: client.id, mayRead: client.mayRead };
}

export function grantToken(
  state: DirectorState,
  request: HttpRequest,
  now: Date,
): { readonly state: DirectorState; readonly response: HttpResponse } {
  const client = byBasic(state, request);
  const grant = new URLSearchParams(request.body).get("grant_type");
  if (client === undefined || grant !== "client_credentials") {
    const refusal = { error: "unauthorized", error_description: "Bad credentials" };
    return { state, response: jsonResponse(401, refusal) };
  }
  const token = jwt(state, client.id, now);
  const row = { sha256: digest(token), client: client.id, expiresAt: now.getTime() + state.tokenSeconds * 1000 };
  const tokens = [...state.tokens.filter((each) => each.expiresAt > now.getTime()), row];
  const answer = { access_token: token, token_type: "bearer", expires_in: state.tokenSeconds, scope: "bosh.admin" };
  return { state: { ...state, tokens }, response: jsonResponse(200, answer) };
}

type Client = DirectorState["clients"][number];

function byBasic(state: DirectorState, request: HttpRequest): Client | undefined {
  const given = basicCredentials(request);
  if (given === undefined) return undefined;
  return state.clients.find((each) => each.id === given.user && each.secretSha256 === digest(given.password));
}

function byToken(state: DirectorState, request: HttpRequest, now: Date): Client | undefined {
  const given = (request.headers["authorization"] ?? "").replace(/^bearer /i, "");
  const token = state.tokens.find((each) => each.sha256 === digest(given) && each.expiresAt > now.getTime());
  return state.clients.find((each) => each.id === token?.client);
}

function jwt(state: DirectorState, client: string, now: Date): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const jti = digest(`${state.uuid}/${state.nextTask}/${state.tokens.length}/${now.getTime()}`);
  const exp = Math.floor(now.getTime() / 1000) + state.tokenSeconds;
  return `${part({ alg: "HS256", typ: "JWT" })}.${part({ jti, client_id: client, exp, scope: ["bosh.admin"] })}.c2ln`;
}
