/**
 * The table of log patterns by itself: each row says what it means and where it was seen, a line shows that it can match,
 * and nothing else in the product judges by its words.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { saidLine } from "../../../src/kit/log-patterns/said-line.ts";
import { BROKER } from "../../../src/kit/log-patterns/broker.ts";
import { TABLE } from "../../../src/kit/log-patterns/table.ts";
import { capturedPhases, linesByContainer, programsOf, saidByBroker, serverLines } from "./captured.ts";
import { NOT_CAPTURED } from "./not-captured.ts";

const SRC = join(import.meta.dirname, "../../../src");
const captured = ["original-containers", "f-0.10.2-containers", "f-0.10.2-containers-busy"].flatMap((folder) =>
  [...linesByContainer(folder).values()].flat(),
);
captured.push(...capturedPhases().flatMap(({ lines }) => lines), ...serverLines("ends-before-consistency"));
const ofContainers = [...captured.map((line) => saidLine(line).text), ...captured];

/** The words that a group of rows reads, if they are not those of a container's log. */
const CAPTURED: Readonly<Record<string, readonly string[]>> = {
  broker: ["a-0.1.2", "a-0.3.2", "f-0.10.2-containers"].flatMap(saidByBroker),
  speakers: [...ofContainers, ...programsOf("original-containers")],
  "patroni-api": [],
  clients: [],
  docker: [],
  "cell-engine": [],
  redis: [],
};

describe("each row of the table", () => {
  const names = [...TABLE.keys()];

  it.each(names)("tells what it means, if it was seen and from when on: %s", (name) => {
    const { tells, seen, from } = TABLE.get(name) ?? {};
    expect(tells).toMatch(/^[a-zP].*[^.]$/);
    expect(seen).toMatch(/fixtures\/|release tags|\.(?:c|go|py)\b|strerror|docker_manager\.rb/);
    expect(from).toMatch(/^(?:broker )?\d+\.\d+/);
  });

  it.each(names)("matches a captured line, or one that its source prints: %s", (name) => {
    const says = TABLE.get(name)?.says ?? /$^/;
    const example = NOT_CAPTURED[name];
    const isCaptured = (CAPTURED[name.split(".")[0] ?? ""] ?? ofContainers).some((text) => says.test(text));
    expect(isCaptured, "captured").toBe(example === undefined);
    if (example !== undefined) expect(says.test(saidLine(example).text) || says.test(example)).toBe(true);
  });

  it.each(names)("looks no further than a limit behind a beginning that a line may repeat: %s", (name) => {
    const { source } = TABLE.get(name)?.says ?? /$^/;
    expect(source.startsWith("^") || !/(?:\.|\\S)[*+]/.test(source), source).toBe(true);
  });

  it("has an example only under the name of a row", () => {
    expect(Object.keys(NOT_CAPTURED).filter((name) => !TABLE.has(name))).toEqual([]);
  });
});

const CLASSES = /\[(?:[^\]\\]|\\.)*\]|\\[dDsSwWb]|\(\?[:=!<]*|\{\d*,?\d*\}/g;
const unescaped = (source: string): string => source.replaceAll(/\\([./])/g, "$1");

/** The plain words of the table: pieces of its patterns, and the broker's actions. */
const words = [
  ...new Set([
    ...[...TABLE.values()].flatMap(({ says }) =>
      unescaped(says.source.replaceAll(CLASSES, "\n"))
        .split(/[^A-Za-z0-9 ,'._:/-]+/)
        .map((run) => run.trim()),
    ),
    ...Object.values(BROKER).flatMap(({ actions, telling = [] }) => [...actions, ...telling]),
  ]),
];
/** So long that the product says them nowhere by itself. */
const sentences = words.filter((word) => (word.length >= 22 && word.includes(" ")) || /\w{4}\.\w{3}/.test(word));
/** More than a common word: with a sign or a blank in it, of capitals, or with one in the middle. */
const telling = words.filter((word) => word.length >= 4 && /[ .:/_-]|[a-z][A-Z]|^[A-Z]{4}/.test(word));

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return /\.c?ts$/.test(entry.name) ? [path] : [];
  });
}

/** Comments may quote a line; code may not. */
const withoutComments = (text: string): string =>
  text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/(?:^|\s)\/\/[^\n]*/g, "");

