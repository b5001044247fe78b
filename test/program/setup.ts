/** Before the suites of `npm test`: makes the program that they start (build/test-program.mjs), in some seconds. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

const MAKES = join(import.meta.dirname, "../../build/test-program.mjs");

export function setup(project: TestProject): void {
  const { status, stdout } = spawnSync(process.execPath, [MAKES], {
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${MAKES} could not make the program that the tests start`);
  project.provide("program", stdout.trim());
}

declare module "vitest" {
  interface ProvidedContext {
    /** The directory of the program's bin.cjs. */
    program: string;
  }
}
