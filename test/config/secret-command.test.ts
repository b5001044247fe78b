/** A secret by a command: the program beside the configuration is run, and not one in the operator's directory. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadConfig } from "../../src/config/settings/load.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { resolveSecret } from "../../src/wiring/store-wiring.ts";
import { testDirectory } from "../directory.ts";

let top = "";
const before = process.cwd();
beforeEach(() => (top = testDirectory()));
afterEach(() => {
  process.chdir(before);
});

function program(folder: string, says: string): void {
  mkdirSync(join(top, folder, "bin"), { recursive: true });
  writeFileSync(join(top, folder, "bin/secret"), `#!/bin/sh\necho ${says}\n`);
  chmodSync(join(top, folder, "bin/secret"), 0o755);
}

it.each(["bin/secret", "sh, ./bin/secret"])("runs [%s] of the configuration's directory", async (command) => {
  program("ops", "ours");
  program("clone", "theirs");
  process.chdir(join(top, "clone"));
  const text = `bosh: { client: c, client_secret: { command: [${command}] } }\n`;
  const { bosh } = loadConfig({ content: { path: join(top, "ops/c.yml"), text }, env: {}, cwd: process.cwd() });
  const options = { secrets: new Secrets(), env: { PATH: process.env["PATH"] }, signal: new AbortController().signal };
  if (bosh.clientSecret === undefined) throw new Error("it names no secret");
  expect(await resolveSecret(options, bosh.clientSecret)).toBe("ours");
});
