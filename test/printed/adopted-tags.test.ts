/** How an instance is adopted by hand: `cf update-service -t` writes over all tags, and those that it has have to stay. */
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { printedCreate } from "../../src/foundation/actions/cf/printed-create.ts";
import { testDirectory } from "../directory.ts";

const REQUEST = {
  offering: "dingo-postgresql",
  plan: "cluster",
  name: "important-db",
  run: "R",
  place_on: [],
  clone_from: "",
};

let directory: string;
beforeEach(() => (directory = testDirectory()));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const instance = (tags: readonly string[], spaces?: number): string =>
  JSON.stringify({ guid: "g", name: "tags: of old", tags, last_operation: { type: "create" } }, null, spaces);

/** The changing calls of `cf`, when Cloud Foundry gives this answer; and how the line ends. */
async function called(answer: string, { shell = "sh", code = 0 } = {}): Promise<{ calls: string; failed: boolean }> {
  writeFileSync(join(directory, "answer"), answer);
  const asked = `cat '${directory}/answer'; exit ${code}`;
  const cf = join(directory, "cf");
  writeFileSync(cf, `#!/bin/sh\nif [ "$1" = curl ]; then ${asked}; else printf '%s\\n' "$@"; fi\n`);
  chmodSync(cf, 0o755);
  const [{ line } = { line: "" }] = printedCreate({ ...REQUEST, adopt: "0f1c4b67-1b3f-4b1e-9c1d-5a2e7d1c9b30" });
  const options = { env: { PATH: `${directory}:/usr/bin:/bin` }, extendEnv: false, reject: false } as const;
  const { stdout, failed } = await execa(shell, ["-c", line], { ...options, stdin: "ignore" });
  return { calls: stdout, failed };
}

describe("the tags of an instance that is adopted by hand", () => {
  it.each([
    [[], "dingo-recover-R"],
    [["ours"], "ours,dingo-recover-R"],
    [["ours", "of production"], /^ours, *of production,dingo-recover-R$/],
    [["team[a]", "]", "ours"], /^team\[a\], *\], *ours,dingo-recover-R$/],
  ] as const)("are those that it has (%j), and the run's", async (tags, wanted) => {
    for (const [spaces, shell] of [undefined, 2].flatMap((one) => [[one, "sh"] as const, [one, "bash"] as const])) {
      const [verb, name, option, given] = (await called(instance(tags, spaces), { shell })).calls.split("\n");
      expect([verb, name, option]).toEqual(["update-service", "important-db", "-t"]);
      expect(given).toMatch(typeof wanted === "string" ? new RegExp(`^${wanted}$`) : wanted);
    }
  });

  it.each([
    ["does not answer", "", 1],
    ["answers with an error", JSON.stringify({ errors: [{ title: "CF-ResourceNotFound", code: 10010 }] }), 0],
    ["breaks off", instance(["ours", "of production"]).slice(0, -60), 0],
    ["names a tag with a comma", instance(["ours", "a,b"]), 0],
    ["names a tag with a quote", instance(["ours", 'a"],']), 0],
  ])("stay as they are if Cloud Foundry %s", async (_what, answer, code) => {
    for (const shell of ["sh", "bash"])
      expect(await called(answer, { shell, code })).toEqual({ calls: "", failed: true });
  });
});
