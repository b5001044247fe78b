/** The HTTP shell of the log store's stand-in, on loopback. */
import { type Fault, strike } from "../http/fault.js";
import { type Listen, serve } from "../http/server.js";
import { LogStoreAnswers } from "./answers.js";
import type { LogStoreState } from "./store.js";

export interface LogStoreServer {
  readonly url: string;
  readonly answers: LogStoreAnswers;
  /** What strikes from now on. */
  readonly suffer: (faults: readonly Fault[]) => void;
  close(): Promise<void>;
}

export async function serveLogStore(state: LogStoreState, listen: Listen = {}): Promise<LogStoreServer> {
  const answers = new LogStoreAnswers(state);
  let faults: readonly Fault[] = [];
  const server = await serve(
    {
      strike: ({ method, path }) => {
        const struck = strike(faults, method, path);
        faults = struck.faults;
        return struck.fault;
      },
      answer: (request) => Promise.resolve(answers.answer(request)),
    },
    listen,
  );
  return {
    url: server.url,
    answers,
    suffer: (next) => {
      faults = next;
    },
    close: () => server.close(),
  };
}
