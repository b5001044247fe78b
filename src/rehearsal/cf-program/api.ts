/** The Cloud Controller as the CLI speaks to it: bearer token, renewed when it is about to expire, and its retries. */
import { claimsOf } from "../http/token.ts";
import type { ConfigFile } from "./config-file.ts";
import { answerOf, CfFailure, CutAnswer, NoAnswer, statusFailure, TOKEN_DEAD } from "./failure.ts";
import { exchange, type Reply } from "./http.ts";

/** The CLI renews a token this long before its end. */
const MARGIN_MS = 5_000;
const RETRIES = 2;
const RETRIED = [500, 502, 503, 504];
const POLL_MS = 3_000;

export interface Resource {
  readonly guid: string;
  readonly name?: string;
  readonly [field: string]: unknown;
}

export class Api {
  readonly #file: ConfigFile;
  readonly #now: () => number;
  readonly #signal: AbortSignal | undefined;

  constructor(file: ConfigFile, now: () => number, signal?: AbortSignal) {
    this.#file = file;
    this.#now = now;
    this.#signal = signal;
  }

  /** Any status. Throws `NoAnswer` and `CutAnswer`. */
  async raw(method: string, path: string, body?: string): Promise<Reply> {
    const { Target } = this.#file.config;
    const url = /^https?:/.test(path) ? path : `${Target}/${path.replace(/^\/+/, "")}`;
    for (let left = method === "POST" ? 0 : RETRIES; ; left--) {
      const headers = await this.#authorization();
      try {
        const reply = await exchange({
          method,
          url,
          headers,
          signal: this.#signal,
          ...(body === undefined ? {} : { body }),
        });
        if (left === 0 || !RETRIED.includes(reply.status)) return reply;
      } catch (error) {
        if (left === 0 || error instanceof CutAnswer || !(error instanceof NoAnswer)) throw error;
      }
    }
  }

  async send(method: string, path: string, body?: unknown): Promise<Reply> {
    const reply = await this.raw(method, path, body === undefined ? undefined : JSON.stringify(body));
    if (reply.status >= 400) throw statusFailure(reply.status, reply.body);
    return reply;
  }

  /** The first resource that the filters find. A comma within a value is escaped twice, as the CLI does. */
  async find(path: string, filters: Readonly<Record<string, string>>): Promise<Resource | undefined> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(filters)) query.set(name, value.replaceAll(",", "%2C"));
    const reply = await this.send("GET", `${path}?${query.toString()}`);
    return (answerOf(reply.body) as { readonly resources: readonly Resource[] }).resources[0];
  }

  /** Waits while Cloud Controller works, not while the broker does. */
  async job(url: string | undefined): Promise<"complete" | "polling"> {
    if (url === undefined) return "complete";
    for (;;) {
      const reply = await this.send("GET", url);
      const job = answerOf(reply.body) as { guid: string; state: string; errors: readonly { detail?: string }[] };
      if (job.state === "COMPLETE") return "complete";
      if (job.state === "POLLING") return "polling";
      if (job.state === "FAILED") throw new CfFailure(`Job (${job.guid}) failed: ${job.errors[0]?.detail ?? ""}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Sends, and waits for the job that the answer names. */
  async finish(method: string, path: string, body?: unknown): Promise<"complete" | "polling"> {
    return await this.job((await this.send(method, path, body)).location);
  }

  async renew(): Promise<void> {
    const { RefreshToken, UaaEndpoint } = this.#file.config;
    const form = new URLSearchParams({ grant_type: "refresh_token", refresh_token: RefreshToken });
    const tokens = await askForToken(UaaEndpoint, form);
    if (tokens === undefined) throw new CfFailure(TOKEN_DEAD);
    this.#file.change({ AccessToken: `bearer ${tokens.access}`, RefreshToken: tokens.refresh });
  }

  /** Milliseconds of the epoch at which the access token ends. */
  get expiry(): number {
    const { exp } = claimsOf(this.#file.config.AccessToken);
    return typeof exp === "number" ? exp * 1000 : 0;
  }

  get expired(): boolean {
    return this.expiry <= this.#now();
  }

  async #authorization(): Promise<Record<string, string>> {
    if (this.#file.config.AccessToken === "") return {};
    if (this.expiry - this.#now() < MARGIN_MS) await this.renew();
    return { authorization: this.#file.config.AccessToken };
  }
}

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** Undefined if the UAA refuses. */
export async function askForToken(uaa: string, form: URLSearchParams): Promise<Tokens | undefined> {
  const url = `${uaa}/oauth/token`;
  const byClient = form.get("grant_type") === "client_credentials";
  const basic = byClient ? {} : { authorization: `Basic ${Buffer.from("cf:").toString("base64")}` };
  const headers = { "content-type": "application/x-www-form-urlencoded", ...basic };
  const reply = await exchange({ method: "POST", url, headers, body: form.toString() });
  if (reply.status === 401) return undefined;
  if (reply.status >= 400) throw new CfFailure(`Error Code: ${reply.status}\nRaw Response: ${reply.body}`);
  const answer = answerOf(reply.body) as { readonly access_token: string; readonly refresh_token?: string };
  return { access: answer.access_token, refresh: answer.refresh_token ?? "" };
}
