/**
 * Pictures of the terminal for the pages: docs/pictures/NAME.svg, drawn from the text of test/cli/screen/goldens, and the film of a
 * rehearsal from test/cli/screen/recordings. Tests take both from a real terminal. With --page also those of the report and of the live page, by a Chromium, of a rehearsal that is played.
 *
 *   node build/pictures.mjs
 *   node build/pictures.mjs --page
 *   node build/pictures.mjs --to DIRECTORY
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filmSvg } from "./film.mjs";

const ROOT = join(import.meta.dirname, "..");
const GOLDENS = join(ROOT, "test", "cli", "screen", "goldens");
const PICTURES = join(ROOT, "docs", "pictures");

/** Picture → golden. */
const TERMINALS = {
  "first-screen": "welcome.80x24",
  "step-at-work": "at-work.80x24",
  consent: "consent.80x24",
};

const LETTER = 8.4;
const LINE = 18;
const MARGIN = 14;

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** @param {string} line */
function styleOf(line) {
  if (/^✔/u.test(line)) return "good";
  if (/^(?:✖|error:)/u.test(line)) return "bad";
  if (/^\?/u.test(line)) return "strong";
  return /^ {4}\S/u.test(line) && !/\$ /u.test(line) ? "faint" : "plain";
}

/** @param {string} text @param {string} title */
function terminalSvg(text, title) {
  const lines = text.trimEnd().split("\n");
  const columns = Math.max(80, ...lines.map((line) => [...line].length));
  const width = Math.ceil(columns * LETTER + 2 * MARGIN);
  const height = lines.length * LINE + 2 * MARGIN;
  const rows = lines.map(
    (line, at) =>
      `<text class="${styleOf(line)}" x="${MARGIN}" y="${MARGIN + (at + 0.75) * LINE}" xml:space="preserve">${escaped(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    "<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#d7dbe0}.good{fill:#7fd18b}.bad{fill:#f08a84}.strong{fill:#fff;font-weight:600}.faint{fill:#9aa4af}</style>",
    `<rect width="${width}" height="${height}" rx="8" fill="#171a1e"/>`,
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}

/** @param {string} name */
const goldenOf = (name) => readFileSync(join(GOLDENS, `${name}.txt`), "utf8");

/** @param {string} name */
function recorded(name) {
  const lines = readFileSync(join(ROOT, "test", "cli", "screen", "recordings", `${name}.jsonl`), "utf8").trimEnd().split("\n");
  const [size, ...frames] = lines.map((line) => JSON.parse(line));
  return { ...size, frames };
}

/** @param {string} name */
const titleOf = (name) => `The terminal: ${name.replaceAll("-", " ")}`;

const to = process.argv[process.argv.indexOf("--to") + 1];
const directory = process.argv.includes("--to") && to !== undefined ? to : PICTURES;
mkdirSync(directory, { recursive: true });
for (const [name, golden] of Object.entries(TERMINALS))
  writeFileSync(join(directory, `${name}.svg`), terminalSvg(goldenOf(golden), titleOf(name)));
writeFileSync(join(directory, "rehearsal.svg"), filmSvg(recorded("rehearsal"), "A rehearsal: a deleted database comes back"));
if (process.argv.includes("--page")) await (await import("./page-pictures.mjs")).picturePages(ROOT, directory);
