/** Files of surveys: those that a pattern finds may have been put there by anybody. */
import { execFileSync } from "node:child_process";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { testDirectory } from "../../../directory.ts";

let place = "";
beforeEach(() => (place = testDirectory()));

/** By a child, which can be ended: a reader that waits for a pipe in this process cannot. */
const READ = `
  import { inventoryFiles } from ${JSON.stringify(new URL("../../../../src/cli/commands/discover/discovery-sources.ts", import.meta.url).href)};
  console.log(JSON.stringify(await inventoryFiles([process.argv[1]])));
`;

it("are no pipes and devices, for which a pattern would wait for ever", () => {
  writeFileSync(join(place, "a.jsonl"), "{}\n");
  execFileSync("mkfifo", [join(place, "b.jsonl")]);
  symlinkSync("/dev/zero", join(place, "c.jsonl"));
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", READ, join(place, "*.jsonl")], {
    encoding: "utf8",
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  const { files, unreadable } = JSON.parse(said) as Record<"files" | "unreadable", { path: string; why?: string }[]>;
  expect(files.map(({ path }) => path)).toEqual([join(place, "a.jsonl")]);
  expect(unreadable.map(({ path }) => path)).toEqual([join(place, "b.jsonl"), join(place, "c.jsonl")]);
  expect(unreadable[0]?.why).toContain("is no file but a pipe or a device");
});
