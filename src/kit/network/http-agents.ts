/**
 * HTTP and HTTPS for the director, S3 and log stores, either straight or through the one gateway hop. The far end of
 * the hop looks up the names in URLs.
 */
import type { Agent as HttpAgent } from "node:http";
import type { Agent as HttpsAgent } from "node:https";
import type { Dialer } from "../../ports/dialer.ts";
import type { Dial } from "./dial.ts";
import { httpAgent, httpsAgent } from "./dialed-agents.ts";

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
