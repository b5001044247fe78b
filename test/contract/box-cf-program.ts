/**
 * The box's `cf`, as a rehearsal in a clone puts it: from source, by a Node that keeps its compiled code for all tests.
 */
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { REAL_TIME } from "../../src/rehearsal/box/clock.ts";
import { installCfProgram } from "../../src/rehearsal/program-file.ts";

/** Puts the program into a directory and returns the path of its `cf`. */
export function boxCfProgram(directory: string): Promise<string> {
  enableCompileCache(join(import.meta.dirname, "../../node_modules/.cache/dingo-recover/compiled"));
  return Promise.resolve(installCfProgram(join(directory, "bin"), REAL_TIME));
}
