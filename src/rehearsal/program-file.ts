/** Puts a program of the box where a child's PATH finds it: a line of shell that starts this Node with one of our files. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** `main`: without its ending, relative to `from`, which is the `import.meta.url` of whoever calls. */
export interface ProgramFile {
  readonly directory: string;
  readonly name: string;
  readonly main: string;
  readonly from: string;
  /** Before those of the caller. */
  readonly words?: readonly string[];
}

/** Returns the path of the program. */
export async function putProgram({ directory, name, main, from, words = [] }: ProgramFile): Promise<string> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  // From source (tests) the program needs tsx, built it needs nothing.
  const isSource = from.endsWith(".ts");
  const file = fileURLToPath(new URL(`${main}${isSource ? ".ts" : ".js"}`, from));
  const loader = isSource ? ["--import", pathToFileURL(createRequire(from).resolve("tsx")).href] : [];
  const line = [process.execPath, ...loader, file, ...words].map(quoted).join(" ");
  await writeFile(path, `#!/bin/sh\nexec ${line} "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
