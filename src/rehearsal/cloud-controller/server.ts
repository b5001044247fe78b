/** The shell of the Cloud Controller stand-in: HTTP in front of `handle`, broker calls behind it. */
import { callTo, type Listen, type StandInServer, serve } from "../http/server.ts";
import type { HttpRequest, HttpResponse } from "../http/message.ts";
import type { Passage } from "../passage.ts";
import { type Broker, type BrokerCall, callBroker } from "./broker.ts";
import { handle } from "./handle.ts";
import { due, settle } from "./settle.ts";
import type { CloudControllerState } from "./state.ts";

export interface CloudControllerWorld {
  get(): CloudControllerState;
  set(state: CloudControllerState): void;
  readonly broker: Broker;
  now(): Date;
  readonly listen?: Listen;
  readonly passage?: Passage;
}

/** Starts the server; broker calls that an earlier process left pending are made at once. */
export async function serveCloudController(world: CloudControllerWorld): Promise<StandInServer> {
  const perform = async (call: BrokerCall): Promise<HttpResponse | undefined> => {
    const outcome = await callBroker(world.broker, call);
    const settled = settle(world.get(), call, { outcome, now: world.now() });
    world.set(settled.state);
    await Promise.all(settled.calls.map(perform));
    return settled.response;
  };
  const server = await serve(
    {
      answer: (request) => answerRequest(world, perform, request),
      callOf: (request) => callTo(request.path === "/oauth/token" ? "uaa" : "cf", request),
      passage: world.passage,
    },
    world.listen ?? {},
  );
  await Promise.all(world.get().pending.map(perform));
  return server;
}

async function answerRequest(
  world: CloudControllerWorld,
  perform: (call: BrokerCall) => Promise<HttpResponse | undefined>,
  request: HttpRequest,
): Promise<HttpResponse> {
  if (request.method === "GET") await Promise.all(due(world.get(), world.now()).map(perform));
  const { state, response, calls } = handle(world.get(), request, world.now());
  world.set(state);
  const replaced = await Promise.all(calls.map(perform));
  const answer = replaced.find((each) => each !== undefined) ?? response;
  return { ...answer, headers: { date: world.now().toUTCString(), ...answer.headers } };
}
