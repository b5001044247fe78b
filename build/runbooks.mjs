/**
 * Writes dist/runbooks.json: the shipped runbooks as they were read and checked, by the SHA-256 of their text, so that a run need
 * not do it before its first screen. After tsc.
 */
import { writeFileSync } from "node:fs";
import { shippedNames } from "../dist/cli/runbook-files.js";
import { readRunbook } from "../dist/cli/shipped-runbooks.js";
import { kept } from "../dist/runbook/kept.js";

const runbooks = shippedNames().map((name) => readRunbook(name));
const entries = runbooks.map((runbook) => [runbook.sha256, kept(runbook)]);
writeFileSync(new URL("../dist/runbooks.json", import.meta.url), JSON.stringify(Object.fromEntries(entries)));
