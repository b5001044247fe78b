/** Ends of a command: the real CLI prints FAILED on stdout and its sentence on stderr (cf-bosh.md §1.2). */
export class CfFailure extends Error {
  readonly sentence: string;
  readonly code: number;

  constructor(sentence: string, code = 1) {
    super(sentence);
    this.sentence = sentence;
    this.code = code;
  }
}

/** The connection gave no HTTP answer: nil in the real CLI, whose `curl --fail` then panics. */
export class NoAnswer extends CfFailure {}

/** Headers came, the body broke off. */
export class CutAnswer extends CfFailure {
  readonly status: number;

  constructor(status: number) {
    super("unexpected EOF");
    this.status = status;
  }
}

export const TOKEN_DEAD =
  "The token expired, was revoked, or the token ID is incorrect. Please log back in to re-authenticate.";

const PROXY_TIP =
  "TIP: If you are behind a firewall and require an HTTP proxy, verify the https_proxy environment variable is correctly set. Else, check your network connection.";

export function requestError(method: string, url: string, why: string): NoAnswer {
  const verb = method.slice(0, 1) + method.slice(1).toLowerCase();
  return new NoAnswer(`Request error: ${verb} "${url}": ${why}\n${PROXY_TIP}`);
}

/** A body in Go's words if it is not JSON (encoding/json, scanner.go). */
export function answerOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    const first = body.trimStart().slice(0, 1);
    const begins = first === "" || '{["-0123456789tfn'.includes(first);
    throw new CfFailure(
      begins ? "unexpected end of JSON input" : `invalid character '${first}' looking for beginning of value`,
    );
  }
}

interface ErrorBody {
  readonly errors?: readonly { readonly code?: number; readonly title?: string; readonly detail?: string }[];
}

/** The CLI's failure for an HTTP status ≥ 400 (api/cloudcontroller/ccv3/errors.go of 8.18.3). */
export function statusFailure(status: number, body: string): CfFailure {
  const first = firstError(body);
  if (status >= 500 && status !== 503) return unexpected(status, `Code: 0, Title: , Detail: ${body}`);
  if (first === undefined) return unexpected(status, `Code: 0, Title: , Detail: ${body}`);
  if ([400, 401, 403, 404, 422, 503].includes(status)) return new CfFailure(first.detail ?? "");
  if (first.title === "CF-AsyncServiceInstanceOperationInProgress") return new CfFailure(first.detail ?? "");
  return unexpected(status, `Code: ${first.code}, Title: ${first.title}, Detail: ${first.detail}`);
}

function unexpected(status: number, detail: string): CfFailure {
  return new CfFailure(`Unexpected Response\nResponse Code: ${status}\n${detail}`);
}

function firstError(body: string): NonNullable<ErrorBody["errors"]>[number] | undefined {
  try {
    return (JSON.parse(body) as ErrorBody).errors?.[0];
  } catch {
    return undefined;
  }
}
