/** The steps of another runbook in the place of an include: one plain text, with the places that its readers have. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { shippedNames } from "../../../src/cli/process/runbook-files.ts";
import { loadFile, openRunbook } from "../../../src/cli/process/shipped-runbooks.ts";
import { composeRunbook, type RunbookSource } from "../../../src/engine/runbook/compose.ts";
import { loadRunbook } from "../../../src/engine/runbook/load.ts";
import { REGISTRY } from "../../../src/wiring/registry.ts";

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

  it("takes a literal in quotes if it is a whole value, and as it is if it means nothing to YAML", () => {
    const text = composed(["  - include: inner", "    with:", '      service: "no"', '      apps: ["a: b", c]']);
    expect(text).toContain('    name: "no"\n    lock: instance:no\n    apps: ["a: b","c"]');
  });

  it("keeps a literal within its scalar, whatever it holds", () => {
    const evil = 'a"\n  - id: evil\n    action: cf.delete-service # ${{ x';
    const lines = ["    a: ${{ inputs.service }}", '    b: "at ${{ inputs.service }}"', "    - ${{ inputs.service }}"];
    const inner = { file: "inner.yml", text: ["inputs:", "  service: {}", "steps:", ...lines].join("\n") };
    const entry = ["  - include: inner", "    with:", `      service: ${JSON.stringify(evil)}`];
    const result = composeRunbook(outer(entry), () => inner);
    if ("diagnostics" in result) throw new Error(JSON.stringify(result.diagnostics));
    const written = JSON.stringify(evil);
    expect(result.text.split("\n").slice(2, -1)).toEqual([
      `    a: ${written}`,
      `    b: "at ${written.slice(1, -1)}"`,
      `    - ${written}`,
    ]);
  });

  it.each([
    "yes: no",
    "a # b",
    "a\nb",
    "- a",
    "x\n  - id: evil ${{ inputs.org }}",
    '${{ inputs.a == "b" }} # ${{ c }}',
  ])("is refused if a literal in the middle of plain text would not stay text: %j", (value) => {
    const entry = ["  - include: inner", "    with:", `      service: ${JSON.stringify(value)}`];
    const result = composeRunbook(outer(entry), open);
    const message = 'what is given for "service" would not stay one text in inner.yml:9';
    expect("diagnostics" in result && result.diagnostics).toMatchObject([{ file: "outer.yml", line: 5, message }]);
  });

  it.each([
    [
      "",
      '    when: "\\"\\" != \\"\\" && [\\"x\\"] != [] && dyn(null) == null && (-3) < 0 && steps.a.inputs.note == \\"inputs.note\\""',
    ],
    ["      note: ${{ steps.my-step.url }}", '    when: "steps.my_step.url != \\"\\"'],
    ["      note: at ${{ inputs.org }}", '    when: "(\\"at \\" + string(inputs.org)) != \\"\\"'],
    ["      note: 'a\"b'", '    when: "\\"a\\\\\\"b\\" != \\"\\"'],
  ])("gives its values to expressions too, as CEL: %s", (given, when) => {
    const inner = {
      file: "inner.yml",
      text: [
        "inputs:",
        '  note: { default: "" }',
        "  list: { default: [x] }",
        "  none: { default: null }",
        "  less: { default: -3 }",
        "steps:",
        "  - id: inner",
        "    when: >-",
        '      inputs.note != "" && inputs["list"] != [] && inputs.none == null &&',
        '      inputs . less < 0 && steps.a.inputs.note == "inputs.note"',
        '    assert: steps.inner.sum > 0 || inputs.stranger == ""',
      ].join("\n"),
    };
    const entry = ["  - include: inner", ...(given === "" ? [] : ["    with:", given])];
    const result = composeRunbook(outer(entry), () => inner);
    if ("diagnostics" in result) throw new Error(JSON.stringify(result.diagnostics));
    const lines = result.text.split("\n");
    expect(lines[3]).toContain(when);
    // Lines keep their numbers: a mistake below is told in its place.
    expect(lines.slice(4)).toEqual([
      "",
      "",
      '    assert: steps.inner.sum > 0 || inputs.stranger == ""',
      "  - id: after",
    ]);
  });

  it.each([
    ["inputs.b != 7", { runbook: { steps: [{ id: "a" }] } }],
    ["inputs.b == 7", { diagnostics: [{ message: expect.stringContaining("sanity_query") as string }] }],
  ])("need not fit a step that they skip: %s", (when, wanted) => {
    const step = ["  - id: a", "    title: A", "    action: platform.check", `    when: ${when}`, "    with:"];
    const text = ["inputs:", "  b: { default: 7 }", "steps:", ...step, "      sanity_query: ${{ inputs.b }}"].join(
      "\n",
    );
    const inputs = "inputs:\n  org: { type: string, prompt: O }\n";
    const source = { file: "outer.yml", text: `${HEAD}${inputs}steps:\n  - include: inner\n` };
    const result = composeRunbook(source, () => ({ file: "inner.yml", text }));
    if ("diagnostics" in result) throw new Error(JSON.stringify(result.diagnostics));
    expect(loadRunbook(result.text, "outer.yml", REGISTRY)).toMatchObject(wanted);
  });

  it("is refused if what is given to an expression is no template", () => {
    const inner = { file: "inner.yml", text: 'inputs:\n  a: {}\nsteps:\n  - id: b\n    when: inputs.a != ""' };
    const entry = ["  - include: inner", "    with:", '      a: "${{ 1 + 1 }}"'];
    const result = composeRunbook(outer(entry), () => inner);
    const message = 'what is given for "a" would not stay one text in inner.yml:5';
    expect("diagnostics" in result && result.diagnostics).toMatchObject([{ file: "outer.yml", line: 5, message }]);
  });

  it("changes nothing if nothing is included", () => {
    expect(composed(["  - id: only"])).toBe(outer(["  - id: only"]).text);
  });

  it.each([
    [["  - include: nothing"], 3, /no runbook "nothing"/],
    [["  - include: inner"], 3, /input "service" is given nothing/],
    [["  - include: inner", "    with:", "      service: a", "      servce: b"], 6, /no input "servce"/],
    [
      ["  - include: inner", "    with:", "      service: yes", "      apps: 3"],
      6,
      /given for "apps" does not fit its type "list"/,
    ],
    [["  - include: inner", "    with:", "      service: 3"], 5, /given for "service" does not fit its type "string"/],
    [["  - include: inner", "    wiht:", "      service: a"], 4, /"wiht"/],
    [["  - id: inner", "  - include: inner", "    with:", "      service: a"], 4, /id of the step in outer.yml:3/],
  ])("is refused if it is wrong, with the line: %j", (entry, line, message) => {
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

describe("what may be included", () => {
  const below = mkdtempSync(join(tmpdir(), "dingo-recover-include-"));
  const directory = join(below, "own");
  mkdirSync(join(directory, "more"), { recursive: true });
  afterAll(() => rmSync(below, { recursive: true, force: true }));

  function said(steps: string): readonly { readonly line: number; readonly message: string }[] {
    const file = join(directory, "outer.yml");
    writeFileSync(file, `${HEAD}inputs:\n  org: { type: string, prompt: Org }\nsteps:\n${steps}\n`);
    const loaded = loadFile(file);
    return "diagnostics" in loaded ? loaded.diagnostics : [];
  }

  const INCLUDED = "steps:\n  - { id: a, title: A, action: platform.chek }\n";

  it.each(["./beside.yml", "more/below.yml"])("is a file beside or below: %s", (name) => {
    writeFileSync(join(directory, name), INCLUDED);
    expect(said(`  - include: ${name}`).map(({ message }) => message)).toContainEqual(
      expect.stringContaining("platform.chek"),
    );
  });

  it.each([
    ["../above.yml", "does not lie beside or below it"],
    ["more/../../above.yml", "does not lie beside or below it"],
    ["../../../../../../dev/zero", "does not lie beside or below it"],
    ["/dev/zero", "does not lie beside or below it"],
    ["./link.yml", "leads out of its directory"],
    ["./zero", "leads out of its directory"],
    ["./fifo", "is no ordinary file"],
    ["./more", "is no ordinary file"],
  ])("is not %s: it %s", (name, why) => {
    writeFileSync(join(below, "above.yml"), INCLUDED);
    rmSync(join(directory, "link.yml"), { force: true });
    symlinkSync("../above.yml", join(directory, "link.yml"));
    rmSync(join(directory, "zero"), { force: true });
    symlinkSync("/dev/zero", join(directory, "zero"));
    rmSync(join(directory, "fifo"), { force: true });
    execFileSync("mkfifo", [join(directory, "fifo")]);
    expect(said(`  - include: ${name}`)).toMatchObject([{ line: 9, message: `"${name}" ${why}` }]);
  });

  it.each(["more/below.yml", "./outer.yml"])("has no include itself: %s", (name) => {
    writeFileSync(join(directory, "more/below.yml"), "steps:\n  - include: test-backup\n");
    const line = name === "./outer.yml" ? 9 : 2;
    const message = `"${name}" has an include itself, in line ${line}: includes are one level deep`;
    expect(said(`  - include: ${name}`)).toMatchObject([{ line: 9, message }]);
  });

  it.each([
    ["beside", "beside.yml"],
    ["test-bakcup", "test-backup"],
    ["test-backup.yml", "test-backup"],
  ])("is told if it is meant: %s", (name, meant) => {
    writeFileSync(join(directory, "beside.yml"), INCLUDED);
    const remedy = `Did you mean \`- include: ${meant}\`?`;
    const why = name.endsWith(".yml") ? "is not there" : "is no shipped runbook";
    expect(said(`  - include: ${name}`)).toMatchObject([{ message: `"${name}" ${why}`, remedy }]);
  });

  it("hides no other mistake if it is wrong, and makes none", () => {
    const steps = [
      "  - include: nothing",
      "    with:",
      "      a: 1",
      "  - include: more/nothing.yml",
      "  - { include: test-backup }",
      "  - { id: a, title: A, action: platform.chek, holds_until: b }",
      "  - { id: c, title: C, action: platform.check, when: steps.from_nothing.found && inputs.orgg }",
    ];
    expect(said(steps.join("\n"))).toMatchObject([
      { line: 9, message: 'there is no runbook "nothing" with a list of steps to include' },
      { line: 12, message: 'there is no runbook "more/nothing.yml" with a list of steps to include' },
      { line: 13, message: "this include is not read, because of its form" },
      // The step is judged by the action that was meant.
      { line: 14, message: 'the input of platform.check lacks "sanity_query"' },
      { line: 14, message: 'there is no action "platform.chek"' },
      { line: 14, message: '"holds_until" names "b", which is no later step' },
      { line: 15, message: 'the input of platform.check lacks "sanity_query"' },
      { line: 15, message: '"inputs" has no field "orgg"' },
    ]);
  });

  it("is told behind the mistakes of the file itself, wherever its own stand", () => {
    writeFileSync(join(directory, "beside.yml"), "steps:\n  - { id: b, title: B }\n");
    const own = "  - { id: c, title: C, action: platform.check }";
    expect(said(`  - include: ./beside.yml\n${own}`)).toMatchObject([
      { line: 10, message: 'the input of platform.check lacks "sanity_query"' },
      { file: join(directory, "beside.yml"), line: 2, message: 'a step lacks "action"' },
    ]);
  });

  it("is not more than eight", () => {
    writeFileSync(join(directory, "beside.yml"), INCLUDED);
    const steps = Array<string>(20_000).fill("  - include: ./beside.yml").join("\n");
    expect(said(steps)).toMatchObject([{ line: 17, message: "more than 8 runbooks are included" }]);
  });

  it.each([
    ["steps", "", 'title: "x"'],
    ["values", "    with: { a: LONG }", 'title: "${{ inputs.a }}${{ inputs.a }}${{ inputs.a }}"'],
  ])("is not larger than a runbook may be, by its %s", (_what, given, line) => {
    const many = Array<string>(given === "" ? 40_000 : 3_000).fill(`  - ${line}  # ${" ".repeat(10)}`);
    writeFileSync(join(directory, "big.yml"), ["inputs: { a: { default: x } }", "steps:", ...many].join("\n"));
    const include = `  - include: ./big.yml\n${given.replace("LONG", "y".repeat(900_000))}`;
    expect(said(include)).toMatchObject([
      { line: 9, message: "with all that is included the runbook is larger than 1 MiB" },
    ]);
  });

  it("is read to a bound, as the runbook itself is", () => {
    writeFileSync(join(directory, "huge.yml"), Buffer.alloc(3 * 1024 * 1024, "# x\n"));
    const loaded = loadFile(join(directory, "huge.yml"));
    expect(loaded).toMatchObject({ diagnostics: [{ message: "the document is larger than 1 MiB" }] });
    expect(loadFile("/dev/zero")).toMatchObject({ diagnostics: [{ message: "the document is larger than 1 MiB" }] });
  });
});

describe("a shipped runbook", () => {
  const directory = mkdtempSync(join(tmpdir(), "dingo-recover-shipped-"));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  const names = shippedNames().filter((name) => !/^ *- include:/mu.test(readFileSync(`runbooks/${name}.yml`, "utf8")));

  it.each(names)("is included with what it asks for, and the defaults of the rest: %s", (name) => {
    const needed = openRunbook(name).inputs.filter((input) => input.default === undefined);
    const given = needed.map((input) => `      ${input.name}: \${{ inputs.${input.name} }}`);
    const asked = needed.map((input) => `  ${input.name}: { type: ${input.type}, prompt: P }`);
    const inputs = [
      "inputs:",
      "  org: { type: string, prompt: Org }",
      ...asked.filter((line) => !/^ {2}org:/u.test(line)),
    ];
    const file = join(directory, `${name}.yml`);
    writeFileSync(
      file,
      [`${HEAD}${inputs.join("\n")}`, "steps:", `  - include: ${name}`, "    with:", ...given].join("\n"),
    );
    expect(loadFile(file)).toMatchObject({ runbook: { name: "outer" } });
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

describe("a runbook", () => {
  it.each([
    ["time", "yesterday"],
    ["duration", "soon"],
  ])("has no default that a run would refuse: %s %s", (type, fallback) => {
    const text = `${HEAD}inputs:\n  org: { type: ${type}, prompt: O, default: ${fallback} }\nsteps: []\n`;
    const loaded = loadRunbook(text, "outer.yml", REGISTRY);
    const messages = "diagnostics" in loaded ? loaded.diagnostics.map(({ message }) => message) : [];
    expect(messages).toContain(`the default does not fit the type "${type}"`);
  });

  it("is told from a configuration, by one sentence", () => {
    const loaded = loadRunbook(
      "cf: { api: https://api.example.org }\ns3: { bucket: b }\n",
      "dingo-recover.yml",
      REGISTRY,
    );
    expect(loaded).toMatchObject({
      diagnostics: [{ message: "this is no runbook: it has none of a runbook's keys" }],
    });
  });
});
