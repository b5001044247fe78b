/**
 * Puts `cf` and `docker` of the box into a directory of the child's PATH: a line of shell that starts this tool as that
 * program.
 */
import { compiledBefore, ownProgram } from "../kit/process/own-files.ts";
import { putScript } from "./bash-programs.ts";
import type { BoxClock } from "./box/clock.ts";
import { putSudo } from "./docker-program/sudo.ts";

/** Returns the path of the program; tokens are measured by the given clock. */
export const installCfProgram = (directory: string, clock: BoxClock): string =>
  putProgram(directory, "cf", [JSON.stringify(clock)]);

/** It finds its engine by DOCKER_HOST. */
export function installDockerProgram(directory: string): void {
  putSudo(directory);
  putProgram(directory, "docker");
}

/** `words` come before those of the caller. */
function putProgram(directory: string, name: "cf" | "docker", words: readonly string[] = []): string {
  const variables = Object.entries(compiledBefore()).map(([variable, value]) => `${variable}=${quoted(value)} `);
  const line = [...ownProgram(), `box:${name}`, ...words].map(quoted).join(" ");
  return putScript(directory, name, `#!/bin/sh\n${variables.join("")}exec ${line} "$@"\n`);
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
