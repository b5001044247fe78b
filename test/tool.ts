/**
 * The tool as its users start it: the package's entry, of the last `npm run build`. In `npm test` it is one that was made of the
 * sources (test/program/setup.ts).
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where the program lies that was made for `npm test`; undefined in suites that start the package. */
export const MADE = process.env["DINGO_RECOVER_TEST_PROGRAM"];
/** Of the tool, with the files that it reads beside its entry. */
export const TOOL_DIRECTORY = MADE ?? join(import.meta.dirname, "../bundle");
export const TOOL = join(TOOL_DIRECTORY, "bin.cjs");

/** It prints its commands as if it were installed. */
export const AS_INSTALLED = { DINGO_RECOVER_COMMAND: "dingo-recover" } as const;

if (!existsSync(TOOL)) throw new Error(`${TOOL} is missing: run npm run build first`);
