/** The captured logs of containers, cut into lives: from one start of a container to the next. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { readEnvelope } from "../../../src/discovery/lines/envelope.ts";
import { brokerLines, lagerStart, parseLager } from "../../../src/discovery/lines/lager.ts";
import { saidLine } from "../../../src/kit/log-patterns/said-line.ts";

const LOGS = join(import.meta.dirname, "../../../fixtures/logs");

export interface Life {
  /** Folder of fixtures/logs. */
  readonly folder: string;
  /** cf-NODE. */
  readonly container: string;
  /** From 0. */
  readonly number: number;
  /** Without the collector's words before them. */
  readonly lines: readonly string[];
}

export interface Phase {
  /** `0.10.2 restore`. */
  readonly name: string;
  readonly lines: readonly string[];
}

/** The phases of fixtures/container-logs, image by image. */
export function capturedPhases(): readonly Phase[] {
  const phases = join(import.meta.dirname, "../../../fixtures/container-logs");
  const folders = readdirSync(phases, { withFileTypes: true }).flatMap((each) =>
    each.isDirectory() ? [each.name] : [],
  );
  return folders.flatMap((folder) =>
    readdirSync(join(phases, folder)).map((file) => ({
      name: `${folder} ${file.replace(/\.log$/, "")}`,
      lines: readFileSync(join(phases, folder, file), "utf8").split("\n"),
    })),
  );
}

/** Sentences of the start scripts of all releases, with the first and the last that has them: sentences.tsv. */
export function scriptSentences(): readonly (readonly [first: string, last: string, line: string])[] {
  const text = readFileSync(join(LOGS, "../container-logs/sentences.tsv"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((row) => {
      const [first = "", last = "", line = ""] = row.split("\t");
      return [first, last, line] as const;
    });
}

/** A server alone, without its container: fixtures/server-logs. */
export function serverLines(name: string): readonly string[] {
  return readFileSync(join(LOGS, "../server-logs", `${name}.log`), "utf8").split("\n");
}

/** The first line of run.sh's look-up begins a life. */
const BEGINS = /^looking up public host:(?:port|5432) from etcd -> \S+ \(0\)$/;
const SYSLOG = /^\w{3} +\d+ [\d:]{8} \S+ docker\/(cf-[0-9a-f-]{36})\[\d+\]: ?([^\n]*)$/;

export const readPacked = (folder: string, file: string): string =>
  gunzipSync(readFileSync(join(LOGS, folder, file))).toString("utf8");

export const packedFiles = (folder: string): readonly string[] =>
  readdirSync(join(LOGS, folder)).filter((name) => name.endsWith(".gz"));

/** Lines by container, in their order. A transfer's progress ends in CR, and the next text belongs to its line. */
export function linesByContainer(folder: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const file of packedFiles(folder)) {
    const node = /^docker-logs\.(cf-[0-9a-f-]{36})\.log\.gz$/.exec(file)?.[1];
    if (node !== undefined) found.set(node, readPacked(folder, file).split("\n").map(withoutStamp));
    if (file === "cells.log.gz") collect(readPacked(folder, file), found);
  }
  return found;
}

/** `docker logs -t`. */
export const withoutStamp = (line: string): string => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z ?/, "");

function collect(text: string, into: Map<string, string[]>): void {
  for (const line of text.split("\n")) {
    const [, container = "", said = ""] = SYSLOG.exec(line) ?? [];
    if (container === "" && line !== "") throw new Error(`no line of a container: ${line.slice(0, 120)}`);
    if (container !== "") push(into, container, said);
  }
}

/** The programs in the heads of a cell's lines: tags of containers. */
export const programsOf = (folder: string): readonly string[] => [
  ...new Set(
    readPacked(folder, "cells.log.gz")
      .split("\n")
      .map((line) => readEnvelope(line).program ?? ""),
  ),
];

/** The broker's actions, all texts in the data of its lines, and its lines that are no JSON. */
export function saidByBroker(folder: string): readonly string[] {
  const lines = readPacked(folder, "all.rfc5424.log.gz").split("\n").flatMap(brokerLines);
  return lines.flatMap((line) => {
    const start = lagerStart(line);
    if (start < 0) return [readEnvelope(line).body];
    const { line: lager } = parseLager(line.slice(start));
    return lager === undefined ? [] : [lager.action, ...textsIn(lager.data)];
  });
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

export function livesIn(folder: string): readonly Life[] {
  return [...linesByContainer(folder)].flatMap(([container, lines]) => {
    const starts = lines.flatMap((line, at) => (BEGINS.test(saidLine(line).text) ? [at] : []));
    return starts.map((from, number) => ({ folder, container, number, lines: lines.slice(from, starts[number + 1]) }));
  });
}

function push(into: Map<string, string[]>, container: string, line: string): void {
  const known = into.get(container);
  if (known === undefined) into.set(container, [line]);
  else known.push(line);
}
