/** Lines as they come, for logs and pipes; for screen readers and dumb terminals with somebody who is asked. */
import type { RunEvent } from "../../engine/state/event.ts";
import type { Operator } from "../../ports/operator.ts";
import { eventLines } from "./event-lines.ts";
import type { Output } from "./output.ts";
import { forgetTyped } from "./forget-typed.ts";
import { AT_EVERY_QUESTION, promptingOperator } from "./prompts.ts";
import { NOBODY, type Renderer } from "./renderer.ts";
import { wrap } from "./text.ts";

export interface PlainOptions {
  readonly verbose: boolean;
  readonly operator?: Operator;
}

export function plainRenderer(output: Output, { verbose, operator = NOBODY }: PlainOptions): Renderer {
  return {
    sink: (event) => {
      for (const line of linesOf(event, output, verbose)) output.line(line);
    },
    say: (text) => output.error(text),
    operator,
    close: () => Promise.resolve(),
  };
}

/**
 * Lines for a person who is asked at this terminal. A review waits until its question is asked, and stands right above
 * it.
 */
export function plainConversation(output: Output, { verbose }: Pick<PlainOptions, "verbose">): Renderer {
  let review: readonly string[] = [];
  const takeReview = (): readonly string[] => {
    const lines = review;
    review = [];
    return lines;
  };
  const tell = (lines: readonly string[]): void => {
    for (const line of lines) output.line(line);
  };
  const prompting = promptingOperator(output, takeReview);
  const operator: Operator = {
    ask: async (question, signal) => {
      await forgetTyped();
      return await prompting.ask(question, signal);
    },
  };
  return {
    ...plainRenderer(output, { verbose, operator }),
    sink: (event) => {
      if (event.type === "question" || (event.type === "answered" && event.by === "operator")) return;
      const lines = linesOf(event, output, verbose);
      if (event.type === "review") review = lines;
      else tell(event.type === "answered" ? [...takeReview(), ...lines] : lines);
      if (event.type === "run-began" && !event.dryRun) tell([...wrap(AT_EVERY_QUESTION, widthOf(output)), ""]);
    },
  };
}

const widthOf = (output: Output): number => Math.min(output.columns, 120);

const linesOf = (event: RunEvent, output: Output, verbose: boolean): readonly string[] =>
  eventLines(event, { width: widthOf(output), verbose });
