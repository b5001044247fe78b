/** HTTP messages as the stand-ins see them: plain values, so that answering is a pure function. */
export interface HttpRequest {
  readonly method: string;
  /** Path without the query, percent-encoding kept. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `http://127.0.0.1:8080`: the beginning of links in the answer. */
  readonly origin: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonResponse(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(value),
  };
}

/** The value of a JSON request body; undefined if it is not JSON. */
export function jsonBody(request: HttpRequest): unknown {
  try {
    return JSON.parse(request.body);
  } catch {
    return undefined;
  }
}

/** User and password of a Basic Authorization header. */
export function basicCredentials(
  request: HttpRequest,
): { readonly user: string; readonly password: string } | undefined {
  const match = /^Basic (.+)$/i.exec(request.headers["authorization"] ?? "");
  if (match?.[1] === undefined) return undefined;
  const decoded = Buffer.from(match[1], "base64").toString("utf8");
  const colon = decoded.indexOf(":");
  return colon < 0 ? undefined : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}
