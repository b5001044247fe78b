/**
 * Requests to one director, authenticated as its `/info` says: Basic, or a bearer token of its UAA that is renewed once
 * when it is rejected. Answers that are tasks are followed to their end (cf-bosh.md §4.3).
 */
import { giveUp, type RecoverError, refuse } from "../../../errors.ts";
import type { Clock } from "../../../ports/clock.ts";
import type { Secrets } from "../../../kit/secrets/secrets.ts";
import { quoted } from "../../../kit/text/printable.ts";
import type { Dial } from "../../../kit/network/dial.ts";
import { HttpsClient, type HttpsRequest, type HttpsResponse } from "./https-client.ts";
import { authentication, directorInfo, failureText, parseJson, readAs, taskState, tokenAnswer } from "./answers.ts";

export interface DirectorSessionOptions {
  /** `10.0.0.10`, `10.0.0.10:25555` or `https://…`. */
  readonly environment: string;
  /** PEM. */
  readonly caCert?: string;
  readonly client: string;
  readonly clientSecret: string;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly requestTimeoutMs?: number;
  /** By the clock; agents that do not answer take 45 s each (cf-bosh.md §3.3). */
  readonly taskTimeoutMs?: number;
}

const DIRECTOR_PORT = "25555";
/** A task that only asks well agents is over in a fraction of a second; each further look comes later. */
const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 500;
const TASK_TIMEOUT_MS = 5 * 60_000;
const RUNNING = ["queued", "processing", "cancelling"];

export class DirectorSession {
  readonly #options: DirectorSessionOptions;
  readonly #http: HttpsClient;
  readonly #base: URL;
  #authorization: string | undefined;

  constructor(options: DirectorSessionOptions) {
    this.#options = options;
    this.#base = addressOf(options.environment);
    this.#http = new HttpsClient({
      dial: options.dial,
      ...(options.caCert === undefined ? {} : { ca: options.caCert }),
      ...(options.requestTimeoutMs === undefined ? {} : { timeoutMs: options.requestTimeoutMs }),
    });
    options.secrets.register(options.clientSecret);
    options.secrets.register(basic(options));
  }

  /** `GET /info` needs no log-in. */
  async info(): Promise<ReturnType<typeof directorInfo.parse>> {
    const response = await this.#http.send({ method: "GET", url: this.#url("/info") });
    if (response.status !== 200) throw failed(response, "/info");
    return readAs(directorInfo, parseJson(response.body, "/info"), "/info");
  }

  async getJson(path: string): Promise<unknown> {
    const response = await this.#send("GET", path);
    if (response.status !== 200) throw failed(response, path);
    return parseJson(response.body, path);
  }

  /** The result of the task that the answer redirects to. */
  async task(method: "GET" | "POST", path: string, body?: unknown): Promise<string> {
    const response = await this.#send(method, path, body);
    if (response.status !== 302) throw failed(response, path);
    const id = /\/tasks\/(\d+)$/.exec(response.location ?? "")?.[1];
    if (id === undefined) throw malformed(path, "redirects to no task");
    await this.#untilDone(id);
    const output = await this.#send("GET", `/tasks/${id}/output?type=result`);
    if (output.status !== 200) throw failed(output, `/tasks/${id}/output`);
    return output.body;
  }

  async #untilDone(id: string): Promise<void> {
    const { clock, taskTimeoutMs = TASK_TIMEOUT_MS } = this.#options;
    const end = clock.monotonicMs() + taskTimeoutMs;
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 2, LONGEST_POLL_MS)) {
      const task = readAs(taskState, await this.getJson(`/tasks/${id}`), `/tasks/${id}`);
      if (task.state === "done") return;
      if (!RUNNING.includes(task.state)) throw taskFailed(id, task);
      if (clock.monotonicMs() >= end) throw taskSlow(id, taskTimeoutMs);
      await clock.sleep(pause);
    }
  }

  async #send(method: "GET" | "POST", path: string, body?: unknown): Promise<HttpsResponse> {
    const first = await this.#http.send(await this.#request(method, path, body));
    if (first.status !== 401 || this.#authorization?.startsWith("Basic") === true) return first;
    // The token had expired: a refused request took no effect, so it is sent once more with a new one.
    this.#authorization = undefined;
    return await this.#http.send(await this.#request(method, path, body));
  }

  async #request(method: "GET" | "POST", path: string, body: unknown): Promise<HttpsRequest> {
    this.#authorization ??= await this.#authorize();
    const content = body === undefined ? {} : { "content-type": "application/json" };
    return {
      method,
      url: this.#url(path),
      headers: { authorization: this.#authorization, accept: "application/json", ...content },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
  }

  async #authorize(): Promise<string> {
    const info = await this.info();
    const kind = readAs(authentication, info.user_authentication ?? {}, "/info");
    return kind.type === "uaa" ? await this.#token(kind.options.url) : `Basic ${basic(this.#options)}`;
  }

  async #token(uaa: string): Promise<string> {
    const url = uaaAddress(uaa);
    const response = await this.#http.send({
      method: "POST",
      url,
      headers: { authorization: `Basic ${basic(this.#options)}`, "content-type": "application/x-www-form-urlencoded" },
      body: "grant_type=client_credentials",
    });
    if (response.status === 401 || response.status === 400) throw this.#refusedByUaa(url);
    if (response.status !== 200) throw failed(response, url.pathname);
    const { access_token, token_type } = readAs(tokenAnswer, parseJson(response.body, url.pathname), url.pathname);
    return `${token_type} ${this.#options.secrets.register(access_token)}`;
  }

  #refusedByUaa(url: URL): RecoverError {
    return refuse("not-logged-in", `the director's UAA refuses the client "${this.#options.client}"`)
      .at(url.host)
      .advise("Check BOSH_CLIENT and BOSH_CLIENT_SECRET.");
  }

  #url(path: string): URL {
    return new URL(path, this.#base);
  }
}

