/** Programs in PATH: those that the tool calls, and those that only printed commands use. */
import { optional } from "../../kit/optional.ts";
import { directoriesOf, findProgram } from "../../kit/process/program-path.ts";
import { type Check, note, ok, type Verdict } from "./check.ts";

export interface ByHandProgram {
  readonly program: string;
  /** Which commands it is in. */
  readonly forWhat: string;
}

export function examinePrograms(wanted: readonly ByHandProgram[], path: string): Promise<readonly Check[]> {
  return Promise.all(
    wanted.map(async ({ program, forWhat }) => {
      const found = await findProgram(program, directoriesOf(path));
      return {
        id: "machine.programs",
        ...(found === undefined
          ? note(`"${program}" is not in PATH: only ${forWhat} that you run by hand use it`)
          : ok(`${program}: ${found}, for ${forWhat} that you run by hand`)),
      };
    }),
  );
}

/** A program that the tool itself calls: undefined if it is there. */
export async function missingProgram(
  program: string,
  path: string,
  means: string | undefined,
): Promise<Verdict | undefined> {
  if ((await findProgram(program, directoriesOf(path))) !== undefined) return undefined;
  return {
    state: "failed",
    code: "program-missing",
    text: `the program "${program}" is not installed or cannot be run`,
    mend: `Install "${program}" or put its directory into PATH.`,
    ...optional("means", means),
  };
}
