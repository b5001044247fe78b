/**
 * Values that a printed command does not know yet. A dry run and `show` write them as `<step.field>`, and a person
 * fills them in. The line must then equal the one that the real value gives: nothing may be concluded from a
 * placeholder.
 */

/** A word alone in angle brackets is a name that somebody chose (`shop<old>`), unless it is one of the roots of a path. */
const PLACEHOLDER = /<(?:item|inputs|run|flags|[a-z][a-z0-9-]*(?:\.[A-Za-z_][\w-]*)+)>/u;

/** `<create.guid>` */
export const placeholder = (path: readonly string[]): string => `<${path.join(".")}>`;

/** The first placeholder in a text; undefined if every value is known. */
export const placeholderIn = (text: string): string | undefined => PLACEHOLDER.exec(text)?.[0];

/** Whether the text or a part of it is a placeholder. */
export const isUnknown = (text: string): boolean => placeholderIn(text) !== undefined;

/** Thrown by `describe` if no command can be told before a value is known. */
export class UnknownValue extends Error {
  override readonly name = "UnknownValue";

  readonly placeholder: string;

  constructor(placeholder: string) {
    super(`${placeholder} is not known yet`);
    this.placeholder = placeholder;
  }
}

/** The text. Throws `UnknownValue` if it is not known yet: for a text that is read, not only printed. */
export function known(text: string): string {
  const unknown = placeholderIn(text);
  if (unknown !== undefined) throw new UnknownValue(unknown);
  return text;
}

/** The value that `read` returns, or its `UnknownValue`, for an action that can tell its commands without it. */
export function ifKnown<T>(read: () => T): T | UnknownValue {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof UnknownValue) return thrown;
    throw thrown;
  }
}
