import { fc } from "../../../properties.ts";
import { describe, expect, it } from "vitest";
import { type Going, listEveryPage, type Page } from "../../../../src/archive/adapters/s3/listing.ts";

const whole = { prefix: "", range: {}, place: "s3://bucket/" };
const row = (key: string) => ({ Key: key, Size: 1, ETag: '"abc"', LastModified: new Date(0) });
const pageOf = (keys: readonly string[], next?: string): Page => ({
  Contents: keys.map(row),
  IsTruncated: next !== undefined,
  NextContinuationToken: next,
});

const tokenOf = (going: Going | undefined): string => (going !== undefined && "token" in going ? going.token : "0");

describe("the pages of a listing", () => {
  it("end with an error if empty pages never end", async () => {
    let count = 0;
    const endless = (): Promise<Page> => {
      count += 1;
      return Promise.resolve(pageOf([], `token-${count}`));
    };
    await expect(listEveryPage(endless, whole)).rejects.toMatchObject({ code: "answer-incomplete" });
  });

  it("end with an error if new tokens lead to old pages", async () => {
    let count = 0;
    const pages = [["a", "b"], ["c"], ["a", "b"]];
    const again = (): Promise<Page> => Promise.resolve(pageOf(pages[count++ % 3] ?? [], `token-${count}`));
    await expect(listEveryPage(again, whole)).rejects.toMatchObject({
      code: "answer-incomplete",
      message: expect.stringContaining("repeats a page"),
    });
    expect(count).toBe(3);
  });

  it("end with an error if new keys never end", async () => {
    let count = 0;
    const endless = (): Promise<Page> => {
      count += 1;
      return Promise.resolve(pageOf([`${count}-a`, `${count}-b`], `token-${count}`));
    };
    await expect(listEveryPage(endless, { ...whole, mostObjects: 9 })).rejects.toMatchObject({
      code: "answer-malformed",
      effect: "none",
    });
    expect(count).toBe(5);
  });

  it("end with an error if a key is longer than any that S3 keeps, and name it cut", async () => {
    const longest = "ä".repeat(512);
    const listed = await listEveryPage(() => Promise.resolve(pageOf([longest])), whole);
    expect(listed.map(({ key }) => key)).toEqual([longest]);
    for (const key of [`${longest}x`, "x\u001b".repeat(1_000_000)]) {
      const refused = listEveryPage(() => Promise.resolve(pageOf([key])), whole);
      await expect(refused).rejects.toMatchObject({ code: "answer-malformed" });
      await expect(refused).rejects.toThrow(/has \d+ bytes, and S3 keeps none above 1024$/u);
      expect(((await refused.catch((thrown: unknown) => thrown)) as Error).message.length).toBeLessThan(500);
    }
  });

  it("make up the whole listing in the order of the keys' bytes, however they are cut", async () => {
    const keys = fc.uniqueArray(fc.string({ unit: "grapheme", minLength: 1 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(keys, fc.integer({ min: 1, max: 7 }), async (all, size) => {
        const fetchPage = (going: Going | undefined): Promise<Page> => {
          const from = Number(tokenOf(going));
          const more = from + size < all.length;
          return Promise.resolve(pageOf(all.slice(from, from + size), more ? String(from + size) : undefined));
        };
        const listed = await listEveryPage(fetchPage, whole);
        const wanted = [...all].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(listed.map(({ key }) => key)).toEqual(wanted);
      }),
    );
  });

  it("go on behind as many as were asked for if all the others are wanted by then", async () => {
    const pages = [["a", "b"], ["c", "d"], ["e"]];
    const listed = async (most: number, goesOn: () => boolean): Promise<readonly string[]> => {
      const fetchPage = (going: Going | undefined): Promise<Page> => {
        const at = Number(tokenOf(going));
        return Promise.resolve(pageOf(pages[at] ?? [], at < 2 ? String(at + 1) : undefined));
      };
      return (await listEveryPage(fetchPage, { ...whole, range: { most, goesOn } })).map(({ key }) => key);
    };
    expect(await listed(3, () => false)).toEqual(["a", "b", "c"]);
    let asked = 0;
    // The first word counts: a listing that ended there is no whole one.
    expect(await listed(3, () => (asked += 1) > 1)).toEqual(["a", "b", "c"]);
    expect(await listed(3, () => true)).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("are all read for a range of keys if a store lists in no order, and if it knows no start", async () => {
    const unordered = [["c", "a"], ["e", "b"], ["d"]];
    const fetchPage = (going: Going | undefined): Promise<Page> => {
      const at = Number(tokenOf(going));
      return Promise.resolve(pageOf(unordered[at] ?? [], at < 2 ? String(at + 1) : undefined));
    };
    const range = { after: "a", upTo: "c" };
    const listed = await listEveryPage(fetchPage, { ...whole, range });
    expect(listed.map(({ key }) => key)).toEqual(["b", "c"]);
  });

  it.each(["Key", "Size", "LastModified"])("are incomplete without an object's %s", async (field) => {
    const rows = [row("x"), { ...row("y"), [field]: undefined }];
    const fetchPage = (): Promise<Page> => Promise.resolve({ ...pageOf([]), Contents: rows });
    await expect(listEveryPage(fetchPage, whole)).rejects.toMatchObject({ code: "answer-incomplete" });
  });
});
