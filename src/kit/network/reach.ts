/** Asks a place for a first answer, straight or through a hop: no credentials, nothing that names us. */
import { type ClientRequest, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { RecoverError, refuse } from "../../errors.ts";
import { printable } from "../text/printable.ts";
import type { Dial } from "./dial.ts";
import { dialedAgents, type TlsTrust } from "./http-agents.ts";
import { isUntrustedCertificate } from "./certificate.ts";

export interface ReachOptions {
  readonly dial: Dial;
  readonly trust?: TlsTrust;
  /** Real milliseconds. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 20_000;
/** An identification is 255 bytes at most; lines may come before it (RFC 4253, 4.2). */
const MOST_BYTES = 8 * 1024;

export class AddressReach {
  readonly #options: ReachOptions;

  constructor(options: ReachOptions) {
    this.#options = options;
  }

  /** Errors: `unreachable`, `host-key-mismatch`. */
  async http(url: string): Promise<{ readonly status: number; readonly date: Date | undefined }> {
    const { dial, trust, timeoutMs = TIMEOUT_MS } = this.#options;
    const agents = dialedAgents(dial, trust ?? {}, { keepAlive: false });
    const address = new URL(url);
    const secure = address.protocol === "https:";
    const options = { method: "GET", agent: secure ? agents.https : agents.http };
    let sent: ClientRequest | undefined;
    const timer = setTimeout(() => sent?.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    try {
      return await new Promise((resolve, reject) => {
        sent = (secure ? httpsRequest : httpRequest)(address, options, (answer) => {
          answer.resume().on("error", () => undefined);
          resolve({ status: answer.statusCode ?? 0, date: dateOf(answer.headers.date) });
        });
        sent.once("error", (cause) => reject(refused(address.host, cause)));
        sent.end();
      });
    } finally {
      clearTimeout(timer);
      agents.destroy();
    }
  }

  /** Errors: `unreachable`, `answer-malformed`. */
  async ssh(host: string, port: number): Promise<string> {
    const { dial, timeoutMs = TIMEOUT_MS } = this.#options;
    const stream = await dial(host, port);
    const timer = setTimeout(() => stream.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    let said = "";
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        said += chunk.toString("latin1");
        const found = /^SSH-[\d.]+-([^\r\n]*)\r?\n/mu.exec(said)?.[1];
        if (found !== undefined) return printable(found);
        if (said.length > MOST_BYTES) break;
      }
    } catch (cause) {
      throw refused(`${host}:${port}`, cause instanceof Error ? cause : new Error(String(cause)));
    } finally {
      clearTimeout(timer);
      stream.destroy();
    }
    throw refuse("answer-malformed", `what answers at "${host}:${port}" is no server of SSH`)
      .at(`${host}:${port}`)
      .advise("Check the address; something else may listen there.");
  }
}

/** RFC 9110, 6.6.1. */
function dateOf(text: string | undefined): Date | undefined {
  const at = new Date(text ?? "");
  return Number.isNaN(at.getTime()) ? undefined : at;
}

function refused(place: string, cause: Error): RecoverError {
  if (cause instanceof RecoverError) return cause;
  if (isUntrustedCertificate(cause))
    return refuse("host-key-mismatch", `the certificate of "${place}" is not trusted: ${cause.message}`)
      .at(place)
      .advise("Name the authority that signed it, or have the certificate mended.", cause);
  return refuse("unreachable", `"${place}" does not answer: ${cause.message}`)
    .at(place)
    .advise("Check the address, the gateway and the firewall between here and there.", cause);
}
