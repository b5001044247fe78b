/**
 * HTTP and HTTPS for the director, S3 and log stores, either straight or through the one gateway hop. The far end of
 * the hop looks up the names in URLs.
 */
import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs } from "node:http";
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from "node:https";
import type { Dialer } from "../../ports/dialer.ts";
import type { Dial } from "./dial.ts";
import { isIP, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type ConnectionOptions, createSecureContext, type SecureContext } from "node:tls";
import { ForwardedSocket } from "./forwarded-socket.ts";

export interface HttpAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** Closes idle connections. */
  destroy(): void;
}

export interface TlsTrust {
  /** PEM. The system's own authorities count if absent. */
  readonly ca?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface AgentTerms {
  /** Default: connections are kept for the next request. */
  readonly keepAlive?: boolean;
  /** At once to one place. Default: as many as there are requests. */
  readonly maxSockets?: number;
}

/** Each agent is made for its first request. */
export function dialedAgents(dial: Dial, trust: TlsTrust = {}, terms: AgentTerms = {}): HttpAgents {
  const options = { keepAlive: true, ...terms };
  let http: HttpAgent | undefined;
  let https: HttpsAgent | undefined;
  return {
    get http() {
      http ??= httpAgent(dial, options);
      return http;
    },
    get https() {
      // Said here, it counts before NODE_TLS_REJECT_UNAUTHORIZED, which would turn the check off for all without a word.
      https ??= httpsAgent(dial, { ...options, rejectUnauthorized: true, ...trust });
      return https;
    },
    destroy: () => {
      http?.destroy();
      https?.destroy();
    },
  };
}

/** The way for traffic that does not take the gateway. */
export function straight(dialer: Dialer): Dial {
  return (host, port) => dialer.connect(host, port);
}

/**
 * Time after which an unused connection is closed. It is shorter than a server's: through a gateway the server's close
 * may never be seen here, and a later request would wait for nothing (Node's servers close after 5 s).
 */
const IDLE_MS = 2_000;

const httpAgent = (dial: Dial, options: AgentOptions): HttpAgent => endingIdle(new DialedHttpAgent(dial, options));

const httpsAgent = (dial: Dial, options: HttpsAgentOptions): HttpsAgent =>
  endingIdle(new DialedHttpsAgent(dial, options));

type Opened = (error: Error | null, stream: Duplex) => void;

/** The agent ends what nobody uses any more. */
function endingIdle<A extends HttpAgent>(agent: A): A {
  const ends = new WeakMap<Duplex, NodeJS.Timeout>();
  const keep = agent.keepSocketAlive.bind(agent);
  const reuse = agent.reuseSocket.bind(agent);
  agent.keepSocketAlive = (stream) => {
    // It answers whether the connection is kept, which its types do not say.
    const kept: unknown = keep(stream);
    if (kept !== false) ends.set(stream, setTimeout(() => stream.destroy(), IDLE_MS).unref());
    return kept as undefined;
  };
  agent.reuseSocket = (stream, request) => {
    clearTimeout(ends.get(stream));
    reuse(stream, request);
  };
  return agent;
}

class DialedHttpAgent extends HttpAgent {
  readonly #dial: Dial;

  constructor(dial: Dial, options: AgentOptions) {
    super(options);
    this.#dial = dial;
  }

  override createConnection(options: ClientRequestArgs, opened?: Opened): undefined {
    openSocket(this.#dial, options).then((socket) => opened?.(null, socket), failed(opened));
  }
}

class DialedHttpsAgent extends HttpsAgent {
  readonly #dial: Dial;
  /** Made once: reading the authorities costs more than a request. */
  #trusted: SecureContext | undefined;

  constructor(dial: Dial, options: HttpsAgentOptions) {
    super(options);
    this.#dial = dial;
  }

  override createConnection(options: ClientRequestArgs & ConnectionOptions, opened?: Opened): undefined {
    const secure = (socket: Duplex): void => {
      const host = options.servername ?? options.host ?? "";
      this.#trusted ??= createSecureContext(options.ca === undefined ? {} : { ca: options.ca });
      const secureContext = this.#trusted;
      opened?.(null, connect({ ...options, secureContext, socket, servername: isIP(host) === 0 ? host : "" }));
    };
    openSocket(this.#dial, options).then(secure, failed(opened));
  }
}

async function openSocket(dial: Dial, options: ClientRequestArgs): Promise<Duplex> {
  const stream = await dial(unbracketed(options.host ?? "localhost"), Number(options.port));
  return stream instanceof Socket ? stream : new ForwardedSocket(stream);
}

function failed(opened: Opened | undefined): (error: Error) => void {
  // Node reads the second argument only if there is no error.
  return (error) => (opened as ((error: Error) => void) | undefined)?.(error);
}

function unbracketed(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
