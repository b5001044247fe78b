import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plainClient, type Send } from "../../../../src/discovery/adapters/elasticsearch/plain-client.ts";
import { directDialer } from "../../../../src/kit/network/dialer.ts";
import { dialedAgents, type HttpAgents, straight } from "../../../../src/kit/network/http-agents.ts";

describe("an answer of a log store that begins and never ends", () => {
  let server: Server;
  let agents: HttpAgents;
  let begun: Promise<void>;

  beforeEach(async () => {
    begun = new Promise((resolve) => {
      server = createServer((_request, response) => {
        response.writeHead(200, { "content-type": "application/json" });
        response.write("{", () => resolve());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    agents = dialedAgents(straight(directDialer()), {});
  });

  afterEach(() => {
    agents.destroy();
    server.closeAllConnections();
    server.close();
  });

  function client(wholeMs: number): Send {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return plainClient({ url, agents, timeoutMs: 600_000, wholeMs, largestAnswer: 1_000_000 });
  }

  it("is given up after the time for a whole one", async () => {
    await expect(client(50)({ method: "GET", path: "/" }, {})).rejects.toThrow();
  });

  it("is given up when the search is stopped", async () => {
    const stop = new AbortController();
    const answer = client(600_000)({ method: "GET", path: "/" }, { signal: stop.signal });
    void begun.then(() => stop.abort());
    await expect(answer).rejects.toThrow();
  });
});
