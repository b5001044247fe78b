/** A store whose answers never end: byte by byte, or as one that somebody who waits wants to break off. */
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RecoverError } from "../../../../src/errors.ts";
import { FaultyServer, type Reply } from "./faulty-server.ts";

const AT = { bucket: "bucket", key: "from" };

let server: FaultyServer;
beforeAll(async () => {
  server = await FaultyServer.start();
});
afterAll(() => server.stop());

/** One byte every few milliseconds, for ever, or so many bytes at a time. */
const dripping =
  (head: Readonly<Record<string, string>>, bytes = 1): Reply =>
  (_, response) => {
    response.writeHead(200, head);
    drip(response, " ".repeat(bytes));
  };

function drip(response: ServerResponse, bytes: string): void {
  const timer = setInterval(() => response.write(bytes), 5);
  response.once("close", () => clearInterval(timer));
}

describe("an answer that comes byte by byte", () => {
  // An answer without an end is given up soon, or late.
  const impatient = () => server.store({ silenceMs: 100 }).reader();
  const OBJECT = { etag: '"abc"', "content-length": String(2 ** 30) };

  it("is no page of a listing", async () => {
    server.script(dripping({}));
    await expect(impatient().list("bucket", "x/")).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });

  it("is no page of a listing if more comes at a time either", async () => {
    server.script(dripping({}, 20_000));
    await expect(impatient().list("bucket", "x/")).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });

  it("is no object", async () => {
    server.script(dripping(OBJECT));
    await expect(impatient().get(AT)).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });

  it("is no refusal", async () => {
    server.script((_, response) => {
      response.writeHead(403);
      drip(response, " ");
    });
    await expect(impatient().get(AT)).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });

  it("is read on as an object if enough comes of it, for as long as it takes", async () => {
    const piece = Buffer.alloc(32 * 1024);
    const pieces = 120;
    server.script((_, response) => {
      response.writeHead(200, { etag: '"abc"', "content-length": String(piece.length * pieces) });
      let sent = 0;
      const timer = setInterval(() => {
        sent += 1;
        response.write(piece);
        if (sent < pieces) return;
        clearInterval(timer);
        response.end();
      }, 10);
      response.once("close", () => clearInterval(timer));
    });
    // It takes longer than two silences.
    const body = await server.store({ silenceMs: 400 }).reader().get(AT);
    expect(body.length).toBe(piece.length * pieces);
  });
});

describe("who stops a look at the store", () => {
  const stopped = new RecoverError("interrupted", "stopped by SIGTERM", { remedy: "Run it again.", effect: "none" });

  it.each(["list", "get"] as const)("waits for nothing any more: %s", async (call) => {
    const stop = new AbortController();
    const broken = new Promise<void>((resolve) =>
      server.script((_, response) => {
        response.writeHead(200, { etag: '"abc"', "content-length": "1000000" });
        response.write(" ");
        response.once("close", resolve);
        stop.abort(stopped);
      }),
    );
    // Nothing but the signal ends it: the usual patience is a minute.
    const reader = server.store({ readsUntil: stop.signal }).reader();
    await expect(call === "list" ? reader.list("bucket", "x/") : reader.get(AT)).rejects.toBe(stopped);
    await broken;
    expect(server.requests).toHaveLength(1);
  });

  it.each(["a lease", "a bucket's protection"])("waits for no answer about %s either", async (what) => {
    const stop = new AbortController();
    server.script((_, response) => {
      response.writeHead(200, { etag: '"abc"', "content-length": "1000000" }).write(" ");
      stop.abort(stopped);
    });
    const store = server.store({ readsUntil: stop.signal });
    const lease = store.shared({ bucket: "bucket", prefix: "leases" });
    await expect(what === "a lease" ? lease.read("lease.json") : store.protection("bucket")).rejects.toBe(stopped);
  });

  it("waits for no rest of an object either", async () => {
    const stop = new AbortController();
    server.script((_, response) => {
      response.writeHead(200, { etag: '"abc"', "content-length": "1000000" });
      response.write("begin");
    });
    const pieces = await server.store({ readsUntil: stop.signal }).reader().stream(AT);
    const read = async (): Promise<void> => {
      for await (const piece of pieces) if (piece.length > 0) stop.abort(stopped);
    };
    await expect(read()).rejects.toBe(stopped);
    expect(server.requests).toHaveLength(1);
  });
});
