/**
 * Writes docs/runbooks: the shipped runbooks for people without the tool, as `dingo-recover show NAME` prints them. A
 * test tells when it has to be done.
 *
 *   npx node build/runbook-pages.mjs
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { runbookPage } from "../src/cli/commands/runbook-page.ts";
import { shippedNames } from "../src/cli/process/runbook-files.ts";
import { openRunbook } from "../src/cli/process/shipped-runbooks.ts";

const directory = new URL("../docs/runbooks/", import.meta.url);
mkdirSync(directory, { recursive: true });
for (const name of shippedNames()) writeFileSync(new URL(`${name}.md`, directory), runbookPage(openRunbook(name)));
