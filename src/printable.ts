/** Foreign text made safe to show: no control character, no bidirectional override reaches a screen or a report. */

// C0 without tab and newline, DEL and C1, the bidirectional controls and marks, line and paragraph separators.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** Whether the text holds a character that a person cannot see but a terminal obeys. Tab and newline are allowed. */
export function hasHidden(text: string): boolean {
  return text.search(HIDDEN) >= 0;
}

/** Offset of the first hidden character, or -1. */
export function firstHidden(text: string): number {
  return text.search(HIDDEN);
}

/** Replaces each hidden character by its code, e.g. `\u001b`; tab and newline stay. */
export function printable(text: string): string {
  return text.replace(HIDDEN, (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}

const LONGEST = 80;

/** A name as it stands in an error text: one line, in double quotes, printable, cut after 80 characters. */
export function quoted(name: string): string {
  const cut = name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
  return `"${printable(cut.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll('"', '\\"'))}"`;
}
