/**
 * A value in the place of `${{ inputs.NAME }}` in a line of YAML. It stays within its scalar: no text in it becomes a
 * key, a line or a comment.
 */

export interface Value {
  /** Text, a number, a list and so on; text may hold references. */
  readonly given: unknown;
  /** Where it was given: an offset into the including text. */
  readonly at: number;
}

export type Values = ReadonlyMap<string, Value>;

/** How many bytes may still be written: a short text can name a long value many times. */
export class Room {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  get isFull(): boolean {
    return this.#left < 0;
  }

  /** The text if there is room for it. */
  take(text: string): string {
    this.#left -= Buffer.byteLength(text);
    return this.isFull ? "" : text;
  }
}

const REFERENCE = /\$\{\{\s*inputs\.([a-z][a-z0-9_]*)\s*\}\}/g;
/** Nothing else stands in the value of this line. */
const WHOLE = /^\s*(?:- (?:[\w-]+: *)?|[\w-]+: *)\$\{\{[^}]*\}\}\s*$/;
/** The value of this line is one text in double quotes, where JSON's escapes are YAML's. */
const IN_QUOTES = /^\s*(?:- )?(?:[\w-]+: *)?"(?:[^"\\]|\\.)*"\s*$/;
const COMMENT = /^\s*#/;
/** A reference by itself, which is read where a scalar of any style holds it. */
const PLAIN_REFERENCE = /^\$\{\{[ \w.[\]-]*\}\}$/;
/** These mean nothing to YAML in the middle of a line. */
const HARMLESS = /^(?:[\w./@][\w./@ -]*)?$/;

/**
 * The line with its values; what is no input is left as it is: the loader says so. Or the input whose value would not stay
 * within its scalar.
 */
export function substituted(line: string, values: Values, room: Room): string | { readonly input: string } {
  room.take(`${line}\n`);
  if (COMMENT.test(line)) return line;
  const form = WHOLE.test(line) ? "whole" : IN_QUOTES.test(line) ? "quoted" : "plain";
  let broken: string | undefined;
  const text = line.replace(REFERENCE, (found, name: string) => {
    const value = values.get(name);
    if (value === undefined || room.isFull) return found;
    const written = inForm(value.given, form);
    if (written === undefined) broken ??= name;
    return room.take(written ?? "");
  });
  return broken === undefined ? text : { input: broken };
}

function inForm(given: unknown, form: "whole" | "quoted" | "plain"): string | undefined {
  if (typeof given === "string" && PLAIN_REFERENCE.test(given)) return given;
  if (form === "whole") return JSON.stringify(given);
  const text = String(given);
  if (form === "quoted") return JSON.stringify(text).slice(1, -1);
  return HARMLESS.test(text) ? text : undefined;
}
