/** Puts the box's `cf` into a directory that a child's PATH begins with. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type BoxClock, clockWord } from "./clock.js";

/** Writes `DIRECTORY/cf`, a shell line that starts this Node; returns its path. Tokens are measured by the given clock. */
export async function installCfProgram(directory: string, clock?: BoxClock): Promise<string> {
  const path = join(directory, "cf");
  await mkdir(directory, { recursive: true });
  const words = [process.execPath, ...loader(), fileURLToPath(mainUrl()), clockWord(clock)];
  await writeFile(path, `#!/bin/sh\nexec ${words.map(quoted).join(" ")} "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

/** From source (tests) the program needs tsx, built it needs nothing. */
const fromSource = import.meta.url.endsWith(".ts");

function mainUrl(): string {
  return new URL(fromSource ? "./main.ts" : "./main.js", import.meta.url).href;
}

function loader(): readonly string[] {
  if (!fromSource) return [];
  return ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href];
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
