/** The HTTP shell of the broker's administrative addresses, on loopback. */
import { type Fault, strike } from "../http/fault.js";
import type { HttpRequest } from "../http/message.js";
import { type Listen, serve } from "../http/server.js";
import { type BrokerAdminState, brokerAdminAnswer } from "./answers.js";

export interface BrokerAdminServer {
  readonly url: string;
  state: BrokerAdminState;
  /** Calls that change anything, or that no broker knows. */
  readonly strays: readonly string[];
  /** What strikes from now on. */
  readonly suffer: (faults: readonly Fault[]) => void;
  close(): Promise<void>;
}

export async function serveBrokerAdmin(state: BrokerAdminState, listen: Listen = {}): Promise<BrokerAdminServer> {
  let faults: readonly Fault[] = [];
  const strays: string[] = [];
  const own = { state };
  const server = await serve(
    {
      strike: ({ method, path }) => {
        const struck = strike(faults, method, path);
        faults = struck.faults;
        return struck.fault;
      },
      answer: (request) => {
        if (!isRead(request)) strays.push(`${request.method} ${request.path}`);
        return Promise.resolve(brokerAdminAnswer(own.state, request));
      },
    },
    listen,
  );
  return Object.assign(own, {
    url: server.url,
    strays,
    suffer: (next: readonly Fault[]) => {
      faults = next;
    },
    close: () => server.close(),
  });
}

const isRead = ({ method, path }: HttpRequest): boolean =>
  method === "GET" &&
  /^\/admin\/(?:service_instances\/[^/]+|spaces\/[^/]+\/clusterdata_backup_by_name\/[^/]+)$/.test(path);
