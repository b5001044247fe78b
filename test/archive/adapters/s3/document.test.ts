/** Answers that the SDK by itself takes for other ones, through the real client. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { error, FaultyServer, page, text } from "./faulty-server.ts";

let server: FaultyServer;
beforeAll(async () => {
  server = await FaultyServer.start();
});
afterAll(() => server.stop());

const WHOLE = page({ keys: ["x/1"] });
const list = (answer: string) => {
  server.script(text(200, answer));
  return server.store().reader().list("bucket", "x/");
};

describe("a page of a listing", () => {
  it("is read with a declaration, blanks around it, and what is no value", async () => {
    expect(await list(`\n${WHOLE}\n`)).toHaveLength(1);
    expect(await list(WHOLE.replace('<?xml version="1.0"?>', ""))).toHaveLength(1);
    expect(await list(WHOLE.replace("<Contents>", "<Delimiter/><MaxKeys></MaxKeys><Contents>"))).toHaveLength(1);
    expect([...(await list(WHOLE.replace("x/1", "x/&#233;&#xe9;&amp;")))]).toMatchObject([{ key: "x/éé&" }]);
  });

  it.each<[string, string, string]>([
    ["an entity that no store writes", "x/1", "x/&nbsp;1"],
    ["a character beyond what the SDK can read", "x/1", "x/&#x1f600;"],
    ["a size that is none", "<Size>1<", "<Size><"],
    ["a size in another form", "<Size>1<", "<Size>0x10<"],
    ["a size left open", "<Size>1</Size>", "<Size/>"],
    ["a size that is less than nothing", "<Size>1<", "<Size>-1<"],
    ["an end that nobody can read", "<IsTruncated>false", "<IsTruncated>no"],
    ["an empty end", "<IsTruncated>false", "<IsTruncated>"],
    ["no count", "<KeyCount>1", "<KeyCount>many"],
    ["a date that is none", "2026-11-21T02:00:00.000Z", "yesterday"],
    ["another document behind it", "</ListBucketResult>", "</ListBucketResult><ListBucketResult/>"],
    ["text behind it", "</ListBucketResult>", "</ListBucketResult>more"],
    ["another root", "ListBucketResult", "ListBucketResults"],
  ])("is incomplete with %s", async (_, from, to) => {
    await expect(list(WHOLE.replaceAll(from, to))).rejects.toMatchObject({ code: "answer-incomplete" });
  });
});

describe("what is said of a bucket", () => {
  const html = text(200, "<html><body>please log in</body></html>");

  it("is never nothing because something else answers", async () => {
    server.script(html);
    const store = server.store();
    await expect(store.reader().lifecycle("bucket")).rejects.toMatchObject({ code: "answer-incomplete" });
    await expect(store.protection("bucket")).rejects.toMatchObject({ code: "answer-incomplete" });
    server.script(text(200, ""), html);
    await expect(server.storeWithoutRegion().region("bucket")).rejects.toMatchObject({ code: "answer-incomplete" });
  });

  it("is read as its region though the answer names no namespace", async () => {
    server.script(text(200, ""), text(200, "<LocationConstraint>eu-west-3</LocationConstraint>"));
    expect(await server.storeWithoutRegion().region("bucket")).toBe("eu-west-3");
    server.script(text(200, ""), text(200, "<LocationConstraint/>"));
    expect(await server.storeWithoutRegion().region("bucket")).toBe("us-east-1");
  });

  it("is versioning of a bucket that says nothing of it", async () => {
    server.script(text(200, "<VersioningConfiguration/>"), error(404, "ObjectLockConfigurationNotFoundError"));
    expect(await server.store().protection("bucket")).toEqual({ versioning: "off", mfaDelete: false, lock: "none" });
  });
});

describe("a refusal", () => {
  it.each(["<html><body>go away</p>", "<!DOCTYPE>".repeat(100_000), "<Error><Code>NoSuchKey", ""])(
    "that is no document of a store is told by its status: %.20j",
    async (said) => {
      server.script(text(403, said));
      const listed = server.store().reader().list("bucket", "x/");
      await expect(listed).rejects.toMatchObject({
        code: "access-denied",
        message: expect.stringContaining("HTTP 403: no reason given"),
      });
    },
  );

  it("is read though a declaration stands before it, and its name decides", async () => {
    server.script(error(403, "InvalidObjectState"));
    const got = server.store().reader().get({ bucket: "bucket", key: "x" });
    await expect(got).rejects.toMatchObject({ message: expect.stringMatching(/said so$/u) });
  });
});

describe("a date that the store refuses", () => {
  it("is corrected by the store's own, once, for a change as well: nothing was done", async () => {
    const refused = error(403, "RequestTimeTooSkewed", "", { date: new Date("2031-01-01T00:00:00Z").toUTCString() });
    server.script(refused, text(204, ""));
    const into = [{ bucket: "bucket", prefix: "backups/new/wal" }];
    const writer = server.store().writer({ source: { bucket: "bucket", prefix: "protected" }, into });
    await writer.remove({ bucket: "bucket", key: "backups/new/wal/x" });
    expect(server.requests.map(({ headers }) => String(headers["x-amz-date"]).slice(0, 4))).toEqual([
      String(new Date().getFullYear()),
      expect.stringMatching(/^203[01]$/u),
    ]);
    server.script(refused);
    await expect(writer.remove({ bucket: "bucket", key: "backups/new/wal/x" })).rejects.toMatchObject({
      code: "access-denied",
      effect: "none",
    });
    expect(server.requests).toHaveLength(2);
  });
});
