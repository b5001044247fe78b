/**
 * The table of log patterns by itself: each row says what it means and where it was seen, a line shows that it can match,
 * and its sentences stand nowhere else in the product.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { saidLine } from "../../../src/kit/log-patterns/said-line.ts";
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

  it.each(names)("tells what it means, where it was seen and from when on: %s", (name) => {
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

/** Runs of plain letters in a pattern, long enough to be a sentence. */
const sentences = [...TABLE.values()].flatMap(({ says }) =>
  says.source
    .replaceAll(/\\[dDsSwWb]|\(\?[:=!<]*|\{\d*,?\d*\}/g, "\n")
    .split(/[^A-Za-z ,']+/)
    .map((run) => run.trim())
    .filter((run) => run.length >= 22 && run.includes(" ")),
);

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

describe("the sentences of the table", () => {
  // Needles find lines and judge none; a stand-in prints the lines of the real one.
  const elsewhere =
    /\/src\/(?:(?:kit\/log-patterns|rehearsal)\/|discovery\/(?:lines\/log-line|sources\/store-phrases)\.ts)/;
  const files = filesBelow(SRC).filter((path) => !elsewhere.test(path));

  it("are many", () => {
    expect(sentences.length).toBeGreaterThan(25);
    expect(files.length).toBeGreaterThan(500);
  });

  it("stand in no other file of the product: what judges by a sentence is held against the captured logs", () => {
    const found = files.flatMap((path) => {
      const code = withoutComments(readFileSync(path, "utf8"));
      return sentences.filter((each) => code.includes(each)).map((each) => `${path.slice(SRC.length + 1)}: ${each}`);
    });
    expect(found).toEqual([]);
  });
});
