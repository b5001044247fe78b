/** Trouble of single requests on the way to a stand-in: which of them it strikes, how, and how often. */
import type { ServerResponse } from "node:http";
import { type Answered, CLEAR, type HttpCall, type Passage, send } from "../../src/rehearsal/passage.ts";

export interface Fault {
  /** `METHOD /path`; `*` stands for any method, or at the end of the path for any rest. Queries do not matter. */
  readonly match: string;
  readonly kind: "hold" | "status" | "cut" | "delay";
  /** Whether the request takes effect first: then the answer is lost, and the deed is done. Default: before. */
  readonly when?: "before" | "after";
  /** Requests that it still strikes; absent: for ever. */
  readonly times?: number;
  /** Matching requests that pass first. */
  readonly skip?: number;
  /** Of `status`. */
  readonly status?: number;
  readonly body?: string;
  /** Of `delay`. */
  readonly delayMs?: number;
}

export class FaultyWay {
  #faults: Fault[] = [];
  #waiting: (() => void)[] = [];
  #watchers: (() => void)[] = [];

  /** Replaces the faults that strike from now on. */
  suffer(...faults: readonly Fault[]): void {
    this.#faults = [...faults];
  }

  add(fault: Fault): void {
    this.#faults.push(fault);
  }

  readonly passage: Passage = { ...CLEAR, http: (call, outgoing, answer) => this.#carry(call, outgoing, answer) };

  /** Resolves as soon as a request is held open. */
  untilHeld(): Promise<void> {
    return this.#waiting.length > 0 ? Promise.resolve() : new Promise((resolve) => this.#watchers.push(resolve));
  }

  /** Lets go of every held request. A client that went away before its effect has none. */
  release(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  async #carry(call: HttpCall, outgoing: ServerResponse, answer: () => Promise<Answered>): Promise<void> {
    const fault = this.#strike(call);
    const done = fault?.when === "after" ? await answer() : undefined;
    if (fault !== undefined && !(await this.#passes(fault, outgoing, done))) return;
    send(outgoing, done ?? (await answer()));
  }

  #strike({ operation }: HttpCall): Fault | undefined {
    const at = this.#faults.findIndex(({ match }) => matches(match, operation));
    const found = this.#faults[at];
    if (found === undefined) return undefined;
    const { skip = 0, times = Infinity } = found;
    const left = skip > 0 ? { ...found, skip: skip - 1 } : { ...found, times: times - 1 };
    this.#faults.splice(at, 1, ...(left.times === 0 ? [] : [left]));
    return skip > 0 ? undefined : found;
  }

  /** Whether the exchange goes on after the fault, with somebody left to be served. */
  async #passes(fault: Fault, outgoing: ServerResponse, done: Answered | undefined): Promise<boolean> {
    switch (fault.kind) {
      case "status":
        outgoing.writeHead(fault.status ?? 500, { "content-type": "application/json" }).end(fault.body ?? "{}");
        return false;
      case "cut":
        if (done === undefined) outgoing.destroy();
        else cut(outgoing, done);
        return false;
      case "delay":
        await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 0));
        break;
      case "hold":
        await new Promise<void>((resolve) => {
          this.#waiting.push(resolve);
          for (const seen of this.#watchers.splice(0)) seen();
        });
    }
    return !(outgoing.destroyed || outgoing.socket === null || outgoing.socket.destroyed);
  }
}

/** The answer says how long it is, and ends before. */
export function cut(outgoing: ServerResponse, { status, headers, body }: Answered): void {
  const whole = Buffer.from(body);
  // Without a body the whole answer is lost.
  if (whole.length === 0) return void outgoing.destroy();
  outgoing.writeHead(status, { ...headers, "content-length": String(whole.length) });
  outgoing.write(whole.subarray(0, Math.floor(whole.length / 2)), () => outgoing.destroy());
}

/** `operation` has no blank between method and path. */
function matches(pattern: string, operation: string): boolean {
  const [verb = "*", wanted = "*"] = pattern.split(" ", 2);
  const path = operation.slice(operation.indexOf("/"));
  if (verb !== "*" && `${verb}${path}` !== operation) return false;
  return wanted.endsWith("*") ? path.startsWith(wanted.slice(0, -1)) : path === wanted;
}
