import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { type Fault, strike } from "../../src/rehearsal/http/fault.ts";
import { jsonResponse } from "../../src/rehearsal/http/message.ts";
import { serve, type StandInServer } from "../../src/rehearsal/http/server.ts";

describe("faults", () => {
  const fault: Fault = { match: "POST /v3/x", kind: "cut", when: "before" };

  it("strike the method and path they name", () => {
    expect(strike([fault], "POST", "/v3/x").fault).toBe(fault);
    expect(strike([fault], "GET", "/v3/x").fault).toBeUndefined();
    expect(strike([fault], "POST", "/v3/x/y").fault).toBeUndefined();
    expect(strike([{ ...fault, match: "* /v3/*" }], "GET", "/v3/x/y").fault).toBeDefined();
  });

  it("let the first requests pass and wear off", () => {
    const hits: boolean[] = [];
    let faults: readonly Fault[] = [{ ...fault, skip: 1, times: 2 }];
    for (let at = 0; at < 5; at++) {
      const struck = strike(faults, "POST", "/v3/x");
      hits.push(struck.fault !== undefined);
      faults = struck.faults;
    }
    expect(hits).toEqual([false, true, true, false, false]);
    expect(faults).toEqual([]);
  });
});

describe("the server shell", () => {
  let server: StandInServer | undefined;
  let effects = 0;

  const start = async (fault: Fault): Promise<string> => {
    effects = 0;
    server = await serve(
      {
        strike: () => fault,
        systemOf: () => "cf",
        answer: () => {
          effects += 1;
          return Promise.resolve(jsonResponse(200, { much: "x".repeat(100) }));
        },
      },
      {},
    );
    return server.url;
  };
  const ask = (url: string): { readonly ended: Promise<number | string>; hangUp(): void } => {
    const outgoing = request(url);
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

  it("holds a request open until it is released", async () => {
    const url = await start({ match: "*", kind: "hold", when: "before" });
    const asked = ask(url);
    await server?.untilHeld();
    expect([server?.held, effects]).toEqual([1, 0]);
    server?.release();
    expect(await asked.ended).toBe(200);
    expect(effects).toBe(1);
  });

  it("drops a held request without an effect when its client is gone", async () => {
    const url = await start({ match: "*", kind: "hold", when: "before" });
    const asked = ask(url);
    await server?.untilHeld();
    asked.hangUp();
    await asked.ended;
    await server?.close();
    expect(effects).toBe(0);
  });
});
