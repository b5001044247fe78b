import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { shippedNames } from "../../../src/cli/process/runbook-files.ts";
import { CATALOGUE, EXIT } from "../../../src/errors.ts";
import { SCENARIOS } from "../../../src/rehearsal/scenarios/registry.ts";
import { Place } from "../program.ts";
import { TOOL } from "../../tool.ts";

const place = new Place();
afterAll(() => place.remove());

async function offered(...words: string[]): Promise<readonly string[]> {
  const env = { SHELL: "/bin/bash" };
  const { code, stdout, stderr } = await place.run(["--get-yargs-completions", "dingo-recover", ...words], env);
  expect({ code, stderr }).toEqual({ code: EXIT.done, stderr: "" });
  return stdout.split("\n").filter((line) => line !== "");
}

describe("what is offered for the word that is being typed", () => {
  it.each([
    ["scenarios", ["rehearse", ""], SCENARIOS.map(({ name }) => name)],
    ["codes", ["explain", "in-"], Object.keys(CATALOGUE)],
    ["runbooks", ["show", "recover-d"], shippedNames()],
    ["nothing where no run is", ["resume", ""], []],
    ["values of an option", ["report", "x", "--format", "h"], ["html"]],
  ])("%s", async (_what, words, wanted) => {
    expect(await offered(...words)).toEqual([...wanted]);
  });

  it("is a command, one of a family, or an option, also if the line asks for help", async () => {
    expect(await offered("")).toEqual(expect.arrayContaining(["run", "resume", "archive"]));
    expect(await offered("archive", "")).toEqual(expect.arrayContaining(["verify", "copy", "restore"]));
    expect(await offered("resume", "--")).toEqual(expect.arrayContaining(["--decide", "--take-over", "--state-dir"]));
    expect(await offered("explain", "--help", "in-")).toEqual(Object.keys(CATALOGUE));
  });

  it("is looked up without what is typed being done, whichever way a shell hands it over", async () => {
    for (const words of [
      ["rehearse", "happy-last-era", "--json"],
      ["dingo-recover", "rehearse", "happy-last-era", "--json"],
    ])
      expect((await place.run(["--get-yargs-completions", ...words])).stdout).not.toContain("run-began");
    expect(await offered("runs", "--json", "")).not.toContain("dingo-recover/runs@1");
  });

  it("is a run of the state directory that the line names, and nothing if that cannot be read", async () => {
    mkdirSync(join(place.state, "runs", "20261125-021500-abcd"), { recursive: true });
    expect(await offered("status", "")).toEqual(["20261125-021500-abcd"]);
    writeFileSync(join(place.directory, "file"), "");
    expect(await offered("resume", "--state-dir", join(place.directory, "file"), "")).toEqual([]);
  });
});

it("the script for bash offers what the tool offers", () => {
  const tool = join(place.directory, "dingo-recover");
  writeFileSync(tool, `#!/bin/sh\nexec '${process.execPath}' '${TOOL}' "$@"\n`, { mode: 0o755 });
  const script = `eval "$(dingo-recover completion bash)"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _dingo-recover_yargs_completions; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script, "bash", "dingo-recover", "explain", "not-"], {
    cwd: place.directory,
    encoding: "utf8",
    env: { ...process.env, SHELL: "/bin/bash", PATH: `${place.directory}${delimiter}${process.env["PATH"] ?? ""}` },
  });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  expect(stdout.trimEnd().split("\n")).toEqual(Object.keys(CATALOGUE).filter((code) => code.startsWith("not-")));
});
