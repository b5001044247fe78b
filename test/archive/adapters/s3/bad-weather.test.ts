import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { error, FaultyServer, page, type PageOptions, type Reply, text } from "./faulty-server.ts";

const NEW = { bucket: "bucket", prefix: "backups/new/wal" };
const PLACES = { source: { bucket: "bucket", prefix: "protected" }, into: [NEW] };
const FROM = { bucket: "bucket", key: "from" };
const TO = { bucket: "bucket", key: "backups/new/wal/to" };
const PINNED = { ifMatch: "abc", size: 1, storageClass: "STANDARD" };
const COPIED = text(
  200,
  '<CopyObjectResult><ETag>"abc"</ETag><LastModified>2026-11-21T02:00:00.000Z</LastModified></CopyObjectResult>',
);

let server: FaultyServer;
beforeAll(async () => {
  server = await FaultyServer.start();
});
afterAll(() => server.stop());
afterEach(() => server.clock.sleeps.splice(0));

const list = () => server.store().reader().list("bucket", "x/");
const copy = () => server.store().writer(PLACES).copy(FROM, TO, PINNED);
const listPages = (...pages: readonly PageOptions[]) => {
  server.script(...pages.map((one) => text(200, page(one))));
  return list();
};

describe("a listing", () => {
  it("follows every continuation token and decodes keys", async () => {
    server.script(
      text(200, page({ keys: ["x/a%0Ab", "x/plus%2Band+blank"], next: "one", encoded: true })),
      text(200, page({ next: "two", encoded: true })),
      text(200, page({ keys: ["x/%1B%5B2J"], encoded: true })),
    );
    expect((await list()).map(({ key }) => key)).toEqual(["x/\u001b[2J", "x/a\nb", "x/plus+and blank"]);
    expect(server.requests.map(({ url }) => new URL(url, "http://x").searchParams.get("continuation-token"))).toEqual([
      null,
      "one",
      "two",
    ]);
    expect(server.requests.every(({ url }) => url.includes("encoding-type=url"))).toBe(true);
  });

  it.each<[string, readonly PageOptions[]]>([
    [
      "a token comes again",
      [
        { keys: ["x/1"], next: "one" },
        { keys: ["x/2"], next: "one" },
      ],
    ],
    ["a page comes again", [{ keys: ["x/1"], next: "one" }, { keys: ["x/1"] }]],
    ["more is announced without a token", [{ keys: ["x/1"], truncated: true }]],
    ["nobody says whether more follows", [{ keys: ["x/1"], truncated: null }]],
    ["fewer keys come than announced", [{ keys: ["x/1"], count: 2 }]],
  ])("is incomplete, not short, when %s", async (_, pages) => {
    await expect(listPages(...pages)).rejects.toMatchObject({ code: "answer-incomplete" });
  });

  it("refuses keys outside the prefix, and keys that are not text", async () => {
    await expect(listPages({ keys: ["other/1"] })).rejects.toMatchObject({ code: "answer-malformed" });
    await expect(listPages({ keys: ["x/%FF"], encoded: true })).rejects.toMatchObject({ code: "answer-malformed" });
  });

  it("is incomplete when the XML is cut, wherever", async () => {
    const whole = page({ keys: ["x/1", "x/2"] });
    for (let length = 0; length < whole.length; length += 7) {
      server.script(text(200, whole.slice(0, length)));
      await expect(list()).rejects.toMatchObject({ code: "answer-incomplete" });
    }
  });

  it("is not what a portal says instead", async () => {
    server.script(text(200, "<html><body>please log in</body></html>"));
    await expect(list()).rejects.toMatchObject({ code: "answer-incomplete" });
  });
});

describe("ranges of keys", () => {
  it("are cheap until the store shows itself as one that goes through all keys for them", async () => {
    const reader = server.store().reader();
    expect(reader.rangesAreCheap).toBe(true);
    server.script(text(200, page({}), { server: "AmazonS3" }), text(200, page({}), { server: "MinIO" }));
    await reader.list("bucket", "x/");
    expect(reader.rangesAreCheap).toBe(true);
    await reader.list("bucket", "x/");
    expect(reader.rangesAreCheap).toBe(false);
  });
});

