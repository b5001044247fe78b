import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { completions } from "../../src/cli/complete.js";
import { COMMANDS } from "../../src/cli/parser.js";
import { CATALOGUE, EXIT } from "../../src/errors.js";
import { SCENARIOS } from "../../src/rehearsal/scenarios/registry.js";
import { Place } from "./program.js";
import { TOOL } from "../tool.js";

const place = new Place();
afterAll(() => place.remove());

async function candidates(...words: string[]): Promise<readonly string[]> {
  return (await completions(words)).map((line) => line.split("\t")[0] ?? "");
}

describe("what is offered for the word that is being typed", () => {
  it.each([
    ["the commands", [""], COMMANDS.filter((each) => !each.includes(" "))],
    ["those that begin so", ["re"], ["resume", "rehearse", "report"]],
    ["commands of a family", ["archive", ""], ["verify", "copy", "restore"]],
    ["scenarios", ["rehearse", ""], SCENARIOS.map(({ name }) => name)],
    ["codes", ["explain", "in-"], ["in-doubt"]],
    ["runbooks to be shown", ["show", "recover-d"], [":files", "recover-deleted-service", "recover-deleted-space"]],
    ["values of an option", ["report", "x", "--format", "h"], ["html"]],
    ["nothing where text is free", ["run", "--input", ""], []],
    ["files where a file is meant", ["--config", "x"], [":files"]],
    ["nothing behind the last operand", ["explain", "in-doubt", ""], []],
    ["the operand behind an option and its value", ["explain", "--state-dir", "x", "in-"], ["in-doubt"]],
  ])("%s", async (_what, words, wanted) => {
    expect((await candidates(...words)).toSorted()).toEqual([...wanted].toSorted());
  });

  it("is a runbook or a file for run, and an option where a dash is typed, also where it asks for help", async () => {
    expect(await candidates("run", "recover-deleted-se")).toEqual(["recover-deleted-service", ":files"]);
    expect(await candidates("resume", "--")).toEqual(
      expect.arrayContaining(["--decide", "--take-over", "--state-dir", "--help"]),
    );
    expect(await candidates("resume", "--he")).toEqual(["--help"]);
    // Whoever completes a line that asks for help is not given the help.
    const { code, stdout, stderr } = await place.run(["complete", "explain", "--help", "in-"]);
    expect({ code, stdout, stderr }).toEqual({
      code: EXIT.done,
      stdout: `in-doubt\t${CATALOGUE["in-doubt"].meaning}\n`,
      stderr: "",
    });
  });

  it("is nothing, and no error, where there is no state directory or no such command", async () => {
    expect(await candidates("resume", "--state-dir", join(place.directory, "none"), "")).toEqual([]);
    expect(await candidates("frobnicate", "")).toEqual([]);
    writeFileSync(join(place.directory, "file"), "");
    expect(await candidates("resume", "--state-dir", join(place.directory, "file"), "")).toEqual([]);
  });
});

describe("the script for bash", () => {
  const bash = (line: readonly string[]): readonly string[] => {
    const tool = join(place.directory, "dingo-recover");
    writeFileSync(tool, `#!/bin/sh\nexec '${process.execPath}' '${TOOL}' "$@"\n`, { mode: 0o755 });
    const script = `eval "$(dingo-recover completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dingo_recover; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr, status } = spawnSync("bash", ["-c", script, "bash", ...line], {
      cwd: place.directory,
      encoding: "utf8",
      env: { ...process.env, PATH: `${place.directory}${delimiter}${process.env["PATH"] ?? ""}` },
    });
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    return stdout.split("\n").filter((each) => each !== "");
  };

  it("offers what the tool offers", () => {
    expect(bash(["dingo-recover", "explain", "not-"])).toEqual(
      Object.keys(CATALOGUE).filter((code) => code.startsWith("not-")),
    );
  });

  it("offers names of files where the tool says so, also with blanks", () => {
    writeFileSync(join(place.directory, "my run book.yml"), "");
    expect(bash(["dingo-recover", "lint", "my"])).toEqual(["my run book.yml"]);
  });
});
