/** Puts a program of the box where a child's PATH finds it: a line of shell that starts this tool as that program. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { compiledBefore, ownProgram } from "../kit/process/own-files.ts";

export interface ProgramFile {
  readonly directory: string;
  readonly name: "cf" | "docker";
  /** Before those of the caller. */
  readonly words?: readonly string[];
}

/** Returns the path of the program. */
export async function putProgram({ directory, name, words = [] }: ProgramFile): Promise<string> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  const variables = Object.entries(compiledBefore()).map(([variable, value]) => `${variable}=${quoted(value)} `);
  const line = [...ownProgram(), `box:${name}`, ...words].map(quoted).join(" ");
  await writeFile(path, `#!/bin/sh\n${variables.join("")}exec ${line} "$@"\n`);
  await chmod(path, 0o755);
  return path;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
