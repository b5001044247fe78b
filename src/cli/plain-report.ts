/** `report` of a run without the parser, where its words are plain. */
import { REPORT_FORMATS } from "./options.js";
import { everywhere, FLAGS, VALUES, valueOf } from "./plain-arguments.js";
import { readPlainWords } from "./plain-words.js";
import type { ReportQuestion } from "./report.js";

/** Carries it out, and gives the exit code. Undefined where a word is not plainly one of its own. */
export function plainReport(words: readonly string[]): (() => Promise<number>) | undefined {
  const asked = readReport(words);
  return asked && (async () => (await import("./report.js")).report(asked));
}

export function readReport([command, ...rest]: readonly string[]): ReportQuestion | undefined {
  if (command !== "report") return undefined;
  const plain = readPlainWords(rest, { flags: FLAGS, values: [...VALUES, "--format", "--output", "-o"] });
  const [run, ...more] = plain?.places ?? [];
  if (plain === undefined || run === undefined || more.length > 0) return undefined;
  const [named, output, again] = [valueOf(plain, "--format"), valueOf(plain, "--output"), valueOf(plain, "-o")];
  const format = REPORT_FORMATS.find((each) => each === named);
  if ((named !== undefined && format === undefined) || (output !== undefined && again !== undefined)) return undefined;
  return { run, format, output: output ?? again, ...everywhere(plain) };
}
