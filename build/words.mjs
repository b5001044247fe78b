/**
 * The words of comments: a sentence names its thing first and says who acts, and when.
 * Strings and patterns are skipped, but for some words that no message of `src` may hold either.
 *
 *   node build/words.mjs [FOLDER…]
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Folders whose comments are held. */
const HELD = [".ci", "bench", "build", "src", "test"];

const CONDITION = 'say "when" or "if"';

export const WORDS = [
  { name: "What", why: "name the thing first", found: /(?<=(?:^|[.!?:;(])\s*)What\b/gu },
  { name: "whoever", why: "say who it is", found: /\bwhoever\b/giu },
  { name: "whatever", why: "say which things", found: /\bwhatever\b/giu },
  { name: "of its own", why: "say whose it is, once", found: /\bof\s+its\s+own\b/giu },
  { name: "where nothing", why: CONDITION, found: /\bwhere\s+nothing\b/giu },
  { name: "where absent", why: CONDITION, found: /\bwhere\s+absent\b/giu },
  { name: "where there is none", why: CONDITION, found: /\bwhere\s+there\s+(?:is|are)\s+(?:no|one|none)\b/giu },
  { name: "where nobody", why: CONDITION, found: /\bwhere\s+nobody\s+(?:is|can)\b/giu },
  { name: "`code` where", why: CONDITION, found: /(?<=\b(?:Errors?:|Throws)[^.]*`,?\s+)where\b/gu },
];

const LINE_COMMENT = String.raw`//[^\n]*`;
const BLOCK_COMMENT = String.raw`/\*[^]*?\*/`;
const QUOTED = String.raw`"(?:\\[^]|[^"\\\n])*"|'(?:\\[^]|[^'\\\n])*'`;
/** A pattern stands where no value can have ended. */
const PATTERN = String.raw`(?<=(?:^|[(,=:[!&|?{};>+]|\breturn|\btypeof)\s*)/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+/`;
const TOKEN = new RegExp(`(?<comment>(?:${LINE_COMMENT}(?:\\n[ \\t]*(?=//))?)+|${BLOCK_COMMENT})|${QUOTED}|${PATTERN}|[\`{}]`, "gu");
const TEMPLATE_TEXT = /(?:\\[^]|\$(?!\{)|[^\\`$])*(?:`|\$\{)/uy;

/** Comments of a source with their places; successive lines of `//` are one comment. */
function* commentsOf(source) {
  const braces = [];
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(source); token !== null; token = TOKEN.exec(source)) {
    const [text] = token;
    if (token.groups.comment !== undefined) yield { at: token.index, text };
    const inTemplate = text === "`" || (text === "}" && braces.pop() === "${");
    if (text === "{") braces.push(text);
    if (!inTemplate) continue;
    TEMPLATE_TEXT.lastIndex = TOKEN.lastIndex;
    const [part = ""] = TEMPLATE_TEXT.exec(source) ?? [];
    if (part.endsWith("${")) braces.push("${");
    TOKEN.lastIndex += part.length;
  }
}

/** A comment with spaces for its marks: each character keeps its place. */
const prose = (comment) => comment.replaceAll(/^[ \t]*(?:\/\*\*?|\/\/|\*(?!\/))|\*\/$|\n/gmu, (mark) => " ".repeat(mark.length));

/** In messages too. */
const NOWHERE = WORDS.filter(({ name }) => /^wh/u.test(name));

/** @param {string} path @param {string} source @returns {string[]} one line for each defect */
export const wordsOf = (path, source) => {
  const held = path.startsWith("src/") ? NOWHERE : [];
  const defects = (text, at, words) =>
    words.flatMap(({ name, why, found }) =>
      [...text.matchAll(found)].map(({ index }) => `${path}:${source.slice(0, at + index).split("\n").length} "${name}": ${why}`),
    );
  const others = WORDS.filter((word) => !held.includes(word));
  return [...[...commentsOf(source)].flatMap(({ at, text }) => defects(prose(text), at, others)), ...defects(prose(source), 0, held)];
};

/** @param {string} path a file, or a folder with all below it */
const sourcesBelow = (path) =>
  statSync(join(root, path)).isFile()
    ? [path]
    : readdirSync(join(root, path), { recursive: true })
        .filter((name) => /\.[cm]?[jt]s$/u.test(name))
        .map((name) => join(path, name));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folders = process.argv.length > 2 ? process.argv.slice(2) : HELD;
  const sources = folders.flatMap(sourcesBelow);
  const found = sources.flatMap((path) => wordsOf(path, readFileSync(join(root, path), "utf8")));
  for (const line of found) console.error(line);
  console.log(`${sources.length} files, ${found.length} defects`);
  process.exitCode = found.length === 0 ? 0 : 1;
}
