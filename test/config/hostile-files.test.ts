/** Files that a configuration names, or is: they are read before anybody trusts it, and may be made so that a reader never ends. */
import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { loadConfig } from "../../src/config/settings/load.ts";
import { MOST_BYTES } from "../../src/kit/yaml/read.ts";
import { testDirectory } from "../directory.ts";

let cwd = "";
beforeEach(() => (cwd = testDirectory()));

const load = () => loadConfig({ env: { HOME: cwd }, cwd });
const FILE = "dingo-recover.yml";

/** Read by a child, which can be ended: a reader that waits for a pipe in this process cannot. */
const NAMES_A_PIPE = `
  import { loadConfig } from ${JSON.stringify(new URL("../../src/config/settings/load.ts", import.meta.url).href)};
  try { loadConfig({ env: {}, cwd: process.argv[1] }); } catch (error) { console.log(error.message); }
`;
const readByChild = (): string =>
  execFileSync(process.execPath, ["--input-type=module", "--eval", NAMES_A_PIPE, cwd], {
    encoding: "utf8",
    timeout: 20_000,
    killSignal: "SIGKILL",
  });

it.each(["the configuration", "a certificate that it names"])("does not wait for a pipe in the place of %s", (what) => {
  const pipe = join(cwd, what === "the configuration" ? FILE : "ca.pem");
  if (what !== "the configuration") writeFileSync(join(cwd, FILE), "bosh: { ca_cert: ca.pem }\n");
  execFileSync("mkfifo", [pipe]);
  expect(readByChild()).toContain("is a pipe");
});

it("reads no more of a certificate than one can have, be it a file or a device without end", () => {
  for (const path of [join(cwd, "ca.pem"), "/dev/zero"]) {
    writeFileSync(join(cwd, FILE), `bosh: { ca_cert: ${path} }\n`);
    if (path !== "/dev/zero") {
      writeFileSync(path, "");
      truncateSync(path, MOST_BYTES + 1);
    }
    expect(load).toThrow(/is larger than 1 MiB/u);
  }
});

it("says of a configuration that is too large just that", () => {
  writeFileSync(join(cwd, FILE), `# ${"x".repeat(MOST_BYTES)}\n`);
  expect(load).toThrow(/larger than 1 MiB/u);
});
