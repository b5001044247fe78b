/**
 * The places that a call passes on its way to a system of the box and back. They are empty, but tests can put trouble
 * there.
 */
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Broker } from "./cloud-controller/broker.ts";
import type { Ended } from "./ended.ts";

export interface Answered {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

export interface HttpCall {
  readonly system: "cf" | "uaa" | "director" | "s3" | "log-store";
  /** `CopyObject` of S3, of all others method and path. */
  readonly operation: string;
}

/** A command's end; `lost`: the connection is gone before its exit code has come. */
export interface CommandEnd extends Ended {
  readonly lost?: boolean;
}

type Maybe<T> = Promise<T | undefined> | T | undefined;

/** `answer` and `work` let a call take effect. */
export interface Passage {
  /** Writes the result of a call. */
  http(call: HttpCall, outgoing: ServerResponse, answer: () => Promise<Answered>): Promise<void>;
  /** Whether the gateway lets somebody through to an address. */
  gateway(address: string, hangUp: () => void): Promise<boolean>;
  command(line: string, work: () => Promise<Ended>): Promise<CommandEnd>;
  /** By curl on a cell; undefined if nobody's adapter calls it like that. */
  curl(system: "etcd" | "patroni", method: string, work: () => Ended | undefined): Maybe<Ended>;
  /** Between Cloud Controller and it. */
  broker(broker: Broker): Broker;
}

export const CLEAR: Passage = {
  http: async (_call, outgoing, answer) => send(outgoing, await answer()),
  gateway: () => Promise.resolve(true),
  command: (_line, work) => work(),
  curl: (_system, _method, work) => work(),
  broker: (broker) => broker,
};

export function send(outgoing: ServerResponse, { status, headers, body }: Answered): void {
  outgoing.writeHead(status, headers).end(body);
}
