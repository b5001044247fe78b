/** One HTTP exchange with the stand-in: to this machine alone (law 13). */
import { request as httpRequest } from "node:http";
import { isLoopbackAddress } from "../loopback-guard.ts";
import { CfFailure, CutAnswer, requestError } from "./failure.ts";

export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface Reply {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

export function exchange(call: Call): Promise<Reply> {
  const url = new URL(call.url);
  if (!isLoopbackAddress(url.hostname)) throw new CfFailure(`a rehearsal reaches only this machine, not ${url.host}`);
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", ...call.headers, connection: "close" };
    const outgoing = httpRequest(url, { method: call.method, headers, signal: call.signal }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("error", () => reject(new CutAnswer(incoming.statusCode ?? 0)));
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          location: incoming.headers.location,
          body: Buffer.concat(chunks).toString("utf8"),
        }),
      );
    });
    outgoing.on("error", (error) => reject(requestError(call.method, call.url, reason(error, url))));
    outgoing.end(call.body);
  });
}

/** In Go's words. */
function reason(error: Error, url: URL): string {
  const code = "code" in error ? error.code : "";
  if (code === "ECONNREFUSED") return `dial tcp ${url.host}: connect: connection refused`;
  return code === "ECONNRESET" ? "EOF" : error.message;
}
