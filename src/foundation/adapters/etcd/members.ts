/**
 * How many nodes an instance has now: `/service/GUID/members` of etcd's v2 API, asked from here (dingo.md §4; members
 * that do not renew themselves expire after 30 s). A recovery asks etcd on a cell instead; a survey opens no cell.
 *
 * Errors: `unreachable`, `answer-malformed`. Only 404 with errorCode 100 is an instance without members.
 */
import { get } from "node:http";
import { z } from "zod";
import { type RecoverError, refuse } from "../../../errors.ts";
import { jsonOf } from "../../../kit/json.ts";
import type { Dialer } from "../../../ports/dialer.ts";
import { dialedAgents, straight } from "../../../kit/network/http-agents.ts";

const KEY_NOT_FOUND = 100;
const TIMEOUT_MS = 10_000;
/** A list of members has a few hundred bytes each. */
const LARGEST = 1024 * 1024;

const directory = z.object({ node: z.object({ dir: z.literal(true), nodes: z.array(z.unknown()).optional() }) });
const refusal = z.object({ errorCode: z.number() });

export interface MembersOptions {
  /** HOST:PORT */
  readonly etcd: string;
  readonly dialer: Dialer;
  readonly timeoutMs?: number;
}

export class EtcdMembers {
  readonly #options: MembersOptions;
  readonly #agents: ReturnType<typeof dialedAgents>;

  constructor(options: MembersOptions) {
    this.#options = options;
    this.#agents = dialedAgents(straight(options.dialer));
  }

  async count(guid: string): Promise<number> {
    const url = `http://${this.#options.etcd}/v2/keys/service/${encodeURIComponent(guid)}/members`;
    const { status, text } = await this.#get(url);
    const answer = jsonOf(text);
    if (status === 404 && refusal.safeParse(answer).data?.errorCode === KEY_NOT_FOUND) return 0;
    const found = status === 200 ? directory.safeParse(answer).data : undefined;
    if (found === undefined)
      throw refuse("answer-malformed", `etcd's answer (${status}) is no list of members`)
        .at(url)
        .advise("Look at etcd.url in the configuration: it names etcd's v2 API.");
    return found.node.nodes?.length ?? 0;
  }

  close(): void {
    this.#agents.destroy();
  }

  async #get(url: string): Promise<{ readonly status: number; readonly text: string }> {
    return await new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(this.#options.timeoutMs ?? TIMEOUT_MS);
      const fail = (cause: unknown): void => reject(unreachable(url, cause));
      get(url, { agent: this.#agents.http, signal }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
          if (text.length > LARGEST) response.destroy(new Error("the answer is too long"));
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.on("error", fail);
      }).on("error", fail);
    });
  }
}

function unreachable(place: string, cause: unknown): RecoverError {
  const why = cause instanceof Error ? cause.message : "no answer came";
  return refuse("unreachable", `etcd does not answer: ${why}`)
    .at(place)
    .advise("Look at etcd.url in the configuration; leave it out if etcd cannot be reached from here.", cause);
}
