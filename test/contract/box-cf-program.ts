/** The box's `cf`, put together once per test file: started from source it would cost half a second per call. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { installCfProgram } from "../../src/rehearsal/cf-program/install.ts";

const SOURCE = join(import.meta.dirname, "../../src/rehearsal/cf-program");

/** Puts the program into a directory and returns the path of its `cf`. */
export async function boxCfProgram(directory: string): Promise<string> {
  const built = join(directory, "cf-program");
  const entryPoints = ["install.ts", "main.ts"].map((file) => join(SOURCE, file));
  await build({ entryPoints, outdir: built, bundle: true, platform: "node", format: "esm", target: "node24" });
  writeFileSync(join(built, "package.json"), '{"type":"module"}');
  const module = (await import(pathToFileURL(join(built, "install.js")).href)) as {
    readonly installCfProgram: typeof installCfProgram;
  };
  return await module.installCfProgram(join(directory, "bin"));
}
