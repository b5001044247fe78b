/** The HTTP shell of the log store's stand-in, on loopback. */
import { type Fault, strike } from "../http/fault.ts";
import { type Listen, serve } from "../http/server.ts";
import type { Passage } from "../passage.ts";
import { LogStoreAnswers } from "./answers.ts";
import type { LogStoreState } from "./store.ts";

export interface LogStoreServer {
  readonly url: string;
  readonly port: number;
  readonly answers: LogStoreAnswers;
  /** The faults that strike from now on. */
  readonly suffer: (faults: readonly Fault[]) => void;
  close(): Promise<void>;
}

export interface LogStoreSettings extends Listen {
  readonly passage?: Passage;
}

export async function serveLogStore(
  state: LogStoreState,
  { passage, ...listen }: LogStoreSettings = {},
): Promise<LogStoreServer> {
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
      systemOf: () => "log-store",
      passage,
    },
    listen,
  );
  return {
    url: server.url,
    port: server.port,
    answers,
    suffer: (next) => {
      faults = next;
    },
    close: () => server.close(),
  };
}
