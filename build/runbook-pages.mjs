/**
 * Writes docs/runbooks: the shipped runbooks for people without the tool, as `dingo-recover show NAME` prints them. After tsc; a
 * test tells when it has to be done.
 *
 *   npm run build && node build/runbook-pages.mjs
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { runbookPage } from "../dist/cli/runbook-page.js";
import { shippedNames } from "../dist/cli/runbook-files.js";
import { openRunbook } from "../dist/cli/shipped-runbooks.js";

const directory = new URL("../docs/runbooks/", import.meta.url);
mkdirSync(directory, { recursive: true });
for (const name of shippedNames()) writeFileSync(new URL(`${name}.md`, directory), runbookPage(openRunbook(name)));
