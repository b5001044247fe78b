/**
 * Every line of the captured logs is covered: by a row of the table, by `known-lines.ts`, or by the lists of
 * `known-broker.ts`. A line that nothing covers is printed, and fails.
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readEnvelope } from "../../../src/discovery/lines/envelope.ts";
import { brokerLines, lagerStart, parseLager } from "../../../src/discovery/lines/lager.ts";
import { actionOf, BROKER, brokerEvent, DELETION_ERROR, isTelling } from "../../../src/kit/log-patterns/broker.ts";
import { CELLS } from "../../../src/kit/log-patterns/cells.ts";
import { isKnown } from "../../../src/kit/log-patterns/known-lines.ts";
import { packedFiles, readPacked, scriptSentences, withoutStamp } from "./captured.ts";
import { KNOWN_ACTIONS, KNOWN_LINES } from "./known-broker.ts";

const LOGS = join(import.meta.dirname, "../../../fixtures/logs");
const folders = readdirSync(LOGS).filter((name) => statSync(join(LOGS, name)).isDirectory());
const files = folders.flatMap((folder) =>
  packedFiles(folder).flatMap((file) => (file.startsWith("truth.json") ? [] : [[folder, file] as const])),
);

/** A collector tears the tag at 32 bytes, or drops it; the six characters of the prefix stay. */
const OF_CONTAINER = /^(?:docker\b|\/?cf-)/;
const TORN_TAG = /^ (?=Starting )|^ ?(?:[0-9a-f-]{1,20}(?:\[\d+\])?:? )?(?=[0-9a-f]{6}-[a-z_]+> )/;
/** A collector that takes 1,024 bytes a message cuts its longest lines: the rest has no end. */
const isCut = (file: string): boolean => file.includes("-1k");
/** rsyslog writes control characters as octal numbers. */
const asWritten = (text: string): string => text.replaceAll("#011", "\t").replaceAll("#015", "\r");

function isCovered(line: string, file: string): boolean {
  if (file.startsWith("docker-logs")) return isKnown(withoutStamp(line));
  const { program = "", body } = readEnvelope(line);
  if (lagerStart(body) >= 0) return brokerLines(body).every((each) => isBrokerCovered(each, file));
  const text = asWritten(body);
  if (OF_CONTAINER.test(program)) return isKnown(text.replace(TORN_TAG, ""));
  const said = program.startsWith("confd") ? `confd[1]: ${text.trimStart()}` : text;
  return KNOWN_LINES.some((each) => each.test(said)) || CELLS.nodePrinted.says.test(text);
}

function isBrokerCovered(line: string, file: string): boolean {
  const lager = parseLager(line.slice(lagerStart(line))).line;
  if (lager === undefined) return isCut(file);
  const action = actionOf(lager.action).replace(/^recreate\./, "");
  return (
    brokerEvent(lager.action) !== undefined ||
    (lager.level >= DELETION_ERROR.level && action.startsWith(DELETION_ERROR.begins)) ||
    KNOWN_ACTIONS.some((each) => (/[.-]$/.test(each) ? action.startsWith(each) : action === each))
  );
}

describe("the captured logs", () => {
  it("are those of all eras", () => {
    expect(folders).toHaveLength(11);
    expect(files.length).toBeGreaterThan(100);
  });

  it.each(["restore: failed, the archive is damaged", "error: cannot restore", "- restore aborted"])(
    "let no sentence pass for a configuration: %s",
    (line) => {
      expect(isKnown(line)).toBe(false);
      expect(isKnown(`78218d-startup> ${line}`)).toBe(false);
    },
  );

  it.each(files)("have no line that nothing covers: %s/%s", (folder, file) => {
    const lines = readPacked(folder, file).split("\n");
    expect(lines.filter((line) => !isCovered(line, file)).slice(0, 20)).toEqual([]);
  });
});

describe("the sentences of the start scripts of all releases", () => {
  it("are known, also those of releases that nobody has captured", () => {
    const sentences = scriptSentences();
    expect(sentences.length).toBeGreaterThan(50);
    expect(sentences.filter(([, , line]) => !isKnown(line))).toEqual([]);
  });
});

describe("each row of the broker's table", () => {
  it.each(Object.values(BROKER).flatMap(({ telling = [] }) => telling))(
    "tells of its lines by words that stand in captured logs: %s",
    (word) => {
      expect(isTelling(`x ${word} y`)).toBe(true);
      expect(files.some(([folder, file]) => readPacked(folder, file).includes(word))).toBe(true);
    },
  );

  const said = new Set(
    files.flatMap(([folder, file]) =>
      readPacked(folder, file)
        .split("\n")
        .flatMap((line) => {
          const at = lagerStart(line);
          const action = at < 0 ? undefined : parseLager(line.slice(at)).line?.action;
          return action === undefined ? [] : [`${folder} ${actionOf(action)}`];
        }),
    ),
  );

  it.each(Object.entries(BROKER))("stands in the captured logs that it names: %s", (_name, { actions, seen }) => {
    for (const folder of seen.split(", ")) expect(folders).toContain(folder);
    for (const action of actions) expect([...said].filter((each) => each.endsWith(` ${action}`))).not.toEqual([]);
    const named = seen.split(", ").flatMap((folder) => actions.map((action) => `${folder} ${action}`));
    expect(named.some((each) => said.has(each))).toBe(true);
  });
});
