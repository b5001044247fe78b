/** Where the programs of this machine are looked for. */
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";

/** Where every system has its shell. */
export const SYSTEM_PATH = "/usr/bin:/bin";

/** Without the names that lead into the working directory, as nothing between two colons does: its files may be a stranger's. */
export const programPath = (env: Readonly<Record<string, string | undefined>>): string =>
  directoriesOf(env["PATH"] ?? "").join(delimiter) || SYSTEM_PATH;

export const directoriesOf = (path: string): readonly string[] => path.split(delimiter).filter(isAbsolute);

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
