import { describe, expect, it } from "vitest";
import { byLikeness, nearest } from "../../../src/kit/text/nearest.ts";

describe("did you mean", () => {
  it.each([
    ["tilte", "title"],
    ["wth", "with"],
    ["foreach", "for_each"],
    ["cf.create-servce", "cf.create-service"],
  ])("finds %s to be %s", (word, meant) => {
    expect(nearest(word, ["id", "title", "with", "for_each", "cf.create-service"])).toBe(meant);
  });

  it("takes the first that begins so if nothing is nearer", () => {
    expect(nearest("happy", ["unhappy-end", "happy-last-era", "happy-first-era"])).toBe("happy-last-era");
    expect(nearest("ha", ["happy-last-era"])).toBeUndefined();
  });

  it("stays silent if nothing is near", () => {
    expect(nearest("retries", ["id", "title", "with"])).toBeUndefined();
    expect(nearest("x", ["id", "title"])).toBeUndefined();
    expect(nearest("bogus", ["logs"])).toBeUndefined();
  });
});

describe("names by their likeness", () => {
  it("begin with the nearest, however far that is", () => {
    const names = ["orders-db", "important-db", "Important-DB2"];
    expect(byLikeness("importantdb", names)).toEqual(["important-db", "Important-DB2", "orders-db"]);
    expect(byLikeness("x", ["bb", "aa"])).toEqual(["bb", "aa"]);
  });
});
