/** The HTTP shell of the S3 stand-in, on loopback. */
import type { WorldHost } from "../box/world-host.ts";
import type { HttpRequest } from "../http/message.ts";
import { type StandInServer, serve } from "../http/server.ts";
import type { Passage } from "../passage.ts";
import { answerStore, failure, operationName } from "./answers.ts";
import type { StoreAnswer } from "./message.ts";

export function serveStore(host: WorldHost, { passage }: { readonly passage?: Passage } = {}): Promise<StandInServer> {
  const answer = (request: HttpRequest): Promise<StoreAnswer> => {
    const { headers, ...rest } = answerOrFail(host, request);
    return Promise.resolve({ ...rest, headers: { ...headers, "x-amz-request-id": "rehearsal" } });
  };
  return serve({ answer, callOf: (request) => ({ system: "s3", operation: operationName(request) }), passage }, {});
}

function answerOrFail(host: WorldHost, request: HttpRequest): StoreAnswer {
  try {
    return answerStore(host, request);
  } catch (error) {
    return failure(500, "InternalError", error instanceof Error ? error.message : String(error));
  }
}
