/** HTTP messages as the stand-ins see them: plain values, so that answering is a pure function. */
import { jsonOf } from "../json.ts";

export interface HttpRequest {
  readonly method: string;
  /** Path without the query, percent-encoding kept. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** `http://127.0.0.1:8080`: the beginning of links in the answer. */
  readonly origin: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export const jsonResponse = (status: number, value: unknown): HttpResponse => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8" },
  body: JSON.stringify(value),
});

/** The value of a JSON request body; undefined if it is not JSON. */
export const jsonBody = ({ body }: HttpRequest): unknown => jsonOf(body.toString());

export const formBody = ({ body }: HttpRequest): URLSearchParams => new URLSearchParams(body.toString());

/** User and password of a Basic Authorization header. */
export function basicCredentials({
  headers,
}: HttpRequest): { readonly user: string; readonly password: string } | undefined {
  const [, encoded] = /^Basic (.+)$/i.exec(headers["authorization"] ?? "") ?? [];
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? "", "base64").toString()) ?? [];
  return user === undefined || password === undefined ? undefined : { user, password };
}
