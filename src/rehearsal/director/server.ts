/** The shell of the director stand-in: HTTPS in front of `handle`, the agents of its machines behind it. */
import { callTo, type Listen, type StandInServer, serve } from "../http/server.ts";
import type { Passage } from "../passage.ts";
import { type Agent, type AgentCall, callAgents } from "./agent.ts";
import { handle } from "./handle.ts";
import { settle } from "./ssh.ts";
import type { DirectorState } from "./state.ts";

export interface DirectorWorld {
  get(): DirectorState;
  set(state: DirectorState): void;
  readonly agent: Agent;
  now(): Date;
  readonly passage?: Passage;
  /** With `tls`: bosh speaks HTTPS only. */
  readonly listen: Listen & { readonly tls: { readonly key: string; readonly cert: string } };
}

/** Starts the server; agent calls that an earlier process left pending are made again. */
export async function serveDirector(world: DirectorWorld): Promise<StandInServer> {
  const perform = async (call: AgentCall): Promise<void> => {
    const outcome = await callAgents(world.agent, call);
    world.set(settle(world.get(), call, outcome));
  };
  const server = await serve(
    {
      answer: (request) => {
        const { state, response, calls } = handle(world.get(), request, world.now());
        world.set(state);
        // The agents work while the task is polled.
        for (const call of calls) void perform(call);
        return Promise.resolve({ ...response, headers: { date: world.now().toUTCString(), ...response.headers } });
      },
      callOf: (request) => callTo("director", request),
      passage: world.passage,
    },
    world.listen,
  );
  for (const call of world.get().pending) void perform(call);
  return server;
}
