/** Logs as others reported them, with the right answer beside each (fixtures/reported-logs). */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { discover } from "../../src/discovery/answer/discover.ts";
import { parseDuration } from "../../src/kit/text/time.ts";
import { memoryLogs } from "./recorded-logs.ts";

const FOLDER = new URL("../../fixtures/reported-logs/", import.meta.url);
const now = new Date("2026-11-21T14:00:00Z");

interface Case {
  readonly args: readonly string[];
  readonly rightExit: readonly number[];
  readonly rightFirst: string | null;
  readonly check: "recreated" | "mayLive" | null;
  readonly note: string;
}

const cases = readdirSync(FOLDER)
  .filter((name) => !name.endsWith(".md"))
  .map((name) => [name, JSON.parse(readFileSync(new URL(`${name}/case.json`, FOLDER), "utf8")) as Case] as const);

async function ask(name: string, { args }: Case) {
  const valuesOf = (option: string): readonly string[] =>
    args.flatMap((arg, at) => (args[at - 1] === option ? [arg] : []));
  const [asked] = valuesOf("--name");
  const [around] = valuesOf("--around");
  const [window] = valuesOf("--window");
  const patterns = valuesOf("--logs");
  const files = memoryLogs(
    Object.fromEntries(patterns.map((file) => [file, readFileSync(new URL(`${name}/${file}`, FOLDER))])),
  );
  return await discover({
    sources: { logs: { files, patterns }, now },
    query: {
      ...(asked === undefined ? {} : { name: asked }),
      ...(around === undefined ? {} : { around: new Date(around) }),
      ...(window === undefined ? {} : { windowMs: parseDuration(window) }),
      ...(args.includes("--all") ? { all: true } : {}),
    },
  });
}

describe("a reported log", () => {
  it.each(cases)("%s", async (name, known) => {
    const { document, exitCode } = await ask(name, known);
    const [first] = document.candidates;
    expect(known.rightExit, known.note).toContain(exitCode);
    if (exitCode !== 15) expect(first?.guid).toBe(known.rightFirst);
    if (known.check === "mayLive") expect(first?.mayLive).toBe(true);
    if (known.check === "recreated") expect(first?.kind).toBe("recreated");
  });
});
