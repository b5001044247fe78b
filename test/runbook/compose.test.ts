/** The steps of another runbook in the place of an include: one plain text, with the places that its readers have. */
import { describe, expect, it } from "vitest";
import { openRunbook } from "../../src/cli/shipped-runbooks.js";
import { composeRunbook, type RunbookSource } from "../../src/runbook/compose.js";
import { loadRunbook } from "../../src/runbook/load.js";
import { REGISTRY } from "../../src/actions/registry.js";

const HEAD = 'schema: dingo-recover/runbook@1\nname: outer\nversion: "1"\ntitle: Outer\ntarget: ${{ inputs.org }}\n';

const INNER: RunbookSource = {
  file: "inner.yml",
  text: [
    "inputs:",
    "  service: { type: string, prompt: Name }",
    "  apps: { type: list, prompt: Apps, default: [] }",
    '  note: { type: string, prompt: Note, default: "" }',
    "steps:",
    "  # a comment",
    "  - id: inner",
    "    name: ${{ inputs.service }}",
    "    lock: instance:${{ inputs.service }}",
    "    apps: ${{ inputs.apps }}",
    "    note: ${{ inputs.note }}",
    "    left: ${{ inputs.stranger }} ${{ steps.x.y }}",
    "",
  ].join("\n"),
};

const outer = (entry: readonly string[]): RunbookSource => ({
  file: "outer.yml",
  text: ["steps:", "  - id: before", ...entry, "  - id: after"].join("\n"),
});

const open = (name: string): RunbookSource | undefined => (name === "inner" ? INNER : undefined);

function composed(entry: readonly string[]): string {
  const result = composeRunbook(outer(entry), open);
  if ("diagnostics" in result) throw new Error(JSON.stringify(result.diagnostics));
  return result.text;
}

describe("an include", () => {
  it("stands for the steps of the other runbook, with what is given and the defaults of the rest", () => {
    expect(composed(["  - include: inner", "    with:", "      service: ${{ steps.place.name }}"]).split("\n")).toEqual(
      [
        "steps:",
        "  - id: before",
        "  # a comment",
        "  - id: inner",
        "    name: ${{ steps.place.name }}",
        "    lock: instance:${{ steps.place.name }}",
        "    apps: []",
        '    note: ""',
        "    left: ${{ inputs.stranger }} ${{ steps.x.y }}",
        "  - id: after",
      ],
    );
  });

  it("takes a literal as it is, in quotes where it is a whole value", () => {
    const text = composed(["  - include: inner", "    with:", '      service: "yes: no"', "      apps: [a, b]"]);
    expect(text).toContain('    name: "yes: no"\n    lock: instance:yes: no\n    apps: ["a","b"]');
  });

  it("changes nothing where nothing is included", () => {
    expect(composed(["  - id: only"])).toBe(outer(["  - id: only"]).text);
  });

  it.each([
    [["  - include: nothing"], 3, /no runbook "nothing"/],
    [["  - include: inner"], 3, /input "service" is given nothing/],
    [["  - include: inner", "    with:", "      service: a", "      servce: b"], 6, /no input "servce"/],
    [["  - include: inner", "    wiht:", "      service: a"], 4, /"wiht"/],
  ])("is refused where it is wrong, with the line: %j", (entry, line, message) => {
    const result = composeRunbook(outer(entry), open);
    const found = "diagnostics" in result ? result.diagnostics : [];
    const wanted = { file: "outer.yml", line, message: expect.stringMatching(message) as string };
    expect(found).toContainEqual(expect.objectContaining(wanted));
  });

  it("leaves a mistake in its file and line, be it included or behind the include", () => {
    const result = composeRunbook(outer(["  - include: inner", "    with:", "      service: a"]), open);
    if ("diagnostics" in result) throw new Error("it is right");
    const at = (line: number) => result.locate({ file: "outer.yml", line, column: 5, message: "", remedy: "" });
    expect(at(2)).toMatchObject({ file: "outer.yml", line: 2 });
    expect(at(4)).toMatchObject({ file: "inner.yml", line: 7 });
    expect(at(10)).toMatchObject({ file: "outer.yml", line: 6 });
  });

  it("is not known to the loader: it is resolved before", () => {
    const text = `${HEAD}inputs:\n  org: { type: string, prompt: O }\nsteps:\n  - include: inner\n`;
    const loaded = loadRunbook(text, "outer.yml", REGISTRY);
    expect("diagnostics" in loaded && loaded.diagnostics[0]?.message).toMatch(/include/);
  });
});

describe("the drill", () => {
  it("is one plain runbook, whose text a journal can hold and a resume read again without any file", () => {
    const { text, steps, sha256, name } = openRunbook("drill");
    expect(text).not.toContain("include:");
    const again = loadRunbook(text, "journal", REGISTRY);
    expect(again).toMatchObject({ runbook: { name, sha256 } });
    expect("runbook" in again && again.runbook.steps.map(({ id }) => id)).toEqual(steps.map(({ id }) => id));
  });

  it("has every step of the recovery, in its order", () => {
    const drill = openRunbook("drill").steps.map(({ id }) => id);
    const recovery = openRunbook("recover-deleted-service").steps.map(({ id }) => id);
    expect(drill.filter((id) => recovery.includes(id))).toEqual(recovery);
  });
});
