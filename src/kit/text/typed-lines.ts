/** Printed commands as they are typed: a line that sets a variable stands before the command that needs it. */
import type { PrintedCommand } from "../../action.ts";

/** A line to be typed, and where. */
export interface TypedLine {
  readonly on: string;
  readonly text: string;
}

/**
 * In the order of typing; a variable that is set already in the same place is not set again. Lines that are no command
 * are left out: a journal may hold anything there.
 */
export function typedIn(commands: readonly PrintedCommand[]): readonly TypedLine[] {
  const set = new Set<string>();
  return commands.filter(isCommand).flatMap(({ on, line, variables = [] }) => {
    const settings = variables.map(({ setWith: text }) => ({ on, text }));
    const unset = settings.filter((setting) => !set.has(asText(setting)));
    for (const setting of unset) set.add(asText(setting));
    return [...unset, { on, text: line }];
  });
}

/** `PLACE$ LINE` of each. */
export const typedLines = (commands: readonly PrintedCommand[]): readonly string[] => typedIn(commands).map(asText);

const asText = ({ on, text }: TypedLine): string => `${on}$ ${text}`;

/** A script of more lines is long. */
const LONGEST_SCRIPT = 6;

/** A typed line for a question at which "m" gives it whole: of a long script the first line. */
export function scriptHead(text: string): string {
  const [first = "", ...rest] = text.split("\n");
  return rest.length < LONGEST_SCRIPT ? text : `${first} … (${rest.length} lines more: m shows all of it)`;
}

function isCommand(given: unknown): given is PrintedCommand {
  if (!isObject(given)) return false;
  const { on, line, variables = [] } = given;
  return typeof on === "string" && typeof line === "string" && Array.isArray(variables) && variables.every(isObject);
}

const isObject = (given: unknown): given is Readonly<Record<string, unknown>> =>
  typeof given === "object" && given !== null;
