/** The end of a run in a few lines: the same on the screen, at the top of the report and on the live page. `report/closing.ts` makes it. */
import { listed } from "../optional.ts";

export interface Closing {
  /** One sentence: how the run stands. */
  readonly says: string;
  /** The recovered things: rows, last transaction. */
  readonly back: readonly string[];
  /** The loss as a range; absent while nothing came back. */
  readonly lost?: string;
  /** Of a runbook that brings no service back: what it found, and what it did. */
  readonly found: readonly string[];
  readonly done: readonly string[];
  /** Of a run that has not come to its good end: what it has changed in the world. */
  readonly world?: string;
  readonly next: readonly NextStep[];
  /** Commands that show the run to others. */
  readonly look: readonly string[];
  /** Things left aside, with their paths: for `--verbose` and the report. */
  readonly aside: readonly string[];
}

/** An end with nothing to tell beside its sentence. */
export const NOTHING = { back: [], found: [], done: [], next: [], look: [], aside: [] } as const;

/** The next step of a dry run. */
export const IN_EARNEST: NextStep = { text: "in earnest: the same command without --dry-run" };

/** A sentence, or a command that works as it is typed. */
export type NextStep = { readonly text: string } | { readonly command: string; readonly why?: string };

/** How somebody goes on with a run that did not reach its end; a command each. */
export interface Ways {
  readonly resumeWith?: string | undefined;
  /** Beside `resumeWith`, which would meet the same refusal: accepts the loss that was refused. */
  readonly acceptWith?: string | undefined;
  readonly undoWith?: string | undefined;
  /** In the place of `resumeWith`, if resuming cannot help. */
  readonly beginAnewWith?: string | undefined;
  /** Beside `beginAnewWith`: takes the run, which has changed nothing, from among the open ones. */
  readonly closeWith?: string | undefined;
}

export interface ClosingRow {
  readonly label: string;
  readonly texts: readonly string[];
  /** Each is typed as a whole. */
  readonly commands: readonly string[];
}

/** In the order in which somebody asks, without the rows that have no content. */
export function closingRows(closing: Closing): readonly ClosingRow[] {
  const { back, lost, found, done, world, next, look } = closing;
  const rows: readonly ClosingRow[] = [
    { label: "What is back", texts: back, commands: [] },
    { label: "What is lost", texts: listed(lost), commands: [] },
    { label: "What was found", texts: found, commands: [] },
    { label: "What was done", texts: done, commands: [] },
    { label: "What stands now", texts: listed(world), commands: [] },
    nextRow(next),
    { label: "How to look closer", texts: [], commands: look },
  ];
  return rows.filter(({ texts, commands }) => texts.length + commands.length > 0);
}

export function nextRow(next: readonly NextStep[]): ClosingRow {
  return {
    label: "What to do next",
    texts: next.flatMap((step) => ("text" in step ? [step.text] : [])),
    commands: next.flatMap((step) => ("command" in step ? [commandLine(step)] : [])),
  };
}

function commandLine({ command, why }: Extract<NextStep, { readonly command: string }>): string {
  return why === undefined ? command : `${command}  # ${why}`;
}

/** Nothing when the run has come to its end. */
export function nextSteps({ resumeWith, acceptWith, undoWith, beginAnewWith, closeWith }: Ways): readonly NextStep[] {
  return [
    ...step(resumeWith, acceptWith === undefined ? "goes on" : "looks again, once the missing segments are back"),
    ...step(acceptWith, "goes on without them: they are lost"),
    ...step(undoWith, "takes it back"),
    ...(beginAnewWith === undefined ? [] : [{ text: IN_VAIN }]),
    ...step(beginAnewWith, "once that is put right"),
    ...step(closeWith, "closes this run, which is open until then"),
  ];
}

const step = (command: string | undefined, why: string): readonly NextStep[] =>
  command === undefined ? [] : [{ command, why }];

const IN_VAIN = "Nothing was created, and resuming would end in the same way: begin anew.";
