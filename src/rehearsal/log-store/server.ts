/** The HTTP shell of the log store's stand-in, on loopback. */
import { callTo, type Listen, type StandInServer, serve } from "../http/server.ts";
import type { Passage } from "../passage.ts";
import { LogStoreAnswers } from "./answers.ts";
import type { LogStoreState } from "./store.ts";

export interface LogStoreServer extends StandInServer {
  readonly answers: LogStoreAnswers;
}

export interface LogStoreSettings extends Listen {
  readonly passage?: Passage;
}

export async function serveLogStore(
  state: LogStoreState,
  { passage, ...listen }: LogStoreSettings = {},
): Promise<LogStoreServer> {
  const answers = new LogStoreAnswers(state);
  const answer = (request: Parameters<LogStoreAnswers["answer"]>[0]) => Promise.resolve(answers.answer(request));
  const server = await serve({ answer, callOf: (request) => callTo("log-store", request), passage }, listen);
  return { ...server, answers };
}
