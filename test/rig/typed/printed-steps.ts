/** Printed commands as people read them: off the screen of a dry run, and off a page of docs/runbooks. */
import type { TypedLine } from "../../../src/kit/text/typed-lines.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { openAtEnd } from "../../printed/fill.ts";

export interface PrintedStep {
  readonly id: string;
  /** CEL: only if it holds. */
  readonly when?: string;
  /** CEL: once for each of these. */
  readonly forEach?: string;
  readonly lines: readonly TypedLine[];
}

/** A line that begins with "#" is said, not typed. */
const isTyped = ({ text }: TypedLine): boolean => !text.startsWith("#");

/** The steps for which the screen of `--dry-run` has commands; each of several items is a separate step. */
export function stepsOnScreen(screen: string): readonly PrintedStep[] {
  const steps: { id: string; lines: TypedLine[] }[] = [];
  for (const line of screen.split("\n")) {
    const [, id] = /^([a-z][\w-]*)(?:\[[^\]]*\])? {2}\S/u.exec(line) ?? [];
    if (id !== undefined) steps.push({ id, lines: [] });
    const [, on, text] = /^ {4}(\S[^$]*)\$ (.*)$/u.exec(line) ?? [];
    if (on !== undefined && text !== undefined) steps.at(-1)?.lines.push({ on, text });
  }
  return steps.map(({ id, lines }) => ({ id, lines: lines.filter(isTyped) })).filter(({ lines }) => lines.length > 0);
}

/** The same of a dry run at a terminal, whose questions are answered in this order. */
export async function stepsAtTerminal(terminal: Terminal, answers: readonly string[]): Promise<readonly PrintedStep[]> {
  let read = 0;
  for (const answer of answers) {
    const text = await terminal.screen.first((all) => /Ctrl-C\s+stops\):\s*$/u.test(all.slice(read)));
    read = text.length;
    terminal.type(`${answer}\r`);
  }
  await terminal.ended;
  return stepsOnScreen((terminal.screen.all.at(-1) ?? "").slice(read).replaceAll("\r", ""));
}

/** The steps of a page, as `show` prints it. */
export function stepsOnPage(page: string): readonly PrintedStep[] {
  const [, ...parts] = page.split(/^### \d+\. /mu);
  return parts.flatMap((part) => {
    const id = /^`([a-z-]+)`, by the action/mu.exec(part)?.[1];
    const block = /^```sh\n([^]*?)\n```$/mu.exec(part)?.[1];
    if (id === undefined || block === undefined) return [];
    const when = /^- Only if `(.*)`$/mu.exec(part)?.[1];
    const forEach = /^- Once for each of `(.*)`$/mu.exec(part)?.[1];
    const lines = linesIn(block).filter(isTyped);
    return [{ id, lines, ...(when === undefined ? {} : { when }), ...(forEach === undefined ? {} : { forEach }) }];
  });
}

/** "here" until a line says another place. A command goes on over the lines within its quotes. */
function linesIn(block: string): readonly TypedLine[] {
  let place = "here";
  return whole(block.split("\n")).flatMap((text) => {
    const [, on] = /^# (?:on )?(here|.*[^:]):$/u.exec(text) ?? [];
    if (on !== undefined && /^# (?:on .*|here):$/u.test(text)) {
      place = on;
      return [];
    }
    return [{ on: place, text }];
  });
}

function whole(lines: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last !== undefined && !last.startsWith("#") && openAtEnd(last).length > 0)
      found.push(`${found.pop() ?? ""}\n${line}`);
    else found.push(line);
  }
  return found;
}
