/**
 * Reads one object or list wherever it stands in a text: JSON, or the same as Ruby's `inspect`, Python's `repr`, Java's or
 * Go's maps print it. Text behind it does not matter.
 */

export interface Loose {
  readonly value: object;
  /** Where the text behind it begins. */
  readonly end: number;
}

/** Deeper than this no broker nests. */
const DEEPEST = 64;
const WORDS: Readonly<Record<string, unknown>> = {
  ...{ true: true, True: true, false: false, False: false },
  ...{ null: null, nil: null, None: null },
};
const ESCAPED: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", e: "\u001b" };
const BLANKS = /\s*/y;
const SEPARATOR = /\s*(?:=>|[:=])\s*/y;
const BARE_KEY = /:?[A-Za-z_@][\w.@-]*/y;
const BARE = /[^\s,{}[\]"'][^,{}[\]"']*/y;
const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const GO_KEY = /[\w.@-]+(?=:)/y;
const GO_VALUE = /[^\s[\]]*/y;

/** Undefined if what begins there is not whole. */
export function looseAt(text: string, at: number): Loose | undefined {
  const reading = new Reading(text, at);
  try {
    const value = reading.value(0);
    return typeof value === "object" && value !== null ? { value, end: reading.at } : undefined;
  } catch (thrown) {
    if (thrown instanceof NotWhole) return undefined;
    throw thrown;
  }
}

class NotWhole extends Error {}

class Reading {
  at: number;
  readonly #text: string;

  constructor(text: string, at: number) {
    this.#text = text;
    this.at = at;
  }

  value(depth: number): unknown {
    if (depth > DEEPEST) throw new NotWhole();
    if (this.#text.startsWith("map[", this.at)) return this.#goMap(depth);
    const first = this.#text[this.at];
    if (first === "{") return Object.fromEntries(this.#list("}", () => this.#entry(depth)));
    if (first === "[") return this.#list("]", () => this.value(depth + 1));
    return this.#isQuote(this.at) ? this.#quoted() : bare(this.#take(BARE).trim());
  }

  #entry(depth: number): [string, unknown] {
    const key = this.#isQuote(this.at) ? this.#quoted() : this.#take(BARE_KEY).replace(/^:/, "");
    this.#take(SEPARATOR);
    return [key, this.value(depth + 1)];
  }

  #list<T>(close: string, read: () => T): T[] {
    const items: T[] = [];
    this.at += 1;
    for (;;) {
      this.#take(BLANKS);
      if (this.#text[this.at] === close) break;
      items.push(read());
      this.#take(BLANKS);
      if (this.#text[this.at] === close) break;
      if (this.#text[this.at] !== ",") throw new NotWhole();
      this.at += 1;
    }
    this.at += 1;
    return items;
  }

  #goMap(depth: number): object {
    this.at += "map[".length;
    const entries: [string, unknown][] = [];
    for (this.#take(BLANKS); this.#text[this.at] !== "]"; this.#take(BLANKS)) {
      const key = this.#take(GO_KEY);
      this.at += 1;
      const isMap = this.#text.startsWith("map[", this.at);
      entries.push([key, isMap ? this.value(depth + 1) : bare(this.#take(GO_VALUE))]);
    }
    this.at += 1;
    return Object.fromEntries(entries);
  }

  /** Python writes `u'…'` and `b'…'`. */
  #isQuote(at: number): boolean {
    const first = this.#text[at];
    if (first === '"' || first === "'") return true;
    return (first === "u" || first === "b") && this.#text[at + 1] === "'";
  }

  #quoted(): string {
    if (this.#text[this.at] === "u" || this.#text[this.at] === "b") this.at += 1;
    const quote = this.#text[this.at] ?? "";
    let read = "";
    let end = -1;
    for (let from = this.at + 1; ; ) {
      // Looked for once, not behind every escape.
      if (end < from) end = this.#text.indexOf(quote, from);
      if (end < 0) throw new NotWhole();
      const piece = this.#text.slice(from, end);
      const slash = piece.indexOf("\\");
      if (slash < 0) {
        this.at = end + 1;
        return read + piece;
      }
      const { text, length } = escapedAt(this.#text, from + slash);
      read += piece.slice(0, slash) + text;
      from += slash + length;
    }
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.#text) ?? [];
    if (found === undefined) throw new NotWhole();
    this.at += found.length;
    return found;
  }
}

const CODE = /\\(?:u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|x([0-9a-fA-F]{2}))/y;

/** The character that the escape at a backslash stands for. */
export function escapedAt(text: string, slash: number): { readonly text: string; readonly length: number } {
  CODE.lastIndex = slash;
  const [all, ...codes] = CODE.exec(text) ?? [];
  // Two of them fit nothing.
  const point = Number.parseInt(codes.join(""), 16);
  if (all !== undefined && point <= 0x10ffff)
    return { text: point > 0xffff ? String.fromCodePoint(point) : String.fromCharCode(point), length: all.length };
  const letter = text[slash + 1] ?? "";
  return { text: ESCAPED[letter] ?? letter, length: 2 };
}

function bare(word: string): unknown {
  if (Object.hasOwn(WORDS, word)) return WORDS[word];
  return NUMBER.test(word) ? Number(word) : word;
}
