/** One POST of a JSON document to an address that somebody listens at. It is sent once; whoever sends it says where it failed. */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { RecoverError } from "../../errors.js";
import type { HttpAgents } from "../network/http-agents.js";

export interface Delivery {
  /** http or https; it may be a secret, and stands in no message. */
  readonly url: string;
  readonly document: object;
  readonly agents: HttpAgents;
  /** Milliseconds until the whole head of the answer is there, however slowly it comes. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 20_000;

/** Errors: `unreachable`, `access-denied` for 401 and 403, `answer-malformed` for every other answer but 2xx. */
export async function deliver({ url, document, agents, patienceMs = PATIENCE_MS }: Delivery): Promise<void> {
  const address = new URL(url);
  const body = JSON.stringify(document);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const secure = address.protocol === "https:";
  const options = { method: "POST", headers, agent: secure ? agents.https : agents.http };
  const status = await new Promise<number>((resolve, reject) => {
    const sent = (secure ? httpsRequest : httpRequest)(address, options, (answer) => {
      answer.resume().on("error", () => undefined);
      resolve(answer.statusCode ?? 0);
    });
    const late = setTimeout(() => sent.destroy(new Error("no answer in time")), patienceMs);
    sent.once("response", () => clearTimeout(late)).once("close", () => clearTimeout(late));
    sent.once("error", (cause) => reject(refused("unreachable", `${address.host} does not answer`, cause)));
    sent.end(body);
  });
  if (status >= 200 && status < 300) return;
  throw refused(
    status === 401 || status === 403 ? "access-denied" : "answer-malformed",
    `${address.host} answers ${status}`,
  );
}

function refused(
  code: "unreachable" | "access-denied" | "answer-malformed",
  why: string,
  cause?: unknown,
): RecoverError {
  return new RecoverError(code, `the alert could not be delivered: ${why}`, {
    remedy: "Look at alert.webhook of the configuration, and at what listens there.",
    place: "alert.webhook",
    ...(cause === undefined ? {} : { cause }),
  });
}
