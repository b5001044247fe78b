/**
 * Reads of the v3 API through `cf curl --fail`. The CLI's traps (seen with 8.18.3): without `--fail` a broken connection
 * is exit 0 with nothing on stdout; with it an answer cut in its body is "error: 200", and no answer at all is a panic.
 */
import { quote } from "../../../kit/commands/shell-quote.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import type { ProgramResult } from "../../../kit/spawn/spawn.ts";
import { failureError, failureOf } from "./failure.ts";
import type { CfSession } from "./session.ts";

/** Values by filter name; list values are joined by commas and escaped twice if a comma could be meant. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

const PER_PAGE = "1000";
/** Characters of all pages of a list. A service instance has some two thousand, and a large foundation 100,000 of them. */
const LONGEST_LIST = 512 * 1024 * 1024;
const HTTP_ERROR = 22;
const RESOURCE_NOT_FOUND = 10010;

interface Answer {
  /** Undefined if Cloud Controller says that there is no such resource. */
  readonly document: unknown;
  /** Characters. */
  readonly length: number;
}

export class CfReader {
  readonly #session: CfSession;
  readonly #longestList: number;

  constructor(session: CfSession, longestList = LONGEST_LIST) {
    this.#session = session;
    this.#longestList = longestList;
  }

  /** One document. Undefined only if Cloud Controller itself says that there is no such resource. */
  async get(path: string): Promise<unknown> {
    return (await this.#read(path)).document;
  }

  async #read(path: string): Promise<Answer> {
    const first = await this.#curl(path);
    if (first !== "token") return first;
    await this.#session.logInAgain();
    const second = await this.#curl(path);
    if (second !== "token") return second;
    throw refuse("not-logged-in", "Cloud Foundry rejects the token of a fresh log-in")
      .at(path)
      .advise('Try "cf login" and "cf oauth-token" by hand.');
  }

  /** All resources of all pages, each once. A page that is missing, comes again or does not add up is an error. */
  async list(path: string, query: Query): Promise<readonly unknown[]> {
    const found = new Map<string, unknown>();
    let next: string | undefined = `${path}?${queryText({ ...query, per_page: PER_PAGE })}`;
    let total = 0;
    for (let length = 0; next !== undefined; ) {
      const answer = await this.#read(next);
      length += answer.length;
      if (length > this.#longestList)
        throw malformed(path, `is longer than the ${this.#longestList} characters that are read`);
      const page = readPage(answer.document, next);
      const before = found.size;
      for (const resource of page.resources) found.set(guidOf(resource, path), resource);
      if (page.next !== undefined && found.size === before)
        throw malformed(path, "has a page without a new resource, and goes on");
      total = page.total;
      next = page.next;
    }
    if (found.size >= total) return [...found.values()];
    throw refuse("answer-incomplete", `"${path}" listed ${found.size} of ${total} resources`)
      .at(path)
      .advise("Try again: the list may have changed while it was read.");
  }

  async #curl(path: string): Promise<Answer | "token"> {
    const result = await this.#session.run(["curl", "--fail", path]);
    if (result.code === 0) return { document: parse(result.stdout, path), length: result.stdout.length };
    if (result.code === HTTP_ERROR) return await this.#refused(path, result);
    if (failureOf(result) === "token") return "token";
    return await this.#unanswered(path, result);
  }

  /** An HTTP status; a 404 counts as absence only with Cloud Controller's own code: a router says 404 too. */
  async #refused(path: string, result: ProgramResult): Promise<Answer | "token"> {
    const status = Number(/returned error: (\d{3})/.exec(result.stderr)?.[1] ?? "0");
    if (status === 401) return "token";
    if (status === 404 && (await this.#errorCode(path)) === RESOURCE_NOT_FOUND)
      return { document: undefined, length: 0 };
    const [code, remedy] = meaning(status);
    throw refuse(code, `Cloud Foundry answered ${status} to "${this.#session.mask(path)}"`)
      .at(path)
      .advise(remedy);
  }

  async #errorCode(path: string): Promise<number | undefined> {
    const { stdout } = await this.#session.run(["curl", path]);
    try {
      const { errors } = JSON.parse(stdout) as { readonly errors?: readonly { readonly code?: number }[] };
      return errors?.[0]?.code;
    } catch {
      return undefined;
    }
  }

  /** No HTTP answer. Whether it was the UAA that refused to renew the token is told by asking for one. */
  async #unanswered(path: string, result: ProgramResult): Promise<"token"> {
    const token = await this.#session.run(["oauth-token"]);
    if (token.code !== 0 && failureOf(token) === "token") return "token";
    const told = token.code === 0 ? { ...result, stdout: "", stderr: "no answer came" } : token;
    const mask = (text: string): string => this.#session.mask(text);
    throw failureError("unreachable", {
      command: quote(["cf", "curl", path.split("?")[0] ?? path]),
      result: told,
      mask,
      effect: "none",
    });
  }
}

function meaning(
  status: number,
): readonly ["access-denied" | "unreachable" | "answer-incomplete" | "answer-malformed", string] {
  if (status === 403)
    return ["access-denied", "Log in as a user who may read it: cloud_controller.admin_read_only is enough."];
  if (status === 200) return ["answer-incomplete", "The connection broke in the middle of the answer: try again."];
  if (status === 404)
    return ["unreachable", "Something between here and Cloud Controller answered: check the API address."];
  if (status === 429 || status >= 500)
    return ["unreachable", "Cloud Foundry is busy or in trouble: wait, then resume."];
  return ["answer-malformed", "Cloud Foundry does not understand the request: compare its API version (cf api)."];
}

function parse(text: string, path: string): unknown {
  if (text.trim() === "") {
    throw refuse("answer-incomplete", `nothing came back for "${path}"`)
      .at(path)
      .advise("Try again; look at the network between here and the API.");
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(path, "is not JSON", cause);
  }
}

interface Page {
  readonly resources: readonly unknown[];
  readonly total: number;
  readonly next: string | undefined;
}

function readPage(document: unknown, path: string): Page {
  const page = (document ?? {}) as {
    readonly resources?: unknown;
    readonly pagination?: { readonly total_results?: unknown; readonly next?: { readonly href?: string } | null };
  };
  const total = page.pagination?.total_results;
  if (!Array.isArray(page.resources) || typeof total !== "number") throw malformed(path, "is no page of a list");
  const href = page.pagination?.next?.href;
  return { resources: page.resources, total, next: href === undefined ? undefined : localPath(href, path) };
}

/** Only path and query of a link count: the CLI adds the address that we logged in to. */
function localPath(href: string, path: string): string {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url === undefined || !url.pathname.startsWith("/v3/"))
    throw malformed(path, "names a next page that is no v3 address");
  return `${url.pathname}${url.search}`;
}

function guidOf(resource: unknown, path: string): string {
  const guid = (resource as { readonly guid?: unknown } | null)?.guid;
  if (typeof guid !== "string") throw malformed(path, "holds a resource without a GUID");
  return guid;
}

function queryText(query: Query): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(listText(value))}`)
    .join("&");
}

/** Items are unescaped once more behind the first decoding, so that a comma within one is escaped twice (cf-bosh.md §1.5). */
function listText(value: string | readonly string[]): string {
  return typeof value === "string" ? value : value.map(encodeURIComponent).join(",");
}

export function malformed(place: string, why: string, cause?: unknown): RecoverError {
  return refuse("answer-malformed", `the answer to "${place}" ${why}`)
    .at(place)
    .advise(
      `Look at it with "${quote(["cf", "curl", place])}"; a proxy may have answered, or the API is of another version.`,
      cause,
    );
}
