import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { deliver } from "../../../src/adapters/alert/webhook.js";
import { loopbackDialer } from "../../../src/adapters/network/dialer.js";
import { dialedAgents, straight } from "../../../src/adapters/network/http-agents.js";

let server: Server | undefined;
afterEach(() => server?.closeAllConnections());

async function listen(listener: RequestListener): Promise<string> {
  const own = createServer(listener);
  server = own;
  await new Promise<void>((resolve) => own.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(own.address() as AddressInfo).port}/services/T0/secret-part`;
}

const post = (url: string, patienceMs = 60_000): Promise<void> =>
  deliver({
    url,
    document: { text: "ü" },
    agents: dialedAgents(straight(loopbackDialer()), {}, { keepAlive: false }),
    patienceMs,
  });

describe("a webhook", () => {
  it("is sent one JSON document", async () => {
    const heard: string[] = [];
    const url = await listen((request, response) => {
      request.setEncoding("utf8");
      request.on("data", (piece: string) =>
        heard.push(`${request.method} ${request.url} ${request.headers["content-type"]} ${piece}`),
      );
      request.on("end", () => response.writeHead(200).end("ok"));
    });
    await post(url);
    expect(heard).toEqual(['POST /services/T0/secret-part application/json {"text":"ü"}']);
  });

  it.each([
    [403, "access-denied"],
    [500, "answer-malformed"],
    [302, "answer-malformed"],
  ])("that answers %i is told as %s, without its address, which may be a secret", async (status, code) => {
    const url = await listen((_request, response) =>
      response.writeHead(status, { location: "http://127.0.0.1:1/" }).end(),
    );
    const failed = await post(url).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code });
    expect(String(failed)).not.toContain("secret-part");
  });

  it("that nobody answers at, or that never ends, is unreachable", async () => {
    await expect(post("http://127.0.0.1:9/")).rejects.toMatchObject({ code: "unreachable" });
    const url = await listen(() => undefined);
    await expect(post(url, 50)).rejects.toMatchObject({ code: "unreachable" });
  });

  it("that sends its answer a byte at a time is not waited for", async () => {
    const url = await listen((request) => {
      const { socket } = request;
      socket.write("HTTP/1.1 200 OK\r\nX-Slow: ");
      const drip = setInterval(() => socket.write("x"), 5);
      socket.on("close", () => clearInterval(drip)).on("error", () => undefined);
    });
    await expect(post(url, 200)).rejects.toMatchObject({ code: "unreachable" });
  });

  it("whose answer has no end is left when its status is there", async () => {
    const url = await listen((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write("more"), 5);
      response.on("close", () => clearInterval(drip));
    });
    await post(url);
  });
});
