/** Text for a terminal of any width: wrapping, durations, local time beside UTC. */

/**
 * Wraps at blanks; a word longer than the width stands alone and is never cut, so that it can be copied. A paragraph
 * that begins with blanks is wrapped under them; a command with its remark, which is copied as a whole, is not.
 */
export function wrap(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    const text = paragraph.trimStart();
    const under = indent + paragraph.slice(0, paragraph.length - text.length);
    if (WITH_REMARK.test(text)) lines.push(under + text);
    else lines.push(...wrapOne(text, width, under));
  }
  return lines;
}

/** `cf delete-service-key NAME KEY  # when nobody needs it any more`. */
const WITH_REMARK = / {2}# /;

function wrapOne(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}

/** Wraps a line under the blanks that it begins with. */
export function wrapUnder(line: string, width: number): string[] {
  return wrap(line, width);
}

// East Asian wide and full-width letters, and emoji: two columns each (Unicode Standard Annex 11).
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const TAB = 8;

/** Columns that the line takes on a terminal. */
export function columnsOf(line: string): number {
  let columns = 0;
  for (const letter of line) {
    if (letter === "\t") columns += TAB - (columns % TAB);
    else if (!/\p{M}/u.test(letter)) columns += WIDE.test(letter) ? 2 : 1;
  }
  return columns;
}

/** Rows that the text takes on a terminal of so many columns. */
export function rowsOf(text: string, columns: number): number {
  return text.split("\n").reduce((rows, line) => rows + Math.max(1, Math.ceil(columnsOf(line) / columns)), 0);
}

/** "0.4 s", "12 s", "3 min 5 s". */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const LABEL_WIDTH = 13;

/** Label and value in two columns, the value wrapped under itself; a word that is too long for that stands further left. */
export function row(label: string, value: string, width: number): string[] {
  const [first = "", ...rest] = wrap(value, Math.max(20, width - LABEL_WIDTH - 2));
  const indent = (line: string): string => " ".repeat(Math.max(2, Math.min(LABEL_WIDTH + 2, width - line.length)));
  return [`  ${label.padEnd(LABEL_WIDTH)}${first}`, ...rest.map((line) => `${indent(line)}${line}`)];
}
