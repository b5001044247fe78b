/**
 * The broker's administrative addresses: basic authentication with the broker's own credentials, port 8889 on the router's
 * machine, 8888 through its haproxy. Statuses are peculiar (dingo.md §2.10): a record of the backup comes with 404, and 500
 * says both that an instance is not known and that the broker failed.
 */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { RecoverError } from "../../errors.js";
import type { BrokerAnswer, BrokerRecord, BrokerRecords } from "../../ports/broker-records.js";
import { printable } from "../../printable.js";
import type { Secrets } from "../../secrets.js";
import type { Dial } from "../network/dial.js";
import { dialedAgents, type HttpAgents } from "../network/http-agents.js";
import { recordIn } from "./answers.js";

export interface BrokerLogin {
  readonly username: string;
  readonly password: string;
}

export interface AdminRecordsOptions {
  /** Scheme, host and port. */
  readonly url: string;
  readonly dial: Dial;
  readonly secrets: Secrets;
  /** Fetched at the first call. */
  readonly login: () => Promise<BrokerLogin>;
  /** PEM; the system's authorities where absent. */
  readonly ca?: string;
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Real milliseconds. */
const TIMEOUT_MS = 30_000;
const LARGEST = 1024 * 1024;

export class AdminRecords implements BrokerRecords {
  readonly place: string;
  readonly #options: AdminRecordsOptions;
  readonly #agents: HttpAgents;
  #authorization: Promise<string> | undefined;

  constructor(options: AdminRecordsOptions) {
    this.place = options.url;
    this.#options = options;
    this.#agents = dialedAgents(options.dial, options.ca === undefined ? {} : { ca: options.ca });
  }

  async current(guid: string): Promise<BrokerAnswer> {
    const { status, body } = await this.#get(`/admin/service_instances/${encodeURIComponent(guid)}`);
    if (status === 404) return { unknown: "it has no address for records: that takes broker 0.8.1 or later" };
    if (status === 500) return { unknown: "it does not know the instance, or could not look it up (500)" };
    const record = status === 200 ? recordIn(body) : undefined;
    if (record === undefined || record.guid !== guid) throw this.#strange(status);
    return { record };
  }

  async named({ spaceGuid, name }: { readonly spaceGuid: string; readonly name: string }): Promise<BrokerAnswer> {
    const [space, service] = [spaceGuid, name].map(encodeURIComponent);
    const { status, body } = await this.#get(`/admin/spaces/${space}/clusterdata_backup_by_name/${service}`);
    if (status === 500) return { unknown: "it has no record of that name, or could not look it up (500)" };
    const record: BrokerRecord | undefined = status === 404 || status === 200 ? recordIn(body) : undefined;
    if (record === undefined && status === 404)
      return { unknown: "it has no address for records by name: that takes broker 0.10.0 or later" };
    if (record === undefined || record.name !== name || record.spaceGuid !== spaceGuid) throw this.#strange(status);
    return { record };
  }

  close(): void {
    this.#agents.destroy();
  }

  async #get(path: string): Promise<Answer> {
    this.#authorization ??= this.#logIn();
    const answer = await this.#exchange(path, await this.#authorization);
    if (answer.status === 401 || answer.status === 403)
      throw new RecoverError("access-denied", `"${this.place}" refused to be read (${answer.status})`, {
        remedy:
          "Use the broker's own credentials, which Cloud Controller has for it: broker.username and broker.password.",
        place: this.place,
        effect: "none",
      });
    if (answer.status === 429 || answer.status > 500) throw this.#unreachable(`it answered ${answer.status}`);
    return answer;
  }

  async #logIn(): Promise<string> {
    const { username, password } = await this.#options.login();
    return `Basic ${this.#options.secrets.register(Buffer.from(`${username}:${password}`).toString("base64"))}`;
  }

  #exchange(path: string, authorization: string): Promise<Answer> {
    const { url, signal } = this.#options;
    const [request, agent] = url.startsWith("https:")
      ? [httpsRequest, this.#agents.https]
      : [httpRequest, this.#agents.http];
    return new Promise((resolve, reject) => {
      const headers = { authorization, accept: "application/json" };
      const outgoing = request(url + path, { agent, headers, ...(signal && { signal }) }, (incoming) => {
        this.#read(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, body }), reject);
      });
      outgoing.setTimeout(TIMEOUT_MS, () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
      outgoing.on("error", (error) => reject(this.#explained(error)));
      outgoing.end();
    });
  }

  async #read(incoming: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of incoming as AsyncIterable<Buffer>) {
        length += chunk.length;
        if (length > LARGEST) throw this.#strange(incoming.statusCode ?? 0);
        chunks.push(chunk);
      }
    } catch (error) {
      throw this.#explained(error);
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  #explained(thrown: unknown): Error {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (error instanceof RecoverError || this.#options.signal?.aborted === true) return error;
    return this.#unreachable(error.message);
  }

  #unreachable(why: string): RecoverError {
    const told = printable(this.#options.secrets.mask(why)).slice(0, 300);
    return new RecoverError("unreachable", `"${this.place}" did not answer: ${told}`, {
      remedy: "Check the address of the broker and the network between here and there.",
      place: this.place,
      effect: "none",
    });
  }

  #strange(status: number): RecoverError {
    return new RecoverError(
      "answer-malformed",
      `what answers at "${this.place}" (${status}) is no record of a broker`,
      {
        remedy: "Check that the address is that of the Dingo PostgreSQL broker itself.",
        place: this.place,
        effect: "none",
      },
    );
  }
}
