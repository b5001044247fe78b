/** The box's `cf`, translated once per test file: started from source it would cost half a second per call. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { transform } from "esbuild";
import type { installCfProgram } from "../../src/rehearsal/cf-program/install.js";

const REHEARSAL = join(import.meta.dirname, "../../src/rehearsal");

/** Puts the program into a directory and returns the path of its `cf`. */
export async function boxCfProgram(directory: string): Promise<string> {
  const built = join(directory, "cf-program");
  mkdirSync(built, { recursive: true });
  writeFileSync(join(directory, "package.json"), '{"type":"module"}');
  const files = readdirSync(join(REHEARSAL, "cf-program")).map((file) => join("cf-program", file));
  for (const file of [...files, "program-file.ts"]) {
    const { code } = await transform(readFileSync(join(REHEARSAL, file), "utf8"), { loader: "ts", target: "node20" });
    writeFileSync(join(directory, file.replace(/\.ts$/, ".js")), code);
  }
  const module = (await import(pathToFileURL(join(built, "install.js")).href)) as {
    readonly installCfProgram: typeof installCfProgram;
  };
  return await module.installCfProgram(join(directory, "bin"));
}
