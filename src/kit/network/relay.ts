/**
 * A small HTTP proxy on loopback for a program of ours that dials by itself (the cf CLI), so that its connections take
 * the gateway hop. It only tunnels (CONNECT), and only to the places that it was opened for. It demands a credential,
 * because any process of this machine can reach a port on loopback.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { asRecoverError } from "../../errors.ts";
import type { Secrets } from "../secrets/secrets.ts";
import type { Dial } from "./dial.ts";

export interface RelayOptions {
  readonly dial: Dial;
  readonly allows: (host: string, port: number) => boolean;
  readonly secrets: Secrets;
}

export interface Relay {
  /** For `https_proxy`; it holds the credential. */
  readonly proxy: string;
  /** Cuts what still flows. */
  close(): Promise<void>;
}

const USER = "dingo-recover";

export async function openRelay(options: RelayOptions): Promise<Relay> {
  const token = options.secrets.register(randomBytes(24).toString("hex"));
  const authorization = `Basic ${options.secrets.register(Buffer.from(`${USER}:${token}`).toString("base64"))}`;
  const open = new Set<Duplex>();
  const server = createServer((_, response) => response.writeHead(405, { connection: "close" }).end());
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
  });
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    client.on("error", () => client.destroy());
    if (same(request.headers["proxy-authorization"] ?? "", authorization))
      void tunnel({ request, client, head }, options);
    else refuse(client, 407, "only for the program that dingo-recover started");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    proxy: `http://${USER}:${token}@127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

interface Tunnel {
  readonly request: IncomingMessage;
  readonly client: Duplex;
  readonly head: Buffer;
}

async function tunnel({ request, client, head }: Tunnel, { dial, allows }: RelayOptions): Promise<void> {
  const [, host = "", port = ""] = /^(?:\[?([^\]]+)\]?):(\d{1,5})$/.exec(request.url ?? "") ?? [];
  if (host === "" || !allows(host, Number(port)))
    return refuse(client, 403, `${request.url ?? ""} is no part of the Cloud Foundry that was configured`);
  try {
    const far = await dial(host, Number(port));
    far.on("error", () => client.destroy());
    far.on("close", () => client.destroy());
    client.on("close", () => far.destroy());
    // The program may have gone while the far end was dialled.
    if (client.destroyed) return void far.destroy();
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) far.write(head);
    client.pipe(far).pipe(client);
  } catch (error) {
    refuse(client, 502, asRecoverError(error).message);
  }
}

/** Go's HTTP client, and so the cf CLI, tells its user the words behind the number. */
function refuse(client: Duplex, status: number, why: string): void {
  const words = why.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
  client.end(`HTTP/1.1 ${status} ${words}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}

/** In a time that does not tell how much of it was right. */
function same(shown: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(shown), digest(expected));
}
