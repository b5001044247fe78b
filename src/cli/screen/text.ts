/** Text for a terminal of any width: wrapping, durations, local time beside UTC. */
import { wrapWords } from "../../kit/text/wrap-words.ts";
import { asCalled, calledAs } from "../../kit/process/called-as.ts";

/**
 * Wraps at blanks. A word longer than the width stands alone and is never cut, so that it can be copied. A paragraph
 * that begins with blanks is wrapped under them. A command is copied as a whole, so it is not wrapped, nor are the
 * lines on which its quotes go on. A command of ours is written as the caller types it, before lines are broken, and
 * none is broken within its name.
 */
export function wrap(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  let quote: Quote = "";
  const said = asCalled(text);
  const hold = said === text ? "" : `${calledAs()} `;
  for (const paragraph of said.split("\n")) {
    const text = paragraph.trimStart();
    // Each line repeats them: a stranger's text could have more of them than words.
    const under = indent + paragraph.slice(0, Math.min(paragraph.length - text.length, Math.ceil(width / 2)));
    const goesOn = quote !== "";
    if (goesOn || COMMAND.test(text)) {
      lines.push(...(goesOn ? [paragraph] : remarkedLines(under + text, width)));
      quote = quoteAfter(goesOn ? paragraph : typed(text), quote);
    } else lines.push(...wrapWords(held(text, hold), width, under).map(inParts));
  }
  return lines;
}

/** A letter of private use, for a blank at which no line is broken. */
const HELD = "\u{e000}";

/** The tool's name is several words in a clone. */
const held = (text: string, name: string): string =>
  name === "" ? text : text.replaceAll(name, name.replaceAll(" ", HELD));

const inParts = (line: string): string => line.replaceAll(HELD, " ");

/** `$ docker stop db`, `cell_z1/0 (10.58.111.15)$ sudo ls`, `cf delete-service-key NAME KEY  # when nobody needs it any more`. */
const COMMAND = /^[^:;$"]*\$ \S| {2}# /;

/**
 * A command with its remark behind it, or above it when both are too long for a line: the terminal would break the
 * remark, and its second half would look like a command.
 */
export function remarkedLines(line: string, width: number): string[] {
  const [, indent = "", command = "", remark] = REMARKED.exec(line) ?? [];
  if (remark === undefined || quoteAfter(command, "") !== "" || asCalled(line).length <= width) return [line];
  return [...wrapWords(remark, width - 2, indent).map((each) => each.replace(/\S/u, "# $&")), indent + command];
}

const REMARKED = /^( *)(\S.*?) {2}# (.*)$/su;

/** The command alone: a place and a remark may have an apostrophe. */
const typed = (line: string): string => line.replace(/^[^:;$"]*\$ /u, "").replace(/ {2}# .*$/su, "");

type Quote = "" | "'" | '"';

/** The quote of a shell that is open behind the text. */
function quoteAfter(text: string, before: Quote): Quote {
  let open = before;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === "\\" && open !== "'") at += 1;
    else if (letter === open) open = "";
    else if (open === "" && (letter === "'" || letter === '"')) open = letter;
  }
  return open;
}

/** Wraps a line under the blanks that it begins with. */
export function wrapUnder(line: string, width: number): string[] {
  return wrap(line, width);
}

/** `label    value` behind three blanks: the value's lines stand under each other. */
const FIELD = /^ {3}\S.{7} (?=\S)/u;

/** Wraps a line under its value, or else two blanks further in than it begins; a command, which is copied, is not. */
export function wrapHanging(line: string, width: number): readonly string[] {
  if (line.length <= width || /^ +dingo-recover /u.test(line)) return [line];
  const head = FIELD.exec(line)?.[0] ?? /^ */u.exec(line)?.[0] ?? "";
  const under = " ".repeat(head.length + (FIELD.test(line) ? 0 : 2));
  const [first = "", ...rest] = wrapWords(line.slice(head.length), width - under.length, "");
  return [head + first, ...rest.map((each) => under + each)];
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

/** "0.4 s", "12 s", "3 min 5 s", "1 h 21 min". */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const LABEL_WIDTH = 13;

/** Label and value in two columns, the value wrapped under itself; a word that is too long for that stands further left. */
export function row(label: string, value: string, width: number): string[] {
  const [first = "", ...rest] = wrap(value, Math.max(20, width - LABEL_WIDTH - 2));
  const indent = (line: string): string => " ".repeat(Math.max(2, Math.min(LABEL_WIDTH + 2, width - line.length)));
  const [own = "", below] = label.length < LABEL_WIDTH ? [label.padEnd(LABEL_WIDTH) + first] : [label, first];
  return [`  ${own}`, ...[...(below === undefined ? [] : [below]), ...rest].map((line) => `${indent(line)}${line}`)];
}
