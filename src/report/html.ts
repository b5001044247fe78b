/**
 * A report as one HTML file: nothing is fetched, nothing is run. A content security policy allows its one style sheet
 * (by hash) and pictures in the file itself. A live page also has one script, which speaks to its own server. Every
 * text is escaped; control characters are shown.
 */
import { createHash } from "node:crypto";
import { printable } from "../kit/text/printable.ts";
import type { Block, Line, ReportDocument, Section } from "./document.ts";
import { STYLE } from "./style.ts";

/** The additions that make a report a live page. */
export interface Live {
  readonly script: string;
  /** The id of the run: what is served again. */
  readonly run: string;
  /** Tells one state of the report from the next. */
  readonly version: string;
  /** The present step, as one line. */
  readonly now: string;
}

export function htmlOf({ title, warnings, sections }: ReportDocument, live?: Live): string {
  return [
    "<!doctype html>",
    live === undefined
      ? '<html lang="en">'
      : `<html lang="en" data-run="${escaped(live.run)}" data-version="${escaped(live.version)}">`,
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy(live)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    "</head>",
    "<body>",
    ...(live === undefined ? [] : [LIVE_LINE(live)]),
    `<header><h1>${escaped(title)}</h1></header>`,
    contents(sections),
    "<main>",
    ...warnings.map((line) => `<p class="warning">${phrases(line)}</p>`),
    ...sections.flatMap(({ title, blocks }, index) => [
      "<section>",
      `<h2 id="${anchor(index)}">${escaped(title)}</h2>`,
      ...blocks.map((content, at) => block(content, at === 0 ? title : `${title}, ${at + 1}`)),
      "</section>",
    ]),
    "</main>",
    ...(live === undefined ? [] : [`<script>${live.script}</script>`]),
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function policy(live: Live | undefined): string {
  return [
    "default-src 'none'",
    `style-src ${sourceOf(STYLE)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    ...(live === undefined ? [] : [`script-src ${sourceOf(live.script)}`, "connect-src 'self'"]),
  ].join("; ");
}

const sourceOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

const LIVE_LINE = ({ now }: Live): string =>
  `<aside class="now" aria-label="What goes on"><span id="link" class="lost">not connected yet</span> <span id="now" role="status">${escaped(now)}</span></aside>`;

const anchor = (index: number): string => `part-${index + 1}`;

function contents(sections: readonly Section[]): string {
  const items = sections.map(({ title }, index) => `<li><a href="#${anchor(index)}">${escaped(title)}</a></li>`);
  return `<nav aria-label="Parts of this report"><ol>${items.join("")}</ol></nav>`;
}

function block(content: Block, label: string): string {
  switch (content.kind) {
    case "paragraph":
      return `<p>${phrases(content.line)}</p>`;
    case "list":
      return `<ul>${content.items.map((item) => `<li>${lines(item)}</li>`).join("")}</ul>`;
    case "table":
      return scrolled(content.head[0] === "" ? facts(content.rows) : table(content.head, content.rows), label);
    case "code":
      return `<pre><code>${escaped(content.content)}</code></pre>`;
    case "picture":
      return `<figure><img alt="${escaped(content.title)}" src="data:image/svg+xml;base64,${Buffer.from(content.svg).toString("base64")}"><figcaption>${escaped(content.title)}</figcaption></figure>`;
  }
}

/** Content that is wider than the page scrolls within its own frame, by keyboard too. */
function scrolled(inner: string, label: string): string {
  return `<div class="wide" role="region" tabindex="0" aria-label="${escaped(label)}">${inner}</div>`;
}

/** Rows that their first cell names. */
function facts(rows: readonly (readonly string[])[]): string {
  const row = ([label = "", ...cells]: readonly string[]): string =>
    `<tr><th scope="row">${escaped(label)}</th>${cells.map(cell).join("")}</tr>`;
  return `<table class="facts"><tbody>${rows.map(row).join("\n")}</tbody></table>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = head.map((title) => `<th scope="col">${escaped(title)}</th>`).join("");
  const body = rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n");
  return `<table><thead><tr>${titles}</tr></thead><tbody>${body}</tbody></table>`;
}

const cell = (words: string): string =>
  ONE_TIME.test(words)
    ? `<td class="time">${words}</td>`
    : `<td${words.length >= LONG && LONG_WORD.test(words) ? ' class="long"' : ""}>${lines(words)}</td>`;
const line = (words: string): string => timesWhole(escaped(words));
const lines = (words: string): string =>
  words.includes("\n") ? words.split("\n").map(line).join("<br>") : line(words);

/** Such a word is broken anywhere, and makes its column no wider; of others the column is as wide as the widest. */
const LONG = 24;
const LONG_WORD = /\S{24}/u;
const ONE_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ?$/u;
/** Characters of the shortest. */
const TIME = 19;
const TIMES = /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\b)/gu;

/** A browser breaks at the hyphens of a time: it is kept whole if there is room. */
const timesWhole = (safe: string): string =>
  safe.length < TIME ? safe : safe.replace(TIMES, (time) => `<span class="time">${time}</span>`);

const TAGS = { plain: ["", ""], strong: ["<strong>", "</strong>"], code: ["<code>", "</code>"] } as const;

const phrases = (line: Line): string =>
  line
    .map(
      ({ kind, text }) =>
        `${TAGS[kind][0]}${kind === "code" ? escaped(text) : timesWhole(escaped(text))}${TAGS[kind][1]}`,
    )
    .join("");

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Printable ASCII that means nothing in HTML, as nearly all text of a journal is. */
const PLAIN = /^[ !#-%(-;=?-~]*$/;

function escaped(foreign: string): string {
  return PLAIN.test(foreign)
    ? foreign
    : printable(foreign).replace(/[&<>"']/gu, (letter) => ENTITIES[letter] ?? letter);
}
