/** Who asks: Basic, or a bearer token of the director's own UAA. */
import { sha256 } from "../guid.ts";
import { basicCredentials, formBody, type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { bearerToken, signed } from "../http/token.ts";
import type { Directing, DirectorState } from "./state.ts";

type Client = DirectorState["clients"][number];

/** Seconds. */
const TOKEN_LIVES = 600;

export const asker = (state: DirectorState, request: HttpRequest, now: Date): Client | undefined =>
  state.auth === "basic" ? byBasic(state, request) : byToken(state, request, now);

export function grantToken(state: Directing, request: HttpRequest, now: Date): HttpResponse {
  const client = byBasic(state, request);
  if (client === undefined || formBody(request).get("grant_type") !== "client_credentials")
    return jsonResponse(401, { error: "unauthorized", error_description: "Bad credentials" });
  const jti = sha256(`${state.uuid}/${state.nextTask}/${state.tokens.length}/${now.getTime()}`);
  const exp = Math.floor(now.getTime() / 1000) + TOKEN_LIVES;
  const token = signed({ jti, client_id: client.id, exp, scope: ["bosh.admin"] });
  const row = { sha256: sha256(token), client: client.id, expiresAt: now.getTime() + TOKEN_LIVES * 1000 };
  state.tokens = [...state.tokens.filter((each) => each.expiresAt > now.getTime()), row];
  const type = { token_type: "bearer", expires_in: TOKEN_LIVES, scope: "bosh.admin" };
  return jsonResponse(200, { access_token: token, ...type });
}

function byBasic({ clients }: DirectorState, request: HttpRequest): Client | undefined {
  const { user, password = "" } = basicCredentials(request) ?? {};
  return clients.find((each) => each.id === user && each.secretSha256 === sha256(password));
}

function byToken({ clients, tokens }: DirectorState, request: HttpRequest, now: Date): Client | undefined {
  const given = sha256(bearerToken(request) ?? "");
  const token = tokens.find((each) => each.sha256 === given && each.expiresAt > now.getTime());
  return clients.find((each) => each.id === token?.client);
}
