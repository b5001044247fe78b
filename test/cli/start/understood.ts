/** The commands of a help or a page, as a shell and the parser take them, with nothing of them done. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { buildParser } from "../../../src/cli/start/parser.ts";

class Understood extends Error {}

/** The words of a line as a shell hands them to the program; a line may call it more than once. */
export function callsOf(line: string): readonly (readonly string[])[] {
  const place = mkdtempSync(join(tmpdir(), "examples-"));
  const record = join(place, "calls");
  writeFileSync(record, "");
  mkdirSync(join(place, ".config/fish/completions"), { recursive: true });
  const tell = "dingo-recover() { printf '%s\\0' \"$@\" $'\\n' >> \"$RECORD\"; }";
  const done = spawnSync("bash", ["-c", `${tell}; ${line}`], {
    cwd: place,
    encoding: "utf8",
    env: { HOME: place, RECORD: record, PATH: process.env["PATH"] },
  });
  expect([line, done.stderr]).toEqual([line, ""]);
  const told = readFileSync(record, "utf8");
  rmSync(place, { recursive: true });
  const words = told.split("\0").slice(0, -1);
  return words
    .join("\0")
    .split("\n")
    .slice(0, -1)
    .map((call) => call.split("\0").filter((word) => word !== ""));
}

/** Throws the parser's complaint about the words; nothing of the command is done. */
export async function understand(words: readonly string[]): Promise<void> {
  // Neither comes to the parser.
  if (words[0] === "--version" || words.includes("--help")) return;
  const parser = buildParser(words, () => undefined)
    .exitProcess(false)
    .fail((message, error: Error | undefined) => {
      throw error ?? new Error(message);
    })
    .middleware(() => {
      throw new Understood();
    });
  try {
    await parser.parseAsync();
  } catch (thrown) {
    if (!(thrown instanceof Understood)) throw thrown;
    return;
  }
  throw new Error("the command was not reached");
}
