/** As root, a restore below a directory in which another account could put a link in the place of what root writes to. */
import { chmodSync, chownSync, mkdirSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stage } from "../../../src/archive/restore/staging.ts";
import { besides, placeToRestore } from "./place-to-restore.ts";

placeToRestore();

const OF_ANOTHER = 65_533;
const terms = { needed: 0, isWanted: () => true } as unknown as Parameters<typeof stage>[1];

describe.runIf(process.getuid?.() === 0)("a restore as root", () => {
  it.each([
    ["lies in a directory of another account", (): void => chownSync(besides("above"), OF_ANOTHER, OF_ANOTHER)],
    ["lies in a directory that others write to", (): void => chmodSync(besides("above"), 0o777)],
    [
      "was begun by another account",
      (): void => {
        mkdirSync(besides("above", "data.partial"));
        chownSync(besides("above", "data.partial"), OF_ANOTHER, OF_ANOTHER);
      },
    ],
  ])("is refused if it %s, and nothing is written", async (_, made) => {
    mkdirSync(besides("above"));
    made();
    const before = readdirSync(besides("above"), { recursive: true });
    await expect(stage(besides("above", "data"), terms)).rejects.toMatchObject({
      code: "foreign-directory",
      effect: "none",
    });
    expect(readdirSync(besides("above"), { recursive: true })).toEqual(before);
  });
});
