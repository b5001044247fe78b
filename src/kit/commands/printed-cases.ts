/**
 * Printed commands that depend on a value. If the value is not known yet, the shell decides by the text that is filled
 * in. The line is then right for each value, and nobody has to choose.
 */
import type { PrintedCommand } from "../../action.ts";
import { ifKnown, isUnknown, UnknownValue } from "./placeholder.ts";
import { quote } from "./shell-quote.ts";

/** Each line is one command or pipeline. */
interface Cases {
  readonly empty: readonly PrintedCommand[];
  readonly given: readonly PrintedCommand[];
}

export function whereEmpty(value: string, { empty, given }: Cases): readonly PrintedCommand[] {
  if (!isUnknown(value)) return value === "" ? empty : given;
  return [...only(quote(["test", "-z", value]), empty), ...only(quote(["test", "-n", value]), given)];
}

interface ListCases {
  readonly none: () => readonly PrintedCommand[];
  /** `json`: the list as it stands in a JSON document, or its placeholder. */
  readonly some: (json: string) => readonly PrintedCommand[];
}

/** The same for a list, whose placeholder stands for JSON. */
export function whereNone(read: () => readonly string[], { none, some }: ListCases): readonly PrintedCommand[] {
  const list = ifKnown(read);
  if (!(list instanceof UnknownValue)) return list.length === 0 ? none() : some(JSON.stringify(list));
  const { placeholder } = list;
  return [
    ...only(quote(["test", placeholder, "=", "[]"]), none()),
    ...only(quote(["test", placeholder, "!=", "[]"]), some(placeholder)),
  ];
}

const only = (condition: string, commands: readonly PrintedCommand[]): readonly PrintedCommand[] =>
  commands.map((command) => ({ ...command, line: `${condition} && ${command.line}` }));

/** A remark for a shell. Each line of it is one: a name can hold a line break. */
export const said = (text: string): string => `# ${text.replaceAll("\n", "\n# ")}`;
