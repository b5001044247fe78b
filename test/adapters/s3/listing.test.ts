import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { listEveryPage, type Page } from "../../../src/adapters/s3/listing.js";

const row = (key: string) => ({ Key: key, Size: 1, ETag: '"abc"', LastModified: new Date(0) });

describe("the pages of a listing", () => {
  it("end with an error where empty pages never end", async () => {
    let count = 0;
    const endless = (): Promise<Page> => {
      count += 1;
      return Promise.resolve({ IsTruncated: true, NextContinuationToken: `token-${count}` });
    };
    await expect(listEveryPage(endless, "", "s3://bucket/")).rejects.toMatchObject({ code: "answer-incomplete" });
  });

  it("make up the whole listing in the order of the keys' bytes, however they are cut", async () => {
    const keys = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 1, max: 7 }), async (all, size) => {
        const fetchPage = (token: string | undefined): Promise<Page> => {
          const from = Number(token ?? "0");
          const more = from + size < all.length;
          const next = more ? { NextContinuationToken: String(from + size) } : {};
          return Promise.resolve({ Contents: all.slice(from, from + size).map(row), IsTruncated: more, ...next });
        };
        const listed = await listEveryPage(fetchPage, "", "s3://bucket/");
        const wanted = [...all].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(listed.map(({ key }) => key)).toEqual(wanted);
      }),
    );
  });

  it.each(["Key", "Size", "ETag", "LastModified"])("are incomplete without an object's %s", async (field) => {
    const rows = [row("x"), { ...row("y"), [field]: undefined }];
    const fetchPage = (): Promise<Page> => Promise.resolve({ Contents: rows, IsTruncated: false } as Page);
    await expect(listEveryPage(fetchPage, "", "s3://bucket/")).rejects.toMatchObject({ code: "answer-incomplete" });
  });
});
