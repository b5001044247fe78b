/** The end of a run that has come to its end: how it is shown to those who were not there. */
import type { RunResult } from "../engine/options.ts";
import { wrap } from "../ui/text.ts";

/** Nothing where it is to be resumed, of which its end has told. A command has a line of its own, to be copied. */
export function lookAgain({ run, error }: Pick<RunResult, "run" | "error">, width: number): readonly string[] {
  if (error !== undefined) return [];
  return [
    "",
    ...wrap("What others are shown of it, in a file and in a browser:", width),
    `  dingo-recover report ${run} --format html -o report.html`,
    `  dingo-recover serve ${run}`,
  ];
}
