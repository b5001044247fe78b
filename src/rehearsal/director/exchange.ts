/** What every route works on and gives back. */
import type { HttpRequest, HttpResponse } from "../http/message.js";
import type { Asker } from "./access.js";
import type { AgentCall } from "./agent.js";
import type { DirectorState } from "./state.js";

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