describe("reads", () => {
  it("are sent again after a cut connection and a server error", async () => {
    server.script(
      (request) => request.socket.destroy(),
      error(500, "InternalError"),
      text(200, page({ keys: ["x/1"] })),
    );
    expect(await list()).toHaveLength(1);
    expect(server.clock.sleeps).toHaveLength(2);
  });

  it("are given up in the end, as unreachable", async () => {
    server.script((request) => request.socket.destroy());
    await expect(list()).rejects.toMatchObject({ code: "unreachable", effect: "none" });
    expect(server.requests).toHaveLength(4);
  });

  it("end as unreachable when no byte comes", async () => {
    server.script((_, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("half");
    });
    const impatient = server.store({ silenceMs: 50 });
    await expect(impatient.reader().get(FROM)).rejects.toMatchObject({ code: "unreachable" });
  });

  it("take no page of a proxy for an object", async () => {
    server.script(text(200, "<html>"));
    await expect(server.store().reader().get(FROM, { ifMatch: "abc" })).rejects.toMatchObject({
      code: "answer-malformed",
    });
  });

  it.each([
    ["the object's beginning", { "content-range": "bytes 0-3/100" }],
    ["all of the object", {}],
    ["another number of bytes", { "content-range": "bytes 92-99/100" }],
  ])("take no %s for its end", async (_what, said) => {
    server.script(text(206, "abcd", { etag: '"abc"', "content-length": "4", ...said }));
    const end = { ifMatch: "abc", range: "bytes=96-99" };
    await expect(server.store().reader().get(FROM, end)).rejects.toMatchObject({ code: "answer-malformed" });
    server.script(text(206, "abcd", { etag: '"abc"', "content-length": "4", "content-range": "bytes 96-99/100" }));
    expect(await server.store().reader().get(FROM, end)).toEqual(Buffer.from("abcd"));
  });
});

describe("an object that is not what was asked for", () => {
  it.each([
    ["ignores the range", '"abc"'],
    ["is another one", '"other"'],
  ])("is left before it is read if it %s", async (_, etag) => {
    const left = new Promise<void>((resolve) =>
      server.script((_request, response) => {
        response.writeHead(200, { etag, "content-length": String(2 ** 40) }).write("begin");
        response.once("close", resolve);
      }),
    );
    const read = server.store().reader().get(FROM, { ifMatch: "abc", range: "bytes=0-9" });
    await expect(read).rejects.toMatchObject({ code: "answer-malformed", effect: "none" });
    await left;
    expect(server.requests).toHaveLength(1);
  });
});

describe("an answer without end", () => {
  it("is given up before it fills the memory", async () => {
    server.script((_request, response) => {
      const piece = Buffer.alloc(1024 * 1024, 0x20);
      const more = (): void => {
        while (!response.destroyed) if (!response.write(piece)) return void response.once("drain", more);
      };
      more();
    });
    await expect(list()).rejects.toMatchObject({ code: "answer-incomplete" });
  });
});

describe("a store that asks to slow down", () => {
  it("is obeyed, for changes as well: it has done nothing", async () => {
    server.script(error(503, "SlowDown"), error(429, "TooManyRequests", "", { "retry-after": "7" }), COPIED);
    expect(await copy()).toMatchObject({ key: TO.key, etag: "abc" });
    expect(server.clock.sleeps[1]).toBe(7_000);
  });

  it("is waited for longer and longer, then given up without effect", async () => {
    server.script(error(503, "SlowDown"));
    await expect(copy()).rejects.toMatchObject({ code: "unreachable", effect: "none" });
    expect(server.requests).toHaveLength(8);
    expect(server.clock.sleeps.at(-1)).toBeGreaterThan(5 * (server.clock.sleeps[0] ?? 0));
  });
});

describe("changes in doubt", () => {
  it.each<[string, Reply]>([
    ["the connection is cut", (request) => request.socket.destroy()],
    ["the server fails", error(500, "InternalError")],
    ["a 200 carries an error", error(200, "InternalError")],
    ["a 200 carries nothing", text(200, "")],
    ["a 200 carries something else", text(200, "<html></html>")],
    ["a 200 is cut", text(200, '<CopyObjectResult><ETag>"abc"</ETag>')],
  ])("are never sent twice when %s", async (_, reply) => {
    server.script(reply);
    await expect(copy()).rejects.toMatchObject({ effect: "unknown" });
    expect(server.requests).toHaveLength(1);
  });

  it("are not in doubt when the store refused them", async () => {
    server.script(error(403, "AccessDenied"));
    await expect(copy()).rejects.toMatchObject({ code: "access-denied", effect: "none" });
    server.script(error(412, "PreconditionFailed"));
    await expect(copy()).rejects.toMatchObject({ code: "object-changed", effect: "none" });
  });
});

/** As MinIO and proxies answer while their sources go away. */
const PASSING: readonly (readonly [number, string])[] = [
  [400, "IncompleteBody"],
  [400, "RequestTimeout"],
  [408, "RequestTimeout"],
  [409, "OperationAborted"],
  [409, "ConditionalRequestConflict"],
  [499, "ClientDisconnected"],
];

