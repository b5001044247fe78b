/** Every suite with a property in it once more, with many inputs: vitest.config.ts says how many. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe } from "vitest";

const suites = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".test.ts") && !/\.(?:gate|deep)\.test\.ts$/u.test(name))
  .filter((name) => /from "(?:\.\.?\/)+properties\.ts"/u.test(readFileSync(join(import.meta.dirname, name), "utf8")));

for (const name of suites.toSorted()) describe(name, async () => void (await import(join(import.meta.dirname, name))));
