/** The engine on loopback, for the box's `docker` program: words and standard input in, its output and its code out. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { closed, listening } from "../listening.ts";
import type { DockerEngine } from "./engine.ts";

export interface DockerServer {
  /** `tcp://127.0.0.1:PORT`, for DOCKER_HOST. */
  readonly endpoint: string;
  close(): Promise<void>;
}

interface Asked {
  readonly words: readonly string[];
  /** In base64. */
  readonly stdin: string;
}

export async function serveDocker(engine: DockerEngine): Promise<DockerServer> {
  let endpoint = "";
  const server = createServer((incoming, outgoing) => {
    answer(engine, endpoint, { incoming, outgoing }).catch(() => outgoing.destroy());
  });
  endpoint = `tcp://127.0.0.1:${await listening(server)}`;
  return { endpoint, close: () => closed(server, () => server.closeAllConnections()) };
}

async function answer(
  engine: DockerEngine,
  endpoint: string,
  { incoming, outgoing }: { readonly incoming: IncomingMessage; readonly outgoing: ServerResponse },
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { words, stdin } = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
  const said = engine.call({ words, stdin: Buffer.from(stdin, "base64").toString("latin1"), endpoint });
  outgoing.setHeader("content-type", "application/json");
  outgoing.end(JSON.stringify(said));
}