describe("a store that goes away in the middle of an answer", () => {
  const cut: Reply = (_, response) => {
    response.writeHead(200, { "content-length": "4", etag: '"abc"' });
    response.write("ab", () => response.socket?.destroy());
  };
  const whole = text(200, "abcd", { etag: '"abc"' });
  const get = async () => Buffer.from(await server.store().reader().get(FROM, { ifMatch: "abc" })).toString();

  it.each(PASSING)("and says so with %i %s is asked again, and is unreachable if it stays", async (status, code) => {
    server.script(error(status, code), whole);
    expect(await get()).toBe("abcd");
    server.script(error(status, code));
    await expect(get()).rejects.toMatchObject({ code: "unreachable", effect: "none" });
    expect(server.requests).toHaveLength(4);
  });

  it.each(PASSING)(
    "with %i %s leaves a copy in doubt: it is unreachable, and not asked twice",
    async (status, code) => {
      for (const reply of [error(status, code), error(200, code)]) {
        server.script(reply);
        await expect(copy()).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
        expect(server.requests).toHaveLength(1);
      }
    },
  );

  it("is asked again for a body that is shorter than announced, and is unreachable if it stays", async () => {
    server.script(cut, cut, whole);
    expect(await get()).toBe("abcd");
    server.script(cut);
    await expect(get()).rejects.toMatchObject({ code: "unreachable", effect: "none" });
    expect(server.requests).toHaveLength(4);
  });

  it("is asked again for a page of a listing that is cut", async () => {
    const text200 = page({ keys: ["x/1"] });
    const half: Reply = (_, response) => {
      response.writeHead(200, { "content-length": String(Buffer.byteLength(text200)) });
      response.write(text200.slice(0, 80), () => response.socket?.destroy());
    };
    server.script(half, text(200, text200));
    expect(await list()).toHaveLength(1);
    server.script(half);
    await expect(list()).rejects.toMatchObject({ code: "unreachable", effect: "none" });
  });
});

describe("a copy that begins with 200", () => {
  it.each([
    ["NoSuchKey", "object-changed"],
    ["PreconditionFailed", "object-changed"],
    ["AccessDenied", "access-denied"],
    ["NoSuchBucket", "bucket-missing"],
    ["InternalError", "unreachable"],
  ])("and ends with %s is %s", async (name, code) => {
    server.script(error(200, name));
    await expect(copy()).rejects.toMatchObject({ code });
  });
});

describe("a copy", () => {
  it("is pinned to the source's ETag and keeps class, metadata and tags", async () => {
    server.script(COPIED);
    const cold = { ...PINNED, storageClass: "STANDARD_IA" };
    await server.store().writer(PLACES).copy({ bucket: "bucket", key: "a b/?v#ü" }, TO, cold);
    expect(server.requests[0]?.headers).toMatchObject({
      "x-amz-copy-source": "bucket/a%20b/%3Fv%23%C3%BC",
      "x-amz-copy-source-if-match": '"abc"',
      "x-amz-metadata-directive": "COPY",
      "x-amz-tagging-directive": "COPY",
      "x-amz-storage-class": "STANDARD_IA",
    });
  });

  it("to the protected prefix never reaches the network, nor does a delete", async () => {
    server.script(COPIED);
    const writer = server.store().writer(PLACES);
    const inside = { bucket: "bucket", key: "protected/wal_005/1" };
    await expect(writer.copy(FROM, inside, PINNED)).rejects.toMatchObject({ code: "source-protected" });
    await expect(writer.remove(inside)).rejects.toMatchObject({ code: "source-protected" });
    expect(server.requests).toEqual([]);
  });
});

