/** The changes of an edit, line by line, as `diff -u` shows them. */
import { diff } from "node:util";
import { printable } from "./printable.ts";

const CONTEXT = 3;
/** Longer texts are compared by their common beginning and end alone. */
const MOST_CELLS = 4_000_000;

interface Step {
  readonly sign: " " | "-" | "+";
  readonly line: string;
}

/** Empty if the texts are the same. Lines are made safe to show. */
export function unifiedDiff(path: string, before: string, after: string): string {
  if (before === after) return "";
  const steps = compare(before.split("\n"), after.split("\n"));
  const changed = steps.flatMap(({ sign }, index) => (sign === " " ? [] : [index]));
  const lines = [`--- ${printable(path)}`, `+++ ${printable(path)}`];
  for (let at = 0; at < changed.length; ) {
    const first = Math.max(0, (changed[at] ?? 0) - CONTEXT);
    let last = changed[at] ?? 0;
    while (at < changed.length && (changed[at] ?? 0) - last <= 2 * CONTEXT) last = changed[at++] ?? last;
    lines.push(...hunk(steps, first, Math.min(steps.length, last + CONTEXT + 1)));
  }
  return lines.join("\n");
}

function hunk(steps: readonly Step[], from: number, to: number): readonly string[] {
  const count = (part: readonly Step[], but: string): number => part.filter(({ sign }) => sign !== but).length;
  const [before, own] = [steps.slice(0, from), steps.slice(from, to)];
  const range = (but: string): string => `${count(before, but) + 1},${count(own, but)}`;
  return [
    `@@ -${range("+")} +${range("-")} @@`,
    ...own.map(({ sign, line }) => sign + printable(line.replace(/\r$/u, ""))),
  ];
}

function compare(before: readonly string[], after: readonly string[]): readonly Step[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const same = (line: string): Step => ({ sign: " ", line });
  const middle = inner(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [...before.slice(0, head).map(same), ...middle, ...before.slice(before.length - tail).map(same)];
}

/** Every line that is not common goes or comes. */
function inner(before: readonly string[], after: readonly string[]): readonly Step[] {
  if (before.length * after.length > MOST_CELLS)
    return [...before.map((line): Step => ({ sign: "-", line })), ...after.map((line): Step => ({ sign: "+", line }))];
  return diff(before, after).map(([kept, line]) => ({ sign: kept === 0 ? " " : kept > 0 ? "-" : "+", line }));
}
