/** The words of comments (build/words.mjs): each is found in a comment, and nowhere else. `npm run lint` says whether the held folders have any. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";

interface Words {
  readonly WORDS: readonly { readonly name: string }[];
  readonly wordsOf: (path: string, source: string) => readonly string[];
}

const { WORDS, wordsOf } = (await import(join(import.meta.dirname, "../build/words.mjs"))) as Words;

/** The places that are found in a source, as `LINE "WORD"`. */
const found = (...lines: readonly string[]): readonly string[] =>
  wordsOf("x.ts", lines.join("\n")).map((line) => /^x\.ts:(\d+ ".*"): /u.exec(line)?.[1] ?? line);

const BROKEN: readonly (readonly [word: string, breaks: string, allowed: string])[] = [
  ["What", "What a run did.", "Says what a run did. Whatsoever."],
  ["whoever", "For whoever asks.", "For the operator who asks."],
  ["whatever", "Whatever it says.", "Each thing that it says."],
  ["of its own", "A process of its own.", "Its own process, of its owner."],
  ["where nothing", "Empty where nothing was.", "Empty if nothing was, where no thing is."],
  ["where absent", "15 s where absent.", "15 s if absent; where it is absent."],
  ["where there is none", "Empty where there are none.", "Empty if there is none; where there is room."],
  ["where nobody", "False where nobody can tell.", "False if nobody can tell; where nobody could look."],
  ["`code` where", "Errors: `a` where it is; `b`.", "Errors: `a` if it is. Holds `b` where it lies."],
];

it("find some of them in the messages of src as well, once each", () => {
  const lines = ["// Whoever asks.", "say(`whatever ${name}`);", 'say("of its own, where nothing was");'];
  expect(wordsOf("src/x.ts", lines.join("\n")).map((line) => line.slice(0, 9))).toEqual([
    "src/x.ts:",
    "src/x.ts:",
    "src/x.ts:",
  ]);
  expect(wordsOf("test/x.ts", lines.join("\n"))).toHaveLength(1);
  expect(wordsOf("src/x.ts", "/** Empty where\n * nothing was. */")).toHaveLength(1);
});

describe("the words of comments", () => {
  it("have an example each", () => {
    expect(BROKEN.map(([word]) => word)).toEqual(WORDS.map(({ name }) => name));
  });

  it.each(BROKEN)("find %s: %s", (word, breaks, allowed) => {
    expect(found(`/** ${breaks} */`)).toEqual([`1 "${word}"`]);
    expect(found(`/** ${allowed} */`)).toEqual([]);
  });

  it.each(BROKEN)("find %s in each kind of comment", (word, breaks) => {
    expect(found("const a = 1;", `const b = 2; // ${breaks}`)).toEqual([`2 "${word}"`]);
    expect(found("/**", " * A run.", ` * ${breaks}`, " */")).toEqual([`3 "${word}"`]);
    expect(found("// A run.", `  // ${breaks}`, "run();")).toEqual([`2 "${word}"`]);
  });

  it("find words that a line's end divides", () => {
    expect(found("/**", " * A process of its", " * own.", " */")).toEqual(['2 "of its own"']);
    expect(found("// Empty where", "// nothing was.")).toEqual(['1 "where nothing"']);
  });

  it("find the second sentence's beginning, and not a line's", () => {
    expect(found("/** A run. What it did. */")).toEqual(['1 "What"']);
    expect(found("// The answer to the question", "// What it did.")).toEqual([]);
  });

  it("are not looked for in strings, templates and patterns", () => {
    expect(
      found('say("// What it did");', "say('/* whoever */');", "say(`// What ${name(`// whatever`)} // What`);"),
    ).toEqual([]);
    expect(found("const line = /[/]/* What it did */.test(x);", "text.replace(/\"/u, '// What');")).toEqual([]);
    expect(found("say(`${a({ b: 1 })} // What`); // What it did")).toEqual(['1 "What"']);
    expect(found('const half = /"/u; // What it did', 'const other = "";')).toEqual(['1 "What"']);
  });
});
