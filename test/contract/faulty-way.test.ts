import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { jsonResponse } from "../../src/rehearsal/http/message.ts";
import { callTo, serve, type StandInServer } from "../../src/rehearsal/http/server.ts";
import { type Fault, FaultyWay } from "./faulty-way.ts";

describe("a way with faults", () => {
  let server: StandInServer | undefined;
  let way: FaultyWay;
  let effects = 0;

  const start = async (fault: Fault): Promise<string> => {
    effects = 0;
    way = new FaultyWay();
    way.add(fault);
    const answer = () => {
      effects += 1;
      return Promise.resolve(jsonResponse(200, { much: "x".repeat(100) }));
    };
    server = await serve({ answer, callOf: (asked) => callTo("cf", asked), passage: way.passage }, {});
    return server.url;
  };
  const ask = (url: string, method = "GET"): { readonly ended: Promise<number | string>; hangUp(): void } => {
    const outgoing = request(url, { method });
    const ended = new Promise<number | string>((resolve) => {
      outgoing.on("error", () => resolve("broken"));
      outgoing.on("response", (incoming) => {
        incoming.on("error", () => resolve("half"));
        incoming.on("end", () => resolve(incoming.statusCode ?? 0));
        incoming.resume();
      });
    });
    outgoing.end();
    return { ended, hangUp: () => outgoing.destroy() };
  };

  afterEach(() => server?.close());

  it.each<readonly [Omit<Fault, "match">, number | string, number]>([
    [{ kind: "status", when: "before", status: 503 }, 503, 0],
    [{ kind: "status", when: "after", status: 502 }, 502, 1],
    [{ kind: "cut", when: "before" }, "broken", 0],
    [{ kind: "cut", when: "after" }, "half", 1],
    [{ kind: "delay", when: "before", delayMs: 1 }, 200, 1],
  ])("%j ends as %s with %d effects", async (fault, end, count) => {
    const url = await start({ match: "*", ...fault });
    expect(await ask(url).ended).toBe(end);
    expect(effects).toBe(count);
  });

  it.each([
    ["POST /v3/x", [200, 503, 200, 200]],
    ["* /v3/*", [503, 503, 503, 200]],
  ])("strikes the method and path of %s", async (match, ends) => {
    const url = await start({ match, kind: "status", status: 503 });
    const calls = ["GET /v3/x", "POST /v3/x", "POST /v3/x/y", "GET /v2"].map((call) => call.split(" "));
    for (const [at, [method, path]] of calls.entries())
      expect(await ask(`${url}${path}`, method).ended, `${method} ${path}`).toBe(ends[at]);
  });

  it("lets the first requests pass, and wears off", async () => {
    const url = await start({ match: "GET /v3/x", kind: "status", status: 503, skip: 1, times: 2 });
    const ends = [];
    for (let at = 0; at < 5; at++) ends.push(await ask(`${url}/v3/x?page=${at}`).ended);
    expect(ends).toEqual([200, 503, 503, 200, 200]);
  });

  it("holds a request open until it is released", async () => {
    const url = await start({ match: "*", kind: "hold" });
    const asked = ask(url);
    await way.untilHeld();
    expect(effects).toBe(0);
    way.release();
    expect(await asked.ended).toBe(200);
    expect(effects).toBe(1);
  });

  it("drops a held request without an effect when its client is gone", async () => {
    const url = await start({ match: "*", kind: "hold" });
    const asked = ask(url);
    await way.untilHeld();
    asked.hangUp();
    await asked.ended;
    await server?.close();
    way.release();
    await new Promise((resolve) => setImmediate(resolve));
    expect(effects).toBe(0);
  });
});
