/** Foreign text in Markdown: shown as it is, never obeyed, by a renderer or by a terminal. */
import { printable } from "../kit/text/printable.ts";

/**
 * One line of text: control characters become visible, and characters that Markdown (CommonMark, GFM) or HTML would
 * obey are escaped. A character without a meaning in its place stays, so that the source can be read too.
 */
export function text(foreign: string): string {
  return OBEYED.reduce((safe, [pattern, by]) => safe.replace(pattern, by), oneLine(foreign));
}

function oneLine(foreign: string): string {
  return printable(foreign).replace(/\s+/gu, " ").trim();
}

/** In this order; a backslash that is put before a character is not looked at again. */
const OBEYED: readonly (readonly [RegExp, string])[] = [
  // A backslash means something before punctuation only, and at the end, where it would take our own next character.
  [/\\(?=[!-/:-@[-`{-~]|$)/gu, "\\\\"],
  [/&(?=#?[a-z0-9]+;)/giu, "&amp;"],
  [/</gu, "&lt;"],
  [/[`*[|~]/gu, "\\$&"],
  // Within a word an underscore is a letter.
  [/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_"],
  // GFM makes links of bare addresses, which somebody clicks.
  [/\b(https?|ftp|mailto|xmpp):/giu, "$1\\:"],
  [/\bwww\./giu, "www\\."],
  // At the beginning of a line: a heading, a quotation, a list, a rule.
  [/^(?:#{1,6}(?= |$)|>|[-+](?=[ -]|$))/u, "\\$&"],
  [/^(\d{1,9})([.)])(?= |$)/u, "$1\\$2"],
];
