/** The ways in which YAML changes unsuspecting text, and the better spelling (tried with yaml 2.9). */
import type { Finding } from "../text/diagnostic.ts";
import { printable, quoted } from "../text/printable.ts";

export const QUOTE_OR_BLOCK =
  "Put the whole value in single quotes, or write `>-` after the colon and the value on the next line, indented.";

export const BARE_REFERENCE: Finding = {
  message: "a reference without quotes stands within braces or brackets, which YAML takes to end at its own braces",
  remedy: 'Put the whole value in quotes: `{ name: "${{ inputs.name }}" }`.',
};

/** The parser's own complaint, in words that say the way out. */
export function syntaxFinding(code: string, message: string, at: string): Finding {
  switch (code) {
    case "TAG_RESOLVE_FAILED":
      return tagFinding(at);
    case "BLOCK_AS_IMPLICIT_KEY":
    case "MULTILINE_IMPLICIT_KEY":
      return {
        message: "a colon followed by a space inside an unquoted value begins a mapping in YAML",
        remedy: QUOTE_OR_BLOCK,
      };
    case "UNEXPECTED_TOKEN":
      return {
        message:
          "text follows a value that YAML takes for complete (it began with a quote, a bracket, `|`, `>` or `-`)",
        remedy: QUOTE_OR_BLOCK,
      };
    case "BAD_SCALAR_START":
      return {
        message: `an unquoted value cannot begin with ${quoted(at.slice(0, 1))} in YAML`,
        remedy: QUOTE_OR_BLOCK,
      };
    case "TAB_AS_INDENT":
      return { message: "a tab indents this line", remedy: "Indent with spaces; YAML does not allow tabs." };
    case "MULTIPLE_DOCS":
      return { message: "a second document begins here", remedy: "Keep one document per file: remove the `---` line." };
    case "BAD_INDENT":
    case "MISSING_CHAR":
    default:
      return {
        message: `the YAML cannot be read: ${uncapitalised(printable(message))}`,
        remedy: `Correct the indentation or the quotes here. ${QUOTE_OR_BLOCK}`,
      };
  }
}

export function tagFinding(tag: string): Finding {
  const word = /^\S+/u.exec(tag.replace("tag:yaml.org,2002:", "!!"))?.[0] ?? "!";
  return {
    message: `${quoted(word)} is read as a YAML tag because it begins with "!", and the value would be lost`,
    remedy: QUOTE_OR_BLOCK,
  };
}

/** A plain number whose digits would not survive: 010 is 10, 1.10 is 1.1, 0x10 is 16, long ones lose their end. */
export function numberFinding(source: string, value: number): Finding | undefined {
  if (source === String(value)) return undefined;
  const read = Number.isFinite(value) ? `as the number ${value}` : "as a number that is none";
  return {
    message: `${quoted(source)} is read ${read}`,
    remedy: `Put it in quotes if it is text${Number.isFinite(value) ? `, or write ${value} if it is that number` : ""}.`,
  };
}

function uncapitalised(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
