import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { directDialer } from "../../../src/kit/network/dialer.ts";
import { socksGateway } from "../../../src/kit/network/socks-gateway.ts";
import { SocksServer, type SocksServerOptions } from "./socks-server.ts";

let proxy: SocksServer | undefined;
const servers: Server[] = [];
const streams: Duplex[] = [];

afterEach(() => {
  for (const stream of streams.splice(0)) stream.destroy();
  proxy?.close();
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function forward(options: SocksServerOptions, host = "cell.internal", port = 22): Promise<Duplex> {
  proxy = await SocksServer.start(options);
  const stream = await socksGateway({ host: "127.0.0.1", port: proxy.port }, directDialer()).forward(host, port);
  streams.push(stream);
  return stream;
}

describe("a SOCKS5 proxy in the gateway's place", () => {
  it("reaches a name that only its end knows, and loses no byte that the far end says first", async () => {
    const greeting = `SSH-2.0-${"x".repeat(70_000)}\r\n`;
    const port = await listening(createServer((socket) => socket.end(greeting)));
    const stream = await forward({ places: { "cell.internal:22": port } });
    const said = Buffer.concat((await stream.toArray()) as Buffer[]).toString();
    expect(said).toBe(greeting);
    expect(proxy?.asked).toEqual(["cell.internal:22"]);
  });

  it("carries both ways", async () => {
    const port = await listening(createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket)));
    const stream = await forward({ places: { "cell.internal:22": port } });
    stream.end("there and back");
    expect(Buffer.concat((await stream.toArray()) as Buffer[]).toString()).toBe("there and back");
  });

  it.each([
    ["what cannot be reached", { places: {}, refusal: 4 }, "unreachable", "the host cannot be reached"],
    ["what its rules forbid", { places: {}, refusal: 2 }, "access-denied", "its rules do not allow it"],
    ["a log-in that it wants", { places: {}, method: 2 }, "access-denied", "it wants a log-in"],
  ])("names %s", async (_, options, code, words) => {
    const refused = forward(options);
    await expect(refused).rejects.toMatchObject({ code, effect: "none" });
    await expect(refused).rejects.toThrow(words);
  });

  it("is told from something that is no proxy", async () => {
    const port = await listening(createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")));
    const gateway = socksGateway({ host: "127.0.0.1", port }, directDialer());
    await expect(gateway.forward("cell.internal", 22)).rejects.toMatchObject({ code: "unreachable", effect: "none" });
    const silent = await listening(createServer((socket) => socket.destroy()));
    const gone = socksGateway({ host: "127.0.0.1", port: silent }, directDialer());
    await expect(gone.forward("cell.internal", 22)).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });
});
