/**
 * Foreign text made safe to show: no control, override or invisible character reaches a screen or a report. A person's
 * text is refused only for characters that a terminal obeys: a soft hyphen or a blank without width comes with any
 * pasted text.
 */

// C0 without tab and newline, DEL and C1, the bidirectional controls and marks, line and paragraph separators.
const OBEYED = String.raw`\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff`;
// Characters without width and ink, by which two names look alike: Default_Ignorable_Code_Point of Unicode's
// DerivedCoreProperties.txt, and the interlinear marks, without the joiners and variation selectors of scripts and
// emoji.
const UNSEEN = String.raw`\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\uffa0\ufff0-\ufffb\u{e0000}-\u{e007f}`;
const IS_OBEYED = new RegExp(`[${OBEYED}]`, "u");
const HIDDEN = new RegExp(`[${OBEYED}${UNSEEN}]`, "gu");

/** Whether the text holds a character that a terminal obeys instead of showing it. Tab and newline are allowed. */
export function hasObeyed(text: string): boolean {
  return IS_OBEYED.test(text);
}

/** Offset of the first character that a terminal obeys, or -1. */
export function firstObeyed(text: string): number {
  return text.search(IS_OBEYED);
}

/** Replaces each character that a person cannot see, obeyed or not, by its code, e.g. `\u001b`; tab and newline stay. */
export function printable(text: string): string {
  return text.replace(HIDDEN, coded);
}

/** By its UTF-16 units, as JSON writes it: a document stays one, and says the same. */
function coded(char: string): string {
  return Array.from({ length: char.length }, (_, at) => char.charCodeAt(at))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");
}

/** The same of a name that stands without quotes: a line end in it would begin a line that looks like one of ours. */
export const onOneLine = (name: string): string =>
  printable(withoutRemark(name.replaceAll("\n", "\\n").replaceAll("\t", "\\t")));

/** Two blanks and a hash stand between a command of ours and its remark. */
const withoutRemark = (text: string): string => text.replaceAll(/ (?= # )/gu, "\\u0020");

// `$ ls`, `cell$ ls`, `# ls` as root: people take such a line for a command, and so does the screen.
const LIKE_COMMAND = /^[\s"]|\$|(?:^| )#/u;

/** A stranger's name where it may begin a line: quoted if it could be taken for a command. */
export const named = (name: string): string => (LIKE_COMMAND.test(name) ? quoted(name) : onOneLine(name));

const LONGEST = 80;

/** A name as it stands in an error text: one line, in double quotes, printable, cut after 80 characters. */
export function quoted(name: string): string {
  const cut = name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
  return `"${onOneLine(cut.replaceAll("\\", "\\\\").replaceAll('"', '\\"'))}"`;
}
