import { describe, expect, it } from "vitest";
import { nearest } from "../src/nearest.js";

describe("did you mean", () => {
  it.each([
    ["tilte", "title"],
    ["wth", "with"],
    ["foreach", "for_each"],
    ["cf.create-servce", "cf.create-service"],
  ])("finds %s to be %s", (word, meant) => {
    expect(nearest(word, ["id", "title", "with", "for_each", "cf.create-service"])).toBe(meant);
  });

  it("stays silent where nothing is near", () => {
    expect(nearest("retries", ["id", "title", "with"])).toBeUndefined();
    expect(nearest("x", ["id", "title"])).toBeUndefined();
  });
});
