/** Each word of the table is refused by its name and with the way on, and is known to nothing any more. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../../src/cli/commands/table.ts";
import { helpOf } from "../../../src/cli/start/render-help.ts";
import { usageError } from "../../../src/cli/start/usage.ts";
import { loadConfig } from "../../../src/config/settings/load.ts";
import { SETTINGS } from "../../../src/config/settings/settings.ts";
import { refusalOf } from "../../../src/errors.ts";
import { GONE, gone } from "../../../src/kit/text/gone.ts";
import { SCENARIOS } from "../../../src/rehearsal/scenarios/registry.ts";
import { Place } from "../../cli/program.ts";

/** The command behind which an option is written, and its kind. */
const split = (option: string): { readonly command: string; readonly name: string } => {
  const at = option.lastIndexOf(" ");
  return { command: at < 0 ? "run" : option.slice(0, at), name: option.slice(at + 1) };
};

it("a word that no version knew is not in the table", () => {
  expect(gone("option", "--bundel")).toBeUndefined();
  expect(gone("option", "constructor")).toBeUndefined();
});

describe("what is gone is named, with the way on, and known to nothing any more", () => {
  it.each(Object.entries(GONE.command))("the command %s", async (word, remedy) => {
    expect(COMMANDS).not.toContain(word);
    for (const words of [word.split(" "), ["--json", ...word.split(" "), "x", "--all"], ["help", ...word.split(" ")]]) {
      const error = await usageError(`Unknown argument: ${word}`, words);
      expect(error).toMatchObject({ code: "usage", message: `the command "${word}" is gone`, remedy });
    }
  });

  it.each(Object.entries(GONE.option))("the option %s", async (word, remedy) => {
    const { command, name } = split(word);
    expect((await helpOf(command)).split(/[\s,]+/u)).not.toContain(name);
    for (const typed of [name, `${name}=x`]) {
      const error = await usageError(`Unknown argument: ${name.slice(2)}`, [...command.split(" "), typed, "x"]);
      expect(error).toMatchObject({ code: "usage", message: `the option "${word}" is gone`, remedy });
    }
  });

  it("ends the built program with 2, in words and as a document", async () => {
    const place = new Place();
    const { code, stdout, stderr } = await place.run(["doctor", "--json", "--bundle", "support.json"]);
    place.remove();
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ code: "usage", message: 'the option "doctor --bundle" is gone' });
    expect(stderr).toContain("tar -C STATE_DIR/runs");
  });

  it.each(Object.entries(GONE.setting))("the setting %s", (word, remedy) => {
    expect(SETTINGS.map(({ name }) => name.split(".")[0])).not.toContain(word);
    const content = { path: "/etc/c.yml", text: `cf: { api: api.example.org }\n${word}: x\n` };
    const error = refusalOf(() => loadConfig({ content, env: {}, cwd: "/" }));
    expect(error).toMatchObject({
      code: "config-invalid",
      place: "/etc/c.yml:2:1",
      message: `the setting "${word}" is gone`,
      remedy,
    });
  });

  it.each(Object.entries(GONE.scenario))("the scenario %s", async (word, remedy) => {
    expect(SCENARIOS.map(({ name }) => name)).not.toContain(word);
    const place = new Place();
    const { code, stderr } = await place.run(["rehearse", word]);
    place.remove();
    expect(code).toBe(2);
    expect(stderr.replaceAll(/\s+/gu, " ")).toContain(`the scenario "${word}" is gone`);
    expect(stderr.replaceAll(/\s+/gu, " ")).toContain(remedy.slice(0, 40));
  });

  it("the findings of a test of a backup, before anything is read", async () => {
    const place = new Place();
    const codes = Object.entries(GONE.finding);
    const test = (code: string) =>
      place.run([
        "run",
        "test-backup",
        "--non-interactive",
        "--input",
        "envdir=/nowhere",
        "--input",
        `serious=in-clear,${code}`,
      ]);
    const ended = await Promise.all(codes.map(([code]) => test(code)));
    place.remove();
    for (const [at, [code, remedy]] of codes.entries()) {
      expect(ended[at]?.code).toBe(2);
      expect(ended[at]?.stderr.replaceAll(/\s+/gu, " ")).toContain(`the finding "${code}" is gone`);
      expect(ended[at]?.stderr.replaceAll(/\s+/gu, " ")).toContain(remedy.slice(0, 40));
    }
  });

  it.each(Object.entries(GONE.variable))("the variable %s", (word, remedy) => {
    expect(SETTINGS.flatMap(({ variables = [] }) => variables)).not.toContain(word);
    expect(refusalOf(() => loadConfig({ env: { [word]: "" }, cwd: "/nowhere" }))).toBeUndefined();
    const error = refusalOf(() => loadConfig({ env: { [word]: "x" }, cwd: "/nowhere" }));
    expect(error).toMatchObject({ code: "config-invalid", message: `the variable "${word}" is gone`, remedy });
  });
});

it("every word of the table stands on the page on versions", () => {
  const page = readFileSync("docs/compatibility.md", "utf8");
  const words = Object.values(GONE).flatMap((table) => Object.keys(table));
  const shown = words.map((word) => (word.endsWith("--approval") ? "--approval" : word));
  for (const word of shown) expect(page).toContain(`\`${word}\``);
});
