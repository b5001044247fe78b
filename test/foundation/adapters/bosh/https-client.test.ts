import type { AddressInfo, Socket } from "node:net";
import { createServer, type Server } from "node:https";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HttpsClient, type HttpsRequest } from "../../../../src/foundation/adapters/bosh/https-client.ts";
import { directDialer } from "../../../../src/kit/network/dialer.ts";
import { straight } from "../../../../src/kit/network/http-agents.ts";
import { selfSignedCertificate } from "../../../../src/rehearsal/http/certificate.ts";

const CERTIFICATE = selfSignedCertificate(["127.0.0.1"]);

/** The connection of each request that came, numbered from 1. */
const seen: string[] = [];
const connections = new Map<Socket, number>();
/** Requests on a connection after which it is closed without an answer. */
let patience = Infinity;
let server: Server;

function connectionOf(socket: Socket): number {
  const number = connections.get(socket) ?? connections.size + 1;
  connections.set(socket, number);
  return number;
}

beforeAll(async () => {
  const served = new Map<Socket, number>();
  server = createServer(CERTIFICATE, ({ socket, method }, answer) => {
    const count = (served.get(socket) ?? 0) + 1;
    served.set(socket, count);
    seen.push(`${method} ${connectionOf(socket)}`);
    if (count > patience) socket.destroy();
    else answer.end("here");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
});

beforeEach(() => {
  seen.length = 0;
  connections.clear();
  patience = Infinity;
});

function client(): (method: HttpsRequest["method"]) => Promise<string> {
  const https = new HttpsClient({ dial: straight(directDialer()), ca: CERTIFICATE.cert });
  const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return async (method) => (await https.send({ method, url })).body;
}

describe("requests to a director", () => {
  it("share one connection while they only read", async () => {
    const send = client();
    for (let count = 0; count < 3; count += 1) expect(await send("GET")).toBe("here");
    expect(seen).toEqual(["GET 1", "GET 1", "GET 1"]);
  });

  it("never send a change over a connection that was idle", async () => {
    const send = client();
    for (const method of ["GET", "POST", "POST", "GET"] as const) await send(method);
    expect(seen).toEqual(["GET 1", "POST 2", "POST 3", "GET 1"]);
  });

  it("do not keep a connection that nobody uses: through a hop the server's close may never be seen", async () => {
    server.keepAliveTimeout = 60_000;
    const send = client();
    await send("GET");
    const [first] = connections.keys();
    await new Promise((closed) => first?.once("close", closed));
    expect(await send("GET")).toBe("here");
    expect(seen).toEqual(["GET 1", "GET 2"]);
  });

  it("read once more if the server had closed the connection that was kept", async () => {
    patience = 1;
    const send = client();
    for (let count = 0; count < 2; count += 1) expect(await send("GET")).toBe("here");
    expect(seen).toEqual(["GET 1", "GET 1", "GET 2"]);
  });

  it("fail if a new connection is closed without an answer", async () => {
    patience = 0;
    const send = client();
    await expect(send("POST")).rejects.toMatchObject({ code: "unreachable" });
    await expect(send("GET")).rejects.toMatchObject({ code: "unreachable" });
    expect(seen).toEqual(["POST 1", "GET 2"]);
  });
});