/** BOSH_ENVIRONMENT as the CLI takes it: a bare address means HTTPS at port 25555. */
function addressOf(environment: string): URL {
  const text = /^https?:\/\//.test(environment) ? environment : `https://${environment}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.protocol !== "https:") {
    throw refuse("config-invalid", `"${environment}" is no address of a BOSH director`)
      .at("bosh.environment")
      .advise("Set bosh.environment to its address, such as https://10.0.0.10:25555; directors speak HTTPS only.");
  }
  // A URL drops the port 443, which is never a director's by default.
  if (url.port === "" && !/:443(\/|$)/.test(text)) url.port = DIRECTOR_PORT;
  return url;
}

/** The secret goes to HTTPS only, even if an unauthenticated answer names another address. */
function uaaAddress(uaa: string): URL {
  const url = URL.canParse(uaa) ? new URL(`${uaa.replace(/(?<!\/)\/+$/, "")}/oauth/token`) : undefined;
  if (url === undefined || url.protocol !== "https:") throw malformed("/info", "names a UAA that is no HTTPS address");
  return url;
}

function basic({ client, clientSecret }: { readonly client: string; readonly clientSecret: string }): string {
  return Buffer.from(`${client}:${clientSecret}`).toString("base64");
}

export function failed({ status, body }: HttpsResponse, path: string): RecoverError {
  const said = failureText(body);
  const place = path.split("?")[0] ?? path;
  if (status === 401 || status === 403) {
    return refuse("access-denied", `the director refuses "${place}": ${said}`)
      .at(place)
      .advise(
        "Check BOSH_CLIENT and BOSH_CLIENT_SECRET; bosh.read is enough for looking, bosh.admin is needed for SSH.",
      );
  }
  if (status === 404) {
    return refuse("nothing-found", `the director knows no "${place}": ${said}`)
      .at(place)
      .advise('Compare with "bosh deployments"; set bosh.deployment in the configuration.');
  }
  if (status === 429 || status >= 500) {
    return giveUp("unreachable", `the director answered ${status} to "${place}": ${said}`)
      .at(place)
      .advise("Wait, then resume; look at the director if it stays so.");
  }
  return malformed(place, `has the status ${status}`);
}

export function malformed(place: string, why: string): RecoverError {
  return giveUp("answer-malformed", `the director's answer to "${place}" ${why}`)
    .at(place)
    .advise("Check that bosh.environment is the address of a BOSH director.");
}

/** An agent that is silent may answer again; anything else stays as it is. */
export function taskFailed(
  id: string,
  task: { readonly state: string; readonly result?: string | null | undefined },
): RecoverError {
  const said = task.result ?? "";
  const silent = /Timed out|timeout|unresponsive/i.test(said) || task.state === "timeout";
  return giveUp(
    silent ? "unreachable" : "step-failed",
    `the director's task ${id} ended as ${quoted(task.state)}: ${failureText(said)}`,
  )
    .at(`task ${id}`)
    .advise(`See "bosh task ${id} --debug".`);
}

export function taskSlow(id: string, timeoutMs: number): RecoverError {
  return giveUp("unreachable", `the director's task ${id} was not done within ${timeoutMs / 1000} s`)
    .at(`task ${id}`)
    .advise(`See "bosh task ${id}"; resume when it is done.`);
}
