/** The input and the answer of every route. */
import type { HttpRequest, HttpResponse } from "../http/message.ts";
import type { Asker } from "./access.ts";
import type { AgentCall } from "./agent.ts";
import type { DirectorState } from "./state.ts";

export interface Exchange {
  readonly state: DirectorState;
  readonly request: HttpRequest;
  readonly now: Date;
  readonly who: Asker;
}

export interface Answer {
  readonly state: DirectorState;
  readonly response: HttpResponse;
  readonly calls: readonly AgentCall[];
}

export function answer(state: DirectorState, response: HttpResponse): Answer {
  return { state, response, calls: [] };
}
