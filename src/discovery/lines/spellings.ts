/**
 * Other spellings of one line: what wraps a line escapes its quotes, once or many times, and what shows it puts colours in.
 * Each step takes one such layer off.
 */
import { brokersNamed } from "../../kit/log-patterns/broker.ts";
import { COLOURS } from "../../kit/text/colours.ts";
import { escapedAt } from "./loose-json.ts";

/** Of a file that was cut to nothing while its writer went on where it was (copytruncate). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: such a file begins with them
const HOLE = /^\0+/;

/** Without what a terminal's colours and a file's hole add. */
export const bareText = (text: string): string =>
  (text.startsWith("\0") ? text.replace(HOLE, "") : text).replace(COLOURS, "");

type Spelling = readonly [wears: RegExp, takeOff: (text: string) => string];

const LAYERS: readonly Spelling[] = [
  [/\\(?:["'/\\]|u[0-9a-f]{4}|x[0-9a-f]{2})/i, (text) => withoutEscapes(text)],
  [/&(?:quot|#0*34|#x0*22);/i, (text) => withoutEntities(text)],
  [
    /%22/,
    (text) => text.replace(/%([0-9a-f]{2})/gi, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
  ],
  [
    /#0(?:11|12|42)/,
    (text) => text.replace(/#(0[0-7]{2})/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 8))),
  ],
  [/""/, (text) => text.replaceAll('""', '"')],
];

/** Wrappings of one line that are tried, and their characters together: most lines have one or two. */
const MOST_SPELLINGS = 40;
const MOST_CHARACTERS = 8 * 1024 * 1024;

/** The text as it stands, then with one layer of escapes less, of each kind that it wears, and so on. */
export function* spellingsOf(text: string): Generator<string> {
  const spellings = new Set([text]);
  let characters = 0;
  // A set goes on with what is added on the way.
  for (const spelling of spellings) {
    characters += spelling.length;
    if (characters > MOST_CHARACTERS) return;
    yield spelling;
    const begun = withItsBeginning(spelling);
    const less = LAYERS.filter(([wears]) => wears.test(spelling)).map(([, takeOff]) => takeOff(spelling));
    for (const each of [...(begun === undefined ? [] : [begun]), ...less])
      if (spellings.size < MOST_SPELLINGS) spellings.add(each);
  }
}

function withoutEscapes(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (let slash = text.indexOf("\\"); slash >= 0 && slash + 1 < text.length; slash = text.indexOf("\\", from)) {
    const { text: plain, length } = escapedAt(text, slash);
    parts.push(text.slice(from, slash), plain);
    from = slash + length;
  }
  return parts.join("") + text.slice(from);
}

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', amp: "&", lt: "<", gt: ">", apos: "'" };

function withoutEntities(text: string): string {
  return text
    .replace(/&#(?:(\d{1,6})|x([0-9a-f]{1,5}));/gi, (_all, decimal: string | undefined, hex = "") =>
      String.fromCodePoint(decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal)),
    )
    .replace(/&(quot|amp|lt|gt|apos);/gi, (_all, name: string) => ENTITIES[name.toLowerCase()] ?? "");
}

/** Lager's time and source, behind a beginning that became the tag of a syslog line. */
const BEHIND_TAG = /"\d{9,11}\.\d{1,9}",\s*"source"\s*:/;

/** With the beginning that was lost; undefined if none was. */
function withItsBeginning(text: string): string | undefined {
  const at = text.search(BEHIND_TAG);
  if (at < 0 || /"timestamp"\s*:\s*$/.test(text.slice(Math.max(0, at - 40), at))) return undefined;
  return `{"timestamp":${text.slice(at)}`;
}

/** Of word processors, web pages and mails. */
const HYPHENS = /[\u2010-\u2015\u2212]/g;
const UNSEEN = /[\\\u00ad\u200b-\u200d\u2060\ufeff]/g;

/** Whether the broker is named in another spelling than the search looks for: in escapes, or by other characters. */
export function hidesBroker(text: string): boolean {
  const seen = brokersNamed(text);
  return [...spellingsOf(text)].some((spelling) => {
    const plain = spelling.normalize("NFKC").replace(HYPHENS, "-").replace(UNSEEN, "").toLowerCase();
    return brokersNamed(plain) > seen;
  });
}
