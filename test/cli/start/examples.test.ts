/** Every command shows examples of its use, and a shell and the parser understand them. */
import { beforeAll, describe, expect, it } from "vitest";
import { GROUPS, TABLE, verbsOf } from "../../../src/cli/commands/table.ts";
import { globalOptions } from "../../../src/cli/options/options.ts";
import { COMMANDS } from "../../../src/cli/commands/table.ts";
import { renderHelp } from "../../../src/cli/start/render-help.ts";
import { shippedNames } from "../../../src/cli/process/runbook-files.ts";
import { callsOf, understand } from "./understood.ts";

/** The examples of a rendered help, each with the line below it. */
function examplesOf(text: string): readonly (readonly [command: string, what: string])[] {
  const block = text.split("\n\n").find((each) => each.startsWith("Examples:\n")) ?? "";
  const examples = block
    .trimEnd()
    .split(/\n {2}(?! )/u)
    .slice(1);
  return examples.map((each) => {
    const [command = "", ...what] = each.split("\n");
    return [command, what.join(" ").trim()];
  });
}

let help: Record<string, string>;
beforeAll(async () => {
  help = await renderHelp();
});

describe("the help", () => {
  it("has examples of every command, none without a word on what it is for", () => {
    for (const command of ["", ...COMMANDS]) {
      const examples = examplesOf(help[command] ?? "");
      expect(examples.length, command).toBeGreaterThan(0);
      for (const [line, what] of examples) expect(what, line).not.toBe("");
      expect(
        examples.some(([line]) => line.includes(`dingo-recover ${command}`.trim())),
        command,
      ).toBe(true);
    }
  });

  it("has no example that the program does not understand", async () => {
    const lines = new Set(Object.values(help).flatMap((text) => examplesOf(text).map(([line]) => line)));
    expect(lines.size).toBeGreaterThan(50);
    for (const line of lines) {
      const calls = callsOf(line);
      expect(calls.length, line).toBeGreaterThan(0);
      for (const words of calls) await expect(understand(words), line).resolves.toBeUndefined();
    }
  });

  it("has a word for the value of every option that takes one", () => {
    const options = [globalOptions, ...TABLE.map((command) => command.options)].flatMap((all) => Object.entries(all));
    const without = options.filter(([, { type, word }]) => type !== "boolean" && word === undefined);
    // Its value is optional, and stands behind a "=".
    expect([...new Set(without.map(([name]) => name))]).toEqual(["deep"]);
    expect(help["run"]).toMatch(/^ {2}--inputs FILE {2,}YAML/mu);
  });

  it("of run shows every runbook that is begun by it", () => {
    const begun = shippedNames().filter((name) => name !== "drill" && !name.startsWith("clean-up"));
    expect(begun.length).toBeGreaterThan(5);
    for (const name of begun) expect(help["run"]).toContain(name);
  });

  it("finds out an example that is wrong", async () => {
    await expect(understand(["run", "--no-such-option"])).rejects.toThrow("Unknown argument");
    await expect(understand(["nonsense"])).rejects.toThrow();
    expect(callsOf("dingo-recover a 'b c'; dingo-recover d")).toEqual([["a", "b c"], ["d"]]);
  });

  it("shows every command once, in the group of what it is for, and fits a screen or two", () => {
    const named = GROUPS.flatMap(verbsOf);
    const commands = COMMANDS.filter((each) => !each.includes(" "));
    expect(named).toEqual([...new Set(named)]);
    for (const command of commands) expect(named).toContain(command);
    const rows = (help[""] ?? "")
      .split("\n")
      .flatMap((line) => /^ {2}([a-z]+)(?: [[<]\S+)? {2,}\S/u.exec(line)?.[1] ?? []);
    expect(rows).toEqual(named.filter((each) => commands.includes(each)));
    expect((help[""] ?? "").split("\n").length).toBeLessThan(90);
  });
});