describe("refusals", () => {
  it.each([
    [403, "AccessDenied", "access-denied"],
    [403, "SignatureDoesNotMatch", "access-denied"],
    [403, "InvalidAccessKeyId", "access-denied"],
    [403, "RequestTimeTooSkewed", "access-denied"],
    [403, "InvalidObjectState", "access-denied"],
    [400, "ExpiredToken", "access-denied"],
    [404, "NoSuchBucket", "bucket-missing"],
    [404, "NoSuchKey", "object-changed"],
    [412, "PreconditionFailed", "object-changed"],
    [501, "NotImplemented", "unreachable"],
    [400, "InvalidRequest", "answer-malformed"],
  ])("%i %s is %s", async (status, code, expected) => {
    server.script(error(status, code));
    await expect(server.store().reader().get(FROM)).rejects.toMatchObject({ code: expected, effect: "none" });
  });

  it.each([
    [400, "InvalidRequest", "The object was stored using a form of Server Side Encryption.", "SSE-C"],
    [400, "KMS.DisabledException", "the key is disabled", "kms:Decrypt"],
    [403, "AccessDenied", "User is not authorized to perform: kms:Decrypt on the resource", "kms:Decrypt"],
    [400, "IllegalLocationConstraintException", "The eu-west-3 location constraint is incompatible", "s3.region"],
    [400, "InvalidBucketState", "something of this store's own", "what the store's manual says"],
  ])("%i %s have the remedy that fits: %s", async (status, code, message, remedy) => {
    const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
    server.script(text(status, body));
    const told = expect.stringContaining(remedy) as string;
    await expect(server.store().reader().get(FROM)).rejects.toMatchObject({ remedy: told, effect: "none" });
  });

  it("are told without secrets and without control characters", async () => {
    server.script(error(403, "AccessDenied", "<StringToSign>x</StringToSign>"));
    const key = "esc\u001b[2J";
    const thrown: unknown = await server
      .store()
      .reader()
      .get({ bucket: "bucket", key })
      .catch((e: unknown) => e);
    expect((thrown as Error).message).toMatch(/^[^\p{Cc}]+$/u);
    server.script(error(403, "canary-secret-key"));
    const echoed: unknown = await list().catch((e: unknown) => e);
    expect((echoed as Error).message).toContain("********");
    expect((echoed as Error).message).not.toContain("canary-secret-key");
  });

  it("of credentials that do not exist say how to log in", async () => {
    const store = server.store({
      credentials: () => Promise.reject(Object.assign(new Error("none"), { name: "CredentialsProviderError" })),
    });
    await expect(store.reader().list("bucket", "x/")).rejects.toMatchObject({ code: "not-logged-in", effect: "none" });
    const { endpoint } = server;
    await expect(store.identity()).rejects.toMatchObject({
      message: `cannot log in to "${endpoint}": none`,
      place: endpoint,
    });
  });
});

describe("an object that is not there", () => {
  it("is absent only if the bucket is there", async () => {
    const head = () => server.store().reader().head(FROM);
    server.script(text(404, ""), text(200, ""));
    expect(await head()).toBeUndefined();
    server.script(text(404, ""), text(403, ""));
    expect(await head()).toBeUndefined();
    server.script(text(404, ""), text(404, ""));
    await expect(head()).rejects.toMatchObject({ code: "bucket-missing" });
    server.script(text(403, ""));
    await expect(head()).rejects.toMatchObject({ code: "access-denied" });
  });
});

describe("the region of a bucket", () => {
  it("is followed when the store names another one", async () => {
    server.script(
      error(301, "PermanentRedirect", "", { "x-amz-bucket-region": "eu-central-1" }),
      text(200, page({ keys: ["x/1"] })),
    );
    expect(await list()).toHaveLength(1);
    expect(server.requests[1]?.headers.authorization).toContain("/eu-central-1/s3/");
  });

  it("is followed when the signature names the wrong one", async () => {
    server.script(
      error(400, "AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>"),
      text(200, page({ keys: ["x/1"] })),
    );
    expect(await list()).toHaveLength(1);
  });

  it("is not chased in circles", async () => {
    server.script(error(301, "PermanentRedirect", "", { "x-amz-bucket-region": "eu-central-1" }));
    await expect(list()).rejects.toMatchObject({ code: "answer-malformed" });
    expect(server.requests).toHaveLength(2);
  });

  const region = (...replies: readonly Reply[]) => {
    server.script(...replies);
    return server.storeWithoutRegion().region("bucket");
  };

  it("is read from the answer to HeadBucket, from a refusal too", async () => {
    expect(await region(text(200, "", { "x-amz-bucket-region": "eu-west-1" }))).toBe("eu-west-1");
    expect(await region(text(403, "", { "x-amz-bucket-region": "eu-west-2" }))).toBe("eu-west-2");
    expect(await region(text(301, "", { "x-amz-bucket-region": "eu-west-3" }))).toBe("eu-west-3");
  });

  it("is asked for if the header is missing; null is us-east-1 and EU is eu-west-1", async () => {
    const location = (inside: string) => text(200, `<LocationConstraint xmlns="x">${inside}</LocationConstraint>`);
    expect(await region(text(200, ""), location(""))).toBe("us-east-1");
    expect(await region(text(200, ""), location("EU"))).toBe("eu-west-1");
    expect(await region(text(403, ""), location("ap-southeast-1"))).toBe("ap-southeast-1");
  });

  it("is never guessed after a refusal", async () => {
    await expect(region(text(403, ""), error(403, "AccessDenied"))).rejects.toMatchObject({ code: "access-denied" });
    await expect(region(text(404, ""))).rejects.toMatchObject({ code: "bucket-missing" });
  });
});
