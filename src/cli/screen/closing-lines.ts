/** The end of a run as lines: what matters is bold, and nothing that has to be read is faint. */
import { type Closing, type ClosingRow, closingRows, nextRow, nextSteps, type Ways } from "../../kit/text/closing.ts";
import type { Paint } from "./paint.ts";
import { remarkedLines, wrap } from "./text.ts";

export interface StyledLine {
  readonly text: string;
  readonly style?: keyof Paint;
}

export interface ClosingOptions {
  readonly width: number;
  readonly verbose: boolean;
}

export function closingLines(closing: Closing, { width, verbose }: ClosingOptions): readonly StyledLine[] {
  const { says, aside } = closing;
  const asideRow = { label: "What was left aside", texts: aside, commands: [] };
  const rows = [...closingRows(closing), ...(verbose && aside.length > 0 ? [asideRow] : [])];
  return [...wrap(says, width).map(strong), ...rows.flatMap((row) => rowLines(row, width))];
}

/** How to go on with a run that has not come to its end; nothing for another. */
export function wayOnLines(ways: Ways, width: number): readonly StyledLine[] {
  const steps = nextSteps(ways);
  return steps.length === 0 ? [] : rowLines(nextRow(steps), width);
}

/** Commands stand below their label, each on a line that is never broken, so that it can be copied. */
function rowLines({ label, texts, commands }: ClosingRow, width: number): readonly StyledLine[] {
  const indent = " ".repeat(LABEL);
  const [first, ...rest] = texts.flatMap((text) => wrap(text, width, indent));
  const style = BOLD.has(label) ? strong : plain;
  const head = first === undefined ? label : `${label.padEnd(LABEL)}${first.slice(LABEL)}`;
  return [
    style(head),
    ...rest.map(style),
    ...commands.flatMap((command) => remarkedLines(`  ${command}`, width).map(plain)),
  ];
}

/** Columns of the widest label, and two blanks. */
const LABEL = 21;

const BOLD: ReadonlySet<string> = new Set(["What is back", "What is lost", "What stands now", "What to do next"]);

const plain = (text: string): StyledLine => ({ text });
const strong = (text: string): StyledLine => ({ text, style: "strong" });
