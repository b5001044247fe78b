import { expect, it } from "vitest";
import { shortage } from "../../../src/archive/restore/staging.ts";

it("a restore says how much room it asks for, which is never less than is free", () => {
  const free = 420_400_000;
  expect(shortage("/data", { needed: 100_000_000, free })).toBeUndefined();
  expect(shortage("/data", { needed: 176_200_000, free })).toMatchObject({
    code: "does-not-fit",
    place: "/data",
    message: "the restore needs 444.6 MB, with what its server writes itself, and 420.4 MB are free",
  });
});
