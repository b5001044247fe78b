/** Where the programs of this machine are looked for. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, join } from "node:path";

/** Where every system has its shell. */
export const SYSTEM_PATH = "/usr/bin:/bin";

export const programPath = (env: Readonly<Record<string, string | undefined>>): string => env["PATH"] ?? SYSTEM_PATH;

export const directoriesOf = (path: string): readonly string[] => path.split(delimiter).filter((each) => each !== "");

/** The first of that name that can be run. */
export async function findProgram(program: string, directories: readonly string[]): Promise<string | undefined> {
  for (const directory of directories) {
    const file = join(directory, program);
    if (await canRun(file)) return file;
  }
  return undefined;
}

/** Whether this process may run what lies there. */
async function canRun(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
