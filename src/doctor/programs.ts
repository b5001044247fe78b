/** Programs in PATH: those that the tool calls, and those that only printed commands use, for whoever works by hand. */
import { accessSync, constants, statSync } from "node:fs";
import { join } from "node:path";
import { optional } from "../optional.js";
import { type Check, note, ok, type Verdict } from "./check.js";

export interface ByHandProgram {
  readonly program: string;
  /** Which commands it is in. */
  readonly forWhat: string;
}

export function examinePrograms(wanted: readonly ByHandProgram[], path: string): readonly Check[] {
  return wanted.map(({ program, forWhat }) => {
    const found = inPath(program, path);
    return {
      id: "machine.programs",
      ...(found === undefined
        ? note(`"${program}" is not in PATH: only ${forWhat} that you run by hand use it`)
        : ok(`${program}: ${found}, for ${forWhat} that you run by hand`)),
    };
  });
}

/** A program that the tool itself calls: undefined where it is there. */
export function missingProgram(program: string, path: string, means: string | undefined): Verdict | undefined {
  if (inPath(program, path) !== undefined) return undefined;
  return {
    state: "failed",
    code: "program-missing",
    text: `the program "${program}" is not installed or cannot be run`,
    mend: `Install "${program}" or put its directory into PATH.`,
    ...optional("means", means),
  };
}

function inPath(program: string, path: string): string | undefined {
  return path
    .split(":")
    .filter((directory) => directory !== "")
    .map((directory) => join(directory, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return statSync(file).isFile();
      } catch {
        return false;
      }
    });
}
