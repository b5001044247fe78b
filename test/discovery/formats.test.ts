/** One small log per format, with the truth beside it (fixtures/formats). */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import { memoryLogs } from "./recorded-logs.ts";

const FOLDER = new URL("../../fixtures/formats/", import.meta.url);
const now = new Date("2016-03-18T00:00:00Z");

interface Truth {
  readonly format: string;
  readonly exit: number;
  readonly complete: boolean;
  readonly zones?: readonly string[];
  readonly canaries?: readonly string[];
  readonly notes?: readonly string[];
  readonly notDeleted?: readonly string[];
  readonly deleted: readonly (Readonly<Record<string, unknown>> & {
    readonly guid: string;
    readonly lines: readonly number[];
  })[];
}

const names = readdirSync(FOLDER).filter((name) => !/\.(?:truth\.json|md)$/.test(name));

function bytesOf(name: string): Buffer {
  const bytes = readFileSync(new URL(name, FOLDER));
  return name.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

function truthOf(name: string): Truth {
  return JSON.parse(readFileSync(new URL(`${name.split(".")[0] ?? ""}.truth.json`, FOLDER), "utf8")) as Truth;
}

async function search(name: string) {
  const files = memoryLogs({ [name]: bytesOf(name) }, { modifiedAt: now, chunk: 777 });
  return await discover({ sources: { logs: { files, patterns: [name] }, now }, query: {} });
}

describe.each(names.map((name) => [name, truthOf(name)] as const))("%s", (name, truth) => {
  it(`is read: ${truth.format}`, async () => {
    const { document, exitCode, table } = await search(name);
    expect(document.candidates.map(({ guid }) => guid)).toEqual(truth.deleted.map(({ guid }) => guid));
    for (const [index, { lines, ...fields }] of truth.deleted.entries()) {
      const found = document.candidates[index];
      expect(found).toMatchObject(fields);
      expect(found?.evidence.map(({ line }) => line)).toEqual(lines);
    }
    expect(exitCode).toBe(truth.exit);
    expect(document.coverage[0]).toMatchObject({ complete: truth.complete });
    expect(document.coverage[0]?.zones ?? []).toEqual(truth.zones ?? []);
    for (const note of truth.notes ?? []) expect(document.candidates[0]?.notes.join()).toContain(note);
    expect(document.notDeleted.map(({ guid }) => guid)).toEqual(truth.notDeleted ?? []);
    const output = JSON.stringify(document) + table;
    for (const canary of truth.canaries ?? []) {
      expect(bytesOf(name).toString()).toContain(canary);
      expect(output).not.toContain(canary);
    }
  });

  it("gives every byte offset as the beginning of the line with that number", async () => {
    const { document } = await search(name);
    for (const { line = 0, byteOffset = -1 } of document.candidates.flatMap(({ evidence }) => evidence)) {
      const before = bytesOf(name).subarray(0, byteOffset).toString();
      expect(before.split("\n").length).toBe(line);
      expect(before === "" || before.endsWith("\n")).toBe(true);
    }
  });
});
