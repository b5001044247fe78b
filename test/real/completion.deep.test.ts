/** The scripts for zsh and fish, in the shells themselves. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CATALOGUE } from "../../src/errors.js";
import { TOOL } from "../tool.js";

const directory = mkdtempSync(join(tmpdir(), "completion-"));
afterAll(() => rmSync(directory, { recursive: true }));
const tool = join(directory, "dingo-recover");
writeFileSync(tool, `#!/bin/sh\nexec '${process.execPath}' '${TOOL}' "$@"\n`, { mode: 0o755 });
writeFileSync(join(directory, "a book.yml"), "");

function lines(shell: string, script: string, ...words: string[]): readonly string[] {
  const { stdout, stderr, status } = spawnSync(shell, ["-c", script, ...words], {
    cwd: directory,
    encoding: "utf8",
    env: { ...process.env, HOME: directory, PATH: `${directory}${delimiter}${process.env["PATH"] ?? ""}` },
  });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.split("\n").filter((line) => line !== "");
}

const NOT = Object.entries(CATALOGUE).filter(([code]) => code.startsWith("not-"));

describe("completion in fish", () => {
  const fish = (line: string): readonly string[] =>
    lines("fish", `dingo-recover completion fish | source; complete -C '${line}'`);

  it("offers codes with what they mean, and files", () => {
    expect(fish("dingo-recover explain not-").toSorted()).toEqual(
      NOT.map(([code, { meaning }]) => `${code}\t${meaning}`).toSorted(),
    );
    expect(fish("dingo-recover lint a")).toEqual(["a book.yml"]);
  });
});

describe("completion in zsh", () => {
  // What zsh's own display would be given, without a terminal to show it on.
  const zsh = (...words: string[]): readonly string[] =>
    lines(
      "zsh",
      `compdef() { :; }; _describe() { print -rl -- "\${(@P)2}"; }; _files() { print -r -- :files; }
       eval "$(dingo-recover completion zsh)"; words=("$@"); CURRENT=$#; _dingo_recover`,
      "zsh",
      ...words,
    );

  it("offers codes with what they mean, and files", () => {
    expect(zsh("dingo-recover", "explain", "not-").toSorted()).toEqual(
      NOT.map(([code, { meaning }]) => `${code}:${meaning}`).toSorted(),
    );
    expect(zsh("dingo-recover", "lint", "a")).toEqual([":files"]);
  });
});
