/** A remedy holds commands that people paste: each value in them that somebody else may have named stands in quotes. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
/** Options and programs whose next word is a name or an address. */
const TAKES_NAME =
  /(?:--from|archive verify|bosh -d|cf login -a|cf curl|set-space-role \S+|aws s3 ls|docker volume rm) '?(?:s3:\/\/)?\$\{(?!quote\(|word\}|place\}|command\})/u;

it("no sentence has an unquoted name or address in a command", () => {
  const files = globSync("src/**/*.ts", { cwd: ROOT }).filter((path) => !path.startsWith("src/rehearsal/"));
  expect(files.length).toBeGreaterThan(500);
  const found = files.flatMap((path) =>
    readFileSync(join(ROOT, path), "utf8")
      .split("\n")
      .flatMap((line, index) => (TAKES_NAME.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});
