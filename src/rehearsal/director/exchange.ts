/** The input of every route, and its refusal. */
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import type { AgentCall } from "./agent.ts";
import type { Directing, DirectorState } from "./state.ts";

export interface Exchange {
  readonly state: Directing;
  readonly request: HttpRequest;
  readonly now: Date;
  readonly who: DirectorState["clients"][number];
  /** Calls of the agents that the route decides on. */
  readonly calls: AgentCall[];
}

export class DirectorRefusal extends Error {
  readonly response: HttpResponse;

  constructor(status: number, code: number, description: string) {
    super(description);
    this.response = jsonResponse(status, { code, description });
  }
}
