/** The directory `bundle` of a package: the program, and what the build writes down so that it need not be found out at each start. */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderHelp } from "../src/cli/start/render-help.ts";
import { renderSchemas } from "../src/cli/start/render-schema.ts";
import { sourcesHash } from "../src/cli/process/checked-runbook.ts";
import { shippedNames } from "../src/cli/process/runbook-files.ts";
import { readRunbook } from "../src/cli/process/shipped-runbooks.ts";
import { kept } from "../src/engine/runbook/kept.ts";
import { manualPage } from "./manual-page.mjs";
import { putProgram } from "./program.mjs";

const ENTRY = fileURLToPath(new URL("../src/bin.cjs", import.meta.url));

/** Returns the names of the packages that are in it. @param {string} bundle */
export async function makeBundle(bundle) {
  mkdirSync(bundle, { recursive: true });
  const packages = await putProgram(bundle);
  copyFileSync(ENTRY, join(bundle, "bin.cjs"));
  chmodSync(join(bundle, "bin.cjs"), 0o755);
  const help = await renderHelp();
  const runbooks = shippedNames().map((name) => readRunbook(name));
  // As they were read and checked: that takes a tenth of a second.
  const checked = { sources: sourcesHash(), runbooks: Object.fromEntries(runbooks.map((each) => [each.name, kept(each)])) };
  writeFileSync(join(bundle, "help.json"), JSON.stringify(help));
  writeFileSync(join(bundle, "schema.json"), JSON.stringify(renderSchemas()));
  writeFileSync(join(bundle, "dingo-recover.1"), manualPage(help));
  writeFileSync(join(bundle, "runbooks.json"), JSON.stringify(checked));
  return packages;
}
