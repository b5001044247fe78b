/**
 * The tool as its users get it: the package's entry, of the last `npm run build`. It also starts sooner than the modules in
 * `dist`, which suites of thousands of starts feel.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

export const TOOL = join(import.meta.dirname, "../bundle/bin.cjs");

if (!existsSync(TOOL)) throw new Error("bundle/bin.cjs is missing: run npm run build first");
