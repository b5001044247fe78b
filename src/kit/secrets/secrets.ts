/**
 * Masking by value: every secret that enters the process is registered here, and everything that leaves it (screen,
 * journal, log, report, error text) goes through `mask` (law 10). Only a whole text may be masked: one that is cut or
 * wrapped first may carry half a secret.
 */
import { MASK } from "./mask.ts";
import { encodingsOf } from "./secret-encodings.ts";

/** Shorter values would mask ordinary words. */
const SHORTEST = 4;
/** How much of each form is looked for first; a pattern of whole keys would be too large to compile. */
const HEAD = 16;

export class Secrets {
  readonly #forms = new Set<string>();
  #finder: Finder | undefined;

  /** Registers a secret and its common encodings (`encodingsOf`); returns it unchanged. */
  register(secret: string): string {
    if (secret.length < SHORTEST || this.#forms.has(secret)) return secret;
    for (const form of [secret, ...encodingsOf(secret)]) this.#forms.add(form);
    this.#finder = undefined;
    return secret;
  }

  mask(text: string): string {
    if (this.#forms.size === 0) return text;
    this.#finder ??= new Finder(this.#forms);
    return this.#finder.mask(text);
  }

  /** Masks every string inside a JSON value. */
  maskJson<T>(value: T): T {
    if (this.#forms.size === 0) return value;
    return maskDeep(value, (text) => this.mask(text)) as T;
  }
}

/** Looks for the heads of all forms in one pass, and for the longest form at each place that has one. */
class Finder {
  readonly #heads: RegExp;
  readonly #byHead = new Map<string, string[]>();

  constructor(forms: Iterable<string>) {
    // Longest first, so that a secret inside another is not left half visible.
    for (const form of [...forms].sort((a, b) => b.length - a.length)) {
      const head = form.slice(0, HEAD);
      this.#byHead.set(head, [...(this.#byHead.get(head) ?? []), form]);
    }
    const heads = [...this.#byHead.keys()].sort((a, b) => b.length - a.length);
    this.#heads = new RegExp(heads.map((head) => head.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|"), "g");
  }

  mask(text: string): string {
    let masked = "";
    let done = 0;
    this.#heads.lastIndex = 0;
    for (let found = this.#heads.exec(text); found !== null; found = this.#heads.exec(text)) {
      const length = this.#lengthAt(text, found.index);
      // A head alone is no secret; the next place may be inside it.
      this.#heads.lastIndex = found.index + Math.max(length, 1);
      if (length === 0) continue;
      masked += text.slice(done, found.index) + MASK;
      done = found.index + length;
    }
    return done === 0 ? text : masked + text.slice(done);
  }

  /** Of the longest form that stands there; 0 if none does. */
  #lengthAt(text: string, index: number): number {
    let longest = 0;
    for (let size = Math.min(HEAD, text.length - index); size >= SHORTEST; size -= 1)
      for (const form of this.#byHead.get(text.slice(index, index + size)) ?? [])
        if (form.length > longest && text.startsWith(form, index)) longest = form.length;
    return longest;
  }
}

function maskDeep(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === "string") return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, mask));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key), maskDeep(item, mask)]));
}