const REGEX = /(?<=[=(,:[!&|?{};\n>]\s{0,40})\/(?![*/ ])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;
const TEXT = String.raw`(?<sign>["'${"`"}])(?<text>(?:(?!\k<sign>)[^\\]|\\.)*)\k<sign>`;
const COMPARED = new RegExp(
  String.raw`(?:\.(?:includes|startsWith|endsWith|indexOf|search|match|split)\(|[!=]==|RegExp\((?:\s*String\.raw)?)\s*${TEXT}`,
  "g",
);

/** The words that code compares a text with: regular expressions, and the words in calls that look for them. */
function comparedIn(code: string): readonly string[] {
  const called = [...code.matchAll(COMPARED)].map(({ groups }) => groups?.["text"] ?? "");
  return [...[...code.matchAll(REGEX)].map(([regex]) => unescaped(regex)), ...called].map((text) =>
    text.replaceAll(/\$\{[^}]*\}/g, "\n"),
  );
}

/** Words of the table by which this code judges, or that it holds whole. */
function tableWordsIn(text: string): readonly string[] {
  const code = withoutComments(text);
  const compared = comparedIn(code);
  const found = words.filter((word) => {
    const alone = new RegExp(`(?<![A-Za-z0-9_])${word.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&")}`);
    const isHeld = sentences.includes(word) && code.includes(word);
    return isHeld || (telling.includes(word) && compared.some((each) => alone.test(each)));
  });
  return found.filter((word) => !found.some((longer) => longer !== word && longer.includes(word)));
}

/** Words that a file compares with and judges nothing of the table's programs by, and why. */
const OTHERS: readonly (readonly [file: string, word: string, why: string])[] = [
  ["archive/actions/backup/try-copy.ts", "ERROR", "takes the words behind the level, which rows then judge"],
  ["config/doctor/director.ts", "dingo-postgresql", "the name of a deployment"],
  ["discovery/lines/inner-stamp.ts", "STRUCTURED: time", "the place of a time in a line"],
  ["discovery/lines/lager.ts", "new-node-count", "the place of a number in a torn line"],
  ["discovery/lines/other-line.ts", "PATRONI_SCOPE:", "looks for a word before a row is tried, for speed"],
  ["discovery/sources/system-id-lines.ts", "docker/", "two forms of a tag that a row has known"],
  ["docker/adapters/cli-work.ts", "No such file or directory", "the words of stat and of the copying program"],
  ["docker/adapters/failure.ts", "no such", "the words of sudo"],
  ["docker/adapters/failure.ts", "not found", "the words of sudo"],
  ["engine/expression/expression.ts", "no such", "the words of the library for CEL"],
  ["foundation/actions/archive/check-fresh.ts", "/wal/", "the end of an archive's address"],
  ["foundation/actions/bosh/find-deployment.ts", "dingo-postgresql", "the name of a deployment"],
  ["foundation/adapters/cells/files.ts", "No such file or directory", "the words of stat"],
  ["foundation/adapters/cf/failure.ts", "error:", "the words of the cf CLI"],
  ["foundation/adapters/cf/reader.ts", "error:", "the words of the cf CLI"],
  ["kit/commands/as-owner.ts", "No such file or directory", "the words of programs that look at a path"],
  ["kit/shell/shell.ts", "not found", "the words of sudo"],
];

describe("the words of the table", () => {
  // Needles find lines and judge none; a stand-in prints the lines of the real one.
  const elsewhere =
    /\/src\/(?:(?:kit\/log-patterns|rehearsal)\/|discovery\/(?:lines\/log-line|sources\/store-phrases)\.ts)/;
  const files = filesBelow(SRC).filter((path) => !elsewhere.test(path));

  it("are many", () => {
    expect(sentences.length).toBeGreaterThan(60);
    expect(telling.length).toBeGreaterThan(150);
    expect(files.length).toBeGreaterThan(500);
  });

  it.each([
    ['const isGone = (said: string) => said.includes("is not running");', "is not running"],
    ["const ended = /(?:^|\\n)Error.* is not running/u.test(said);", "is not running"],
    ['const gone = error.startsWith("100:");', "100:"],
    ['const adds = step.startsWith("AddNode");', "AddNode"],
    ["const node = /\\/service_instances\\/([0-9a-f-]{36})/.exec(error)?.[1];", "/service_instances/"],
    ["if (/^NOAUTH/mu.test(said)) return;", "NOAUTH"],
    ['if (!said.startsWith("PONG")) return;', "PONG"],
    ['const WORDS = ["deprovision.start"];', "deprovision.start"],
    ['if (line === "server stopped") return;', "server stopped"],
    ["const TAG = /^(?:docker\\/|\\/)?cf-[0-9a-f]{8}/;", "docker/"],
    ['const SCOPE = new RegExp(`"PATRONI_SCOPE=(${GUID})"`);', "PATRONI_SCOPE"],
  ])("are seen in code that judges by them: %s", (code, word) => {
    expect(tableWordsIn(code)).toContain(word);
  });

  it("are not seen in code that says or explains the same", () => {
    expect(tableWordsIn('const told = "the container is not running"; // said.includes("is not running")')).toEqual([]);
  });

  it("judge in no other file of the product: what judges by a word is held against the captured logs", () => {
    const found = files.flatMap((path) => {
      const file = path.slice(SRC.length + 1);
      return tableWordsIn(readFileSync(path, "utf8")).map((word) => `${file}: ${word}`);
    });
    const others = OTHERS.map(([file, word]) => `${file}: ${word}`);
    expect(found.filter((each) => !others.includes(each))).toEqual([]);
    expect(others.filter((each) => !found.includes(each))).toEqual([]);
  });
});
