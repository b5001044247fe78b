/**
 * Masking by value: every secret that enters the process is registered here, and every stream that leaves it
 * (screen, journal, log, report, error text) goes through `mask` (law 10).
 */
const MASK = "********";
/** Shorter values would mask ordinary words. */
const SHORTEST = 4;

export class Secrets {
  readonly #values = new Map<string, string>();
  #ordered: readonly string[] = [];

  /** Registers a secret and its common encodings (URI, base64, JSON); returns it unchanged. */
  register(secret: string): string {
    if (secret.length < SHORTEST) return secret;
    for (const form of encodings(secret)) if (form.length >= SHORTEST) this.#values.set(form, MASK);
    // Longest first, so that a secret inside another is not left half visible.
    this.#ordered = [...this.#values.keys()].sort((a, b) => b.length - a.length);
    return secret;
  }

  mask(text: string): string {
    let masked = text;
    for (const value of this.#ordered) masked = masked.replaceAll(value, MASK);
    return masked;
  }

  /** Masks every string inside a JSON value. */
  maskJson<T>(value: T): T {
    if (this.#ordered.length === 0) return value;
    return maskDeep(value, (text) => this.mask(text)) as T;
  }

  /** Length of the longest registered form: what a stream has to hold back to mask across chunk borders. */
  get longest(): number {
    return this.#ordered[0]?.length ?? 0;
  }
}

function encodings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const lines = secret.includes("\n") ? secret.split("\n").filter((line) => line.length >= 16) : [];
  return [secret, json, encodeURIComponent(secret), Buffer.from(secret).toString("base64"), ...lines];
}

function maskDeep(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === "string") return mask(value);
  if (Array.isArray(value)) return value.map((item) => maskDeep(item, mask));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask(key), maskDeep(item, mask)]));
}
