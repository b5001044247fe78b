import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadConfig } from "../../src/config/settings/load.ts";
import { missingOf } from "../../src/config/settings/missing.ts";
import { testDirectory } from "../directory.ts";

it.each([
  ["", 'Log in with "cf login"; or set cf.api (or CF_API), CF_USERNAME and CF_PASSWORD.'],
  ["cf: { api: https://api.example.org }\n", 'Log in with "cf login"; or set CF_USERNAME and CF_PASSWORD.'],
])("a log-in asks only for what the file lacks: %j", (text, from) => {
  const folder = testDirectory();
  writeFileSync(join(folder, "dingo-recover.yml"), text);
  const env = { HOME: folder };
  const missing = missingOf(loadConfig({ env, cwd: folder }), { systems: new Set(["cf"]), env, needsBucket: false });
  expect(missing).toEqual([{ what: "a log-in to Cloud Foundry", from }]);
});
