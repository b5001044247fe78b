/** The inputs that fuzzing once found, for ever: fixtures/corpus/TARGET/NAME, the input as it is. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isRefusal, TARGETS } from "./targets.ts";

const FOLDER = join(import.meta.dirname, "../../fixtures/corpus");
const FILES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((each) => each.isDirectory())
  .flatMap(({ name }) => readdirSync(join(FOLDER, name)).map((file) => [name, file] as const));

describe("an input that once broke something", () => {
  it.each(FILES)("%s/%s is answered or refused in words", async (name, file) => {
    const target = TARGETS.find((each) => each.name === name);
    const input = readFileSync(join(FOLDER, name, file), "utf8");
    let refused = true;
    try {
      await target?.run(input);
    } catch (thrown) {
      refused = isRefusal(thrown);
    }
    expect([target?.name, refused]).toEqual([name, true]);
  });
});
