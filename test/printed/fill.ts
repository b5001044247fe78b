/** Placeholders filled in as a person fills them in: in the place of the text, and a quote within quotes is written out. */
import type { Json, JsonObject, PrintedCommand } from "../../src/action.ts";

const PLACEHOLDER = /<([a-z][\w-]*(?:\.[\w-]+)*)>/gu;

export type ValueOf = (name: string) => Json | undefined;

export const byPath =
  (scope: JsonObject): ValueOf =>
  (name) =>
    name.split(".").reduce<Json | undefined>((at, key) => {
      return typeof at === "object" && at !== null && !Array.isArray(at) ? (at as JsonObject)[key] : undefined;
    }, scope);

/** Throws if a placeholder stands outside of quotes: the shell would read the text that is filled in. */
export function filled(commands: readonly PrintedCommand[], valueOf: ValueOf): readonly PrintedCommand[] {
  return commands.map(({ on, line, variables = [] }) => ({
    on: on.replaceAll(PLACEHOLDER, (whole, name: string) => textOf(valueOf(name)) ?? whole),
    line: fillLine(line, valueOf),
    variables: variables.map(({ name, setWith }) => ({ name, setWith: fillLine(setWith, valueOf) })),
  }));
}

export function fillLine(line: string, valueOf: ValueOf): string {
  return line.replaceAll(PLACEHOLDER, (whole, name: string, at: number) => {
    const value = textOf(valueOf(name));
    if (value === undefined) return whole;
    const before = line.slice(0, at);
    if (/(?:^| {2})#[^']*$/u.test(before) && !inQuotes(before)) return value.replaceAll("\n", " ");
    if (!inQuotes(before)) throw new Error(`${whole} stands outside of single quotes: ${line}`);
    const written = value.replaceAll("'", "'\\''");
    // A remark goes on behind a line break, as in the tool's own output.
    return /(?:^|\n)#[^\n]*$/u.test(before) ? written.replaceAll("\n", "\n# ") : written;
  });
}

const textOf = (value: Json | undefined): string | undefined =>
  value === undefined || typeof value === "string" ? value : JSON.stringify(value);

/** Whether a single quote is open behind the text; a command in `$( … )` begins with none, also within double quotes. */
const inQuotes = (text: string): boolean => openAtEnd(text).at(-1) === "'";

/** The quotes that are still open behind the text, the innermost last. */
export function openAtEnd(text: string): readonly string[] {
  const open: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const [letter = "", last] = [text[at], open.at(-1)];
    if (last === "'") {
      if (letter === "'") open.pop();
    } else if (letter === "\\") at += 1;
    else if (letter === "$" && text[at + 1] === "(") open.push(")");
    else if (letter === last) open.pop();
    else if (letter === '"' || (letter === "'" && last !== '"')) open.push(letter);
  }
  return open;
}
