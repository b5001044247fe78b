import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { error, FaultyServer, type Reply, text } from "./faulty-server.ts";

const AT = { bucket: "bucket", key: "part_00000000.tar.lzo" };
const CONTENT = "0123456789abcdefghijklmnopqrstuvwxyz";

let server: FaultyServer;
beforeAll(async () => {
  server = await FaultyServer.start();
});
afterAll(() => server.stop());
afterEach(() => server.clock.sleeps.splice(0));

/** Answers as S3 would, and breaks the connection after `bytes` of the body. */
const serve =
  (bytes = CONTENT.length, { etag = "abc", announced = true } = {}): Reply =>
  (request, response) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
    const first = Number(from ?? 0);
    const last = Number(to ?? CONTENT.length - 1);
    const body = CONTENT.slice(first, last + 1);
    response.writeHead(from === undefined ? 200 : 206, {
      etag: `"${etag}"`,
      ...(announced ? { "content-length": body.length } : {}),
      ...(from === undefined ? {} : { "content-range": `bytes ${first}-${last}/${CONTENT.length}` }),
    });
    if (bytes >= body.length) response.end(body);
    else response.write(body.slice(0, bytes), () => response.destroy());
  };

/** With its length, as every store sends it. */
const sized = (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Reply =>
  text(status, body, { "content-length": String(body.length), ...headers });

async function read(request: { readonly range?: string; readonly ifMatch?: string } = {}): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await server.store().reader().stream(AT, request)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

const asked = () => server.requests.map(({ headers }) => [headers.range, headers["if-match"]]);

describe("a stream whose connection breaks", () => {
  it("goes on from the next byte, pinned to the object of the first answer", async () => {
    server.script(serve(10), serve(5), serve());
    expect(await read()).toBe(CONTENT);
    expect(asked()).toEqual([
      [undefined, undefined],
      ["bytes=10-35", '"abc"'],
      ["bytes=15-35", '"abc"'],
    ]);
    expect(server.clock.sleeps).toHaveLength(2);
  });

  it("goes on within the range that was asked for", async () => {
    server.script(serve(4), serve());
    expect(await read({ range: "bytes=10-19", ifMatch: "abc" })).toBe("abcdefghij");
    expect(asked()).toEqual([
      ["bytes=10-19", '"abc"'],
      ["bytes=14-19", '"abc"'],
    ]);
  });

  it("goes on as often as bytes come between the breaks", async () => {
    server.script(serve(1));
    expect(await read()).toBe(CONTENT);
    expect(server.requests).toHaveLength(CONTENT.length);
  });

  it("fails, and does not end, if no more bytes come", async () => {
    server.script(serve(10), serve(0));
    await expect(read()).rejects.toMatchObject({ code: "answer-incomplete", effect: "none" });
    expect(server.requests).toHaveLength(4);
  });

  it("fails if nobody answers any more", async () => {
    server.script(serve(10), (request) => request.socket.destroy());
    await expect(read()).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });

  it("fails if the object is another one meanwhile, whether the store says so or not", async () => {
    server.script(serve(10), error(412, "PreconditionFailed"));
    await expect(read()).rejects.toMatchObject({ code: "object-changed" });
    server.script(serve(10), error(404, "NoSuchKey"));
    await expect(read()).rejects.toMatchObject({ code: "object-changed" });
    server.script(serve(10), serve(26, { etag: "another" }));
    await expect(read()).rejects.toMatchObject({ code: "answer-malformed" });
  });

  it("fails if the rest is not the rest", async () => {
    server.script(serve(10), sized(200, CONTENT, { etag: '"abc"' }));
    await expect(read()).rejects.toMatchObject({ code: "answer-malformed" });
  });
});

describe("a stream", () => {
  it("is no answer of another object, and none without an ETag", async () => {
    server.script(serve());
    await expect(read({ ifMatch: "def" })).rejects.toMatchObject({ code: "answer-malformed" });
    server.script(sized(200, "<html>please log in</html>"));
    await expect(read()).rejects.toMatchObject({ code: "answer-malformed" });
  });

  it("is refused if the answer does not say how long it is: its end could not be told from a break", async () => {
    server.script(serve(CONTENT.length, { announced: false }));
    await expect(read()).rejects.toMatchObject({ code: "answer-incomplete" });
  });

  it.each([
    ["the whole object", "bytes=2-4", undefined],
    ["another range", "bytes=2-4", "bytes 3-5/36"],
    ["a shorter range", "bytes=2-4", "bytes 2-3/36"],
    ["the head", "bytes=-4", "bytes 0-3/36"],
    ["a part of the rest", "bytes=30-", "bytes 30-33/36"],
  ])("is refused if a store answers with %s instead of the range", async (_, range, answered) => {
    const [, first = "0", last = "35"] = /bytes (\d+)-(\d+)/.exec(answered ?? "") ?? [];
    const headers = { etag: '"abc"', ...(answered === undefined ? {} : { "content-range": answered }) };
    server.script(sized(206, CONTENT.slice(Number(first), Number(last) + 1), headers));
    await expect(read({ range })).rejects.toMatchObject({ code: "answer-malformed" });
  });

  it("ends where the object ends, though the range reaches further", async () => {
    server.script(sized(206, "wxyz", { etag: '"abc"', "content-range": "bytes 32-35/36" }));
    expect(await read({ range: "bytes=32-99" })).toBe("wxyz");
  });

  it("that is left early closes its connection", async () => {
    const closed = new Promise<void>((resolve) => {
      server.script((request, response) => {
        response.writeHead(200, { etag: '"abc"', "content-length": "1000" }).write("half");
        request.socket.once("close", () => resolve());
      });
    });
    for await (const piece of await server.store().reader().stream(AT)) {
      expect(Buffer.from(piece).toString()).toBe("half");
      break;
    }
    await closed;
  });
});

describe("lifecycle rules", () => {
  const rules = () => server.store().reader().lifecycle("bucket");

  it("are read with every filter, and with the prefix of old configurations", async () => {
    const rule = (inside: string) => `<Rule>${inside}</Rule>`;
    const body = [
      rule("<ID>old</ID><Prefix>backups/</Prefix><Status>Enabled</Status><Expiration><Days>90</Days></Expiration>"),
      rule(
        "<ID>cold</ID><Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag><ObjectSizeGreaterThan>9</ObjectSizeGreaterThan></And></Filter><Status>Disabled</Status><Transition><Days>3</Days><StorageClass>GLACIER</StorageClass></Transition>",
      ),
      rule(
        "<ID>all</ID><Filter></Filter><Status>Enabled</Status><Expiration><Date>2026-12-01T00:00:00.000Z</Date></Expiration>",
      ),
      rule(
        "<ID>uploads</ID><Filter><ObjectSizeLessThan>7</ObjectSizeLessThan></Filter><Status>Enabled</Status><AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>",
      ),
    ].join("");
    server.script(text(200, `<LifecycleConfiguration>${body}</LifecycleConfiguration>`));
    const enabled = { enabled: true, tagged: false, transitions: [] };
    expect(await rules()).toEqual([
      { ...enabled, id: "old", prefix: "backups/", expires: { days: 90 } },
      {
        id: "cold",
        enabled: false,
        prefix: "a/",
        tagged: true,
        largerThan: 9,
        transitions: [{ when: { days: 3 }, storageClass: "GLACIER" }],
      },
      { ...enabled, id: "all", prefix: "", expires: { at: "2026-12-01T00:00:00.000Z" } },
      { ...enabled, id: "uploads", prefix: "", smallerThan: 7 },
    ]);
  });

  it("are none only if the store says so", async () => {
    server.script(error(404, "NoSuchLifecycleConfiguration"));
    expect(await rules()).toEqual([]);
    server.script(error(501, "NotImplemented"));
    expect(await rules()).toBeUndefined();
    server.script(error(405, "MethodNotAllowed"));
    expect(await rules()).toBeUndefined();
    server.script(error(403, "AccessDenied"));
    expect(await rules()).toBeUndefined();
    server.script(text(200, ""));
    await expect(rules()).rejects.toMatchObject({ code: "answer-incomplete" });
    server.script(error(500, "InternalError"));
    await expect(rules()).rejects.toMatchObject({ code: "unreachable" });
  });
});
