/**
 * HTTP and HTTPS for the director, S3 and log stores over whatever way leads there: straight, or through the one
 * gateway hop. The names in URLs are looked up at the far end of the hop.
 */
import { type ClientRequest, Agent as HttpAgent, type ClientRequestArgs } from "node:http";
import { Agent as HttpsAgent, type AgentOptions } from "node:https";
import { isIP, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { connect, type ConnectionOptions, createSecureContext, type SecureContext } from "node:tls";
import type { Dialer } from "../../ports/dialer.js";
import type { Dial } from "./dial.js";
import { ForwardedSocket } from "./forwarded-socket.js";

export interface HttpAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  /** Closes idle connections. */
  destroy(): void;
}

export interface TlsTrust {
  /** PEM. The system's own authorities count where absent. */
  readonly ca?: string;
  readonly rejectUnauthorized?: boolean;
}

/**
 * How long an unused connection is kept. Shorter than any server's own patience: through a gateway the server's close
 * may never be seen here, and a request on such a connection waits for nothing (Node's servers close after 5 s).
 */
const IDLE_MS = 2_000;

type Opened = (error: Error | null, stream: Duplex) => void;

/** Connections are kept for the next request unless told otherwise. */
export function dialedAgents(dial: Dial, trust: TlsTrust = {}, { keepAlive } = { keepAlive: true }): HttpAgents {
  const http = new DialedHttpAgent(dial, keepAlive);
  // Said here, it counts before NODE_TLS_REJECT_UNAUTHORIZED, which would turn the check off for all without a word.
  const https = new DialedHttpsAgent(dial, { keepAlive, rejectUnauthorized: true, ...trust });
  return {
    http,
    https,
    destroy: () => {
      http.destroy();
      https.destroy();
    },
  };
}

/** The way for traffic that does not take the gateway. */
export function straight(dialer: Dialer): Dial {
  return (host, port) => dialer.connect(host, port);
}

/** Ends what nobody uses any more. */
class IdleConnections {
  readonly #ends = new WeakMap<Duplex, NodeJS.Timeout>();

  left(stream: Duplex): void {
    this.#ends.set(stream, setTimeout(() => stream.destroy(), IDLE_MS).unref());
  }

  taken(stream: Duplex): void {
    clearTimeout(this.#ends.get(stream));
  }
}

class DialedHttpAgent extends HttpAgent {
  readonly #dial: Dial;
  readonly #idle = new IdleConnections();

  constructor(dial: Dial, keepAlive: boolean) {
    super({ keepAlive });
    this.#dial = dial;
  }

  override createConnection(options: ClientRequestArgs, opened?: Opened): undefined {
    openSocket(this.#dial, options).then((socket) => opened?.(null, socket), failed(opened));
  }

  override keepSocketAlive(stream: Duplex): void {
    const kept: unknown = super.keepSocketAlive(stream);
    if (kept !== false) this.#idle.left(stream);
    return kept as undefined;
  }

  override reuseSocket(stream: Duplex, request: ClientRequest): void {
    this.#idle.taken(stream);
    super.reuseSocket(stream, request);
  }
}

class DialedHttpsAgent extends HttpsAgent {
  readonly #dial: Dial;
  readonly #idle = new IdleConnections();
  /** Made once: reading the authorities costs more than a request. */
  #trusted: SecureContext | undefined;

  constructor(dial: Dial, options: AgentOptions) {
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

  override keepSocketAlive(stream: Duplex): void {
    const kept: unknown = super.keepSocketAlive(stream);
    if (kept !== false) this.#idle.left(stream);
    return kept as undefined;
  }

  override reuseSocket(stream: Duplex, request: ClientRequest): void {
    this.#idle.taken(stream);
    super.reuseSocket(stream, request);
  }
}

async function openSocket(dial: Dial, options: ClientRequestArgs): Promise<Duplex> {
  const stream = await dial(unbracketed(options.host ?? "localhost"), Number(options.port));
  return stream instanceof Socket ? stream : new ForwardedSocket(stream);
}

function failed(opened: Opened | undefined): (error: Error) => void {
  // Node reads the second argument only where there is no error.
  return (error) => (opened as ((error: Error) => void) | undefined)?.(error);
}

function unbracketed(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}
