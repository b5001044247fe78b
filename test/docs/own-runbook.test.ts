/** The worked example of an own runbook and an own action: as the page has it, it runs. */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { INPUT_TYPES } from "../../src/engine/runbook/inputs.ts";
import { STEP_KEYS } from "../../src/engine/runbook/step.ts";
import { Place } from "../cli/program.ts";

interface StepSchema {
  readonly properties: { readonly action: z.core.JSONSchema.JSONSchema };
  readonly allOf: readonly { readonly if: { readonly properties: { readonly action: { readonly const: string } } } }[];
}

const EXAMPLE = "docs/own-runbook";

let place: Place;
beforeEach(() => {
  place = new Place();
  for (const name of readdirSync(EXAMPLE)) copyFileSync(join(EXAMPLE, name), join(place.directory, name));
  place.trust();
});
afterEach(() => place.remove());

const RUN = ["run", "./before-we-begin.yml", "--non-interactive", "--yes", "--input", "team=data"];
/** The further functions of an action that changes the world. */
const CHANGES =
  'probe: async () => ({ state: "not-done", evidence: "none" }), verify: async () => ({ holds: true, evidence: "some" })';

const rewrite = (change: (text: string) => string): void => {
  const file = join(place.directory, "actions.mjs");
  writeFileSync(file, change(readFileSync(file, "utf8")));
  place.trust();
};

/** The action that reads as one that makes something. It tells no finding, and no line moves. */
const making = (text: string, members: string): string =>
  text.replace('effect: "read",', `effect: "create", ${members},`).replace(/^ +tell: .*,$/mu, "");

/** The line of the module that has these words. */
const lineOf = (words: string): number =>
  readFileSync(join(place.directory, "actions.mjs"), "utf8")
    .split("\n")
    .findIndex((line) => line.includes(words)) + 1;

describe("an own runbook with an own action", () => {
  it("stands on the page as it is in the package", () => {
    const page = readFileSync("docs/writing-a-runbook.md", "utf8");
    for (const name of ["before-we-begin.yml", "actions.mjs", "every-word.yml"])
      expect(page).toContain(`\n${readFileSync(join(EXAMPLE, name), "utf8")}\`\`\`\n`);
    expect(page).toContain(`\`${readFileSync(join(EXAMPLE, "dingo-recover.yml"), "utf8").trim()}\``);
  });

  it("is right by the schema for editors, which knows own actions once they are loaded", async () => {
    const schemaOf = async (...words: string[]) => {
      const { code, stdout, stderr } = await place.run(["schema", ...words]);
      expect(code, stderr).toBe(0);
      const step = JSON.parse(stdout).properties.steps.items.else as StepSchema;
      const accepts = (action: string): boolean => z.fromJSONSchema(step.properties.action).safeParse(action).success;
      return { stdout, accepts, rules: step.allOf.map((rule) => rule.if.properties.action.const) };
    };
    const ids = ["team.office-hours", "team.put-up-notice", "platform.check", "platform.chek", "team.unknown"];
    const shipped = await schemaOf();
    expect(ids.map(shipped.accepts)).toEqual([true, true, true, false, true]);
    const all = await schemaOf("--with-actions");
    expect(ids.map(all.accepts)).toEqual([true, true, true, false, false]);
    expect(all.rules).toContain("team.office-hours");
    expect(all.stdout).toContain("at work (read). Output: open: true or false; hour: a number.");
  });

  it("is checked, and runs with a journal as any other", async () => {
    expect(await place.run(["lint", "--with-actions", "before-we-begin.yml"])).toMatchObject({ code: 0, stderr: "" });
    const ran = await place.run(RUN);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/it is \d+ o'clock UTC: (?:some|no)body is there/u);
    const { runs } = JSON.parse((await place.run(["runs", "--json"])).stdout);
    expect(runs).toMatchObject([{ state: "succeeded", target: "team/data" }]);
  });

  it("runs with every word of a step, as a dry run first", async () => {
    const text = readFileSync(join(EXAMPLE, "every-word.yml"), "utf8");
    expect([...STEP_KEYS, "include", "locks"].filter((key) => !new RegExp(`\\b${key}:`, "u").test(text))).toEqual([]);
    expect(await place.run(["lint", "--with-actions", "every-word.yml"])).toMatchObject({ code: 0, stderr: "" });
    const words = ["run", "./every-word.yml", "--input", "team=data"];
    const dry = await place.run([...words, "--dry-run"]);
    expect([dry.code, dry.stderr]).toEqual([0, ""]);
    expect(dry.stdout).toContain("> 'west.txt'");
    const ran = await place.start([...words, "--non-interactive", "--confirm", "team/data"]).ended;
    expect(ran.code, ran.stderr).toBe(0);
    expect(readFileSync(join(place.directory, "west.txt"), "utf8")).toMatch(/^Run .* is at work\.$/u);
  });

  it("says of each key, input type and expression what is so", async () => {
    const page = readFileSync("docs/writing-a-runbook.md", "utf8");
    const column = (header: string): string[] => {
      const rows = page.slice(page.indexOf(`| ${header} |`)).split("\n\n")[0] ?? "";
      return [...rows.matchAll(/^\| `(.*?)` \|/gmu)].map(([, cell = ""]) => cell);
    };
    expect(column("key of a step").toSorted()).toEqual([...STEP_KEYS].toSorted());
    expect(column("type of an input")).toEqual([...INPUT_TYPES]);
    const expressions = column("expression");
    expect(expressions).toHaveLength(10);
    const file = join(place.directory, "every-word.yml");
    const steps = expressions.map(
      (each, index) =>
        `  - id: more-${index}\n    title: M\n    action: team.office-hours\n    with: { from: 0, to: 24 }\n    when: >-\n      ${each}\n`,
    );
    writeFileSync(file, `${readFileSync(file, "utf8")}\n${steps.join("")}`);
    expect(await place.run(["lint", "--with-actions", file])).toMatchObject({ code: 0, stderr: "" });
    const ran = await place.run(["run", file, "--input", "team=data", "--non-interactive", "--confirm", "team/data"]);
    expect(ran.code, `${ran.stdout}${ran.stderr}`).toBe(0);
  });

  it("puts up a notice that undo takes down, and leaves the one of somebody else to both", async () => {
    const notice = join(place.directory, "notice.txt");
    writeFileSync(notice, "closed for lunch");
    const refused = await place.run([...RUN, "--input", `notice=${notice}`]);
    expect(refused.code, refused.stdout).toBe(16);
    expect(`${refused.stdout}${refused.stderr}`.replaceAll(/\s+/gu, " ")).toContain("has a notice of somebody else");
    // It never began: its line stands above the failure.
    expect(refused.stdout).toMatch(/^notice {2}Tell the users\n {4}FAILED/mu);
    rmSync(notice);
    const { runs } = JSON.parse((await place.run(["runs", "--json"])).stdout);
    expect((await place.run(["resume", runs[0].run, "--non-interactive", "--yes"])).code).toBe(0);
    const text = readFileSync(notice, "utf8");
    expect(text).toBe(`Run ${runs[0].run} is at work.`);
    const undo = ["undo", runs[0].run, "--non-interactive", "--yes"];
    writeFileSync(notice, "closed for lunch");
    expect((await place.run(undo)).code).toBe(16);
    expect(readFileSync(notice, "utf8")).toBe("closed for lunch");
    writeFileSync(notice, text);
    const undone = await place.run(undo);
    expect([undone.code, undone.stderr]).toEqual([0, ""]);
    expect(undone.stdout).toMatch(/^notice {2}Undo "Tell the users"$/mu);
    expect(existsSync(notice)).toBe(false);
  });

  it("is tested without a run, as the page shows it", () => {
    const page = readFileSync("docs/writing-a-runbook.md", "utf8");
    const [, block = ""] = /`actions\.test\.mjs`[^]*?```js\n([^]*?)```/u.exec(page) ?? [];
    writeFileSync(join(place.directory, "actions.test.mjs"), block);
    const modules = join(place.directory, "node_modules");
    const ours = join(modules, "dingo-recover");
    mkdirSync(ours, { recursive: true });
    symlinkSync(resolve("node_modules/zod"), join(modules, "zod"));
    writeFileSync(join(ours, "package.json"), '{"type":"module","exports":{"./action":"./action.js"}}');
    writeFileSync(join(ours, "action.js"), `export * from ${JSON.stringify(resolve("src/action.ts"))};\n`);
    const said = execFileSync(process.execPath, ["--test", "actions.test.mjs"], {
      cwd: place.directory,
      encoding: "utf8",
    });
    expect(said).toMatch(/pass 1\n[^]*fail 0/u);
  });

  it("may begin with the line by which an editor finds the schema", async () => {
    const [line = ""] = /^# yaml-language-server: .*$/mu.exec(readFileSync("docs/writing-a-runbook.md", "utf8")) ?? [];
    const { stdout } = await place.run(["schema", "--with-actions"]);
    const [, file = ""] = / \$schema=(\S+)$/u.exec(line) ?? [];
    writeFileSync(join(place.directory, file), stdout);
    const runbook = join(place.directory, "before-we-begin.yml");
    writeFileSync(runbook, `${line}\n${readFileSync(runbook, "utf8")}`);
    expect(await place.run(["lint", "--with-actions", runbook])).toMatchObject({ code: 0, stderr: "" });
  });

  it("is written against types that cite nothing but what is shipped", () => {
    const shipped = ["src/action.ts", ...globSync("src/{ports,kit/commands}/*.ts")];
    expect(shipped.filter((file) => /\blaws? \d|DESIGN/u.test(readFileSync(file, "utf8")))).toEqual([]);
  });

  it("may be TypeScript, whose types are stripped", async () => {
    const text = readFileSync(join(EXAMPLE, "actions.mjs"), "utf8");
    const typed = text.replace("{ defineAction, refuse, z }", "{ defineAction, refuse, z }: ActionMeans");
    const types = 'import type { ActionMeans } from "dingo-recover/action";\n';
    writeFileSync(join(place.directory, "actions.mts"), `${types}${typed}`);
    place.configure("actions: [actions.mts]\n");
    const words = RUN;
    for (const ran of [await place.run(words), await place.start(words).ended]) {
      expect([ran.code, ran.stderr]).toEqual([0, ""]);
      expect(ran.stdout).toContain("body is there");
    }
  });

  it("is resumed and undone by the text that it began with, wherever its file is by now", async () => {
    const good = readFileSync(join(EXAMPLE, "actions.mjs"), "utf8");
    rewrite(() => good.replace("const hour =", 'throw new Error("not today"); const hour ='));
    const ran = await place.run(RUN);
    expect(ran.code, ran.stderr).not.toBe(0);
    const { runs } = JSON.parse((await place.run(["runs", "--json"])).stdout);
    rewrite(() => good);
    rmSync(join(place.directory, "before-we-begin.yml"));
    const resumed = await place.run(["resume", runs[0].run, "--non-interactive", "--yes"]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stdout).toMatch(/it is \d+ o'clock UTC/u);
    const undone = await place.run(["undo", runs[0].run, "--non-interactive", "--yes"]);
    expect(undone.code, undone.stderr).toBe(0);
  });

  it.each([
    ["verify", "async () => {}", /nobody could tell whether it holds: its verify returned no verdict/u],
    ["verify", "async () => ({ holds: true })", /nobody could tell whether it holds: its verify returned no verdict/u],
    ["probe", "async () => {}", /its probe returned no answer/u],
  ])("is in doubt if its %s returns %s, and no defect of the tool", async (name, text, why) => {
    const functions = {
      probe: 'async () => ({ state: "not-done", evidence: "nothing is there" })',
      verify: 'async () => ({ holds: true, evidence: "it is there" })',
      [name]: text,
    };
    const more = `probe: ${functions.probe}, verify: ${functions.verify}`;
    const begin = name === "probe" ? 'throw new Error("not today"); const hour =' : "const hour =";
    rewrite((good) => making(good, more).replace("const hour =", begin));
    const ran = await place.run(RUN);
    const told = `${ran.stdout}${ran.stderr}`.replaceAll(/\s+/gu, " ");
    expect(told).toMatch(why);
    expect(told).not.toMatch(/defect|Cannot read/u);
  });

  it.each([
    ["refuse", 'refuse("the notice is of somebody else", "Ask the team, then resume.")'],
    [
      "an error that names the code",
      'throw Object.assign(new Error("the notice is of somebody else"), { code: "guard-refused", remedy: "Ask the team, then resume." })',
    ],
  ])("refuses by its guard with %s: exit 16, in its own words", async (_how, refusal) => {
    rewrite((good) => making(good, `guard: async () => { ${refusal}; }, ${CHANGES}`));
    const ran = await place.run([...RUN, "--json"]);
    const ended = JSON.parse(ran.stdout.trim().split("\n").at(-1) ?? "");
    expect([ran.code, ended.error.code], ran.stderr).toEqual([16, "guard-refused"]);
    expect(ended.error).toMatchObject({
      message: "the notice is of somebody else",
      remedy: "Ask the team, then resume.",
    });
  });

  it.each([
    ["run", "read", 'run: async () => { throw new TypeError("not today"); }'],
    ["guard", "create", `guard: async () => { throw new Error("not today"); }, ${CHANGES}`],
    ["run", "create", `${CHANGES}, run: async () => { throw "not today"; }`],
    ["describe", "create", `${CHANGES}, describe: () => { throw new Error("not today"); }`],
    ["tell", "read", 'tell: () => { throw new Error("not today"); }'],
  ])("is told as the one that threw, if its %s of a step that is %s throws", async (called, effect, functions) => {
    rewrite((good) => {
      const text = effect === "read" ? good : making(good, CHANGES);
      return text.replace(/^ {2}\}\),$/mu, `${functions},\n  }),`);
    });
    const ran = await place.run([...RUN, "--json"]);
    const { error } = JSON.parse(ran.stdout.trim().split("\n").at(-1) ?? "");
    expect([ran.code, error?.code], ran.stdout).toEqual([12, "own-action-failed"]);
    expect(error.message).toBe(`the own action "team.office-hours" failed in its ${called}: not today`);
    // Text that is thrown has no stack.
    const line = functions.includes('throw "') ? "" : `:${lineOf("not today")}`;
    expect(error.remedy).toBe(`Correct it in "${join(place.directory, "actions.mjs")}${line}", or tell its author.`);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain("defect");
  });

  it("is told as the one whose guard answers: a no would be passed", async () => {
    rewrite((good) => making(good, `guard: async () => false, ${CHANGES}`));
    const ran = await place.run(RUN);
    expect(ran.code).toBe(12);
    expect(`${ran.stdout}${ran.stderr}`.replaceAll(/\s+/gu, " ")).toContain(
      "failed in its guard: it answered, and refuses only by refuse(message, remedy)",
    );
  });

  it("is told as the one whose output does not fit its own schema", async () => {
    rewrite((good) => good.replace(/return \{ open: .*, hour \};/u, 'return { shut: true, hour: "nine" };'));
    const ran = await place.run(RUN);
    expect(ran.code).toBe(12);
    const told = `${ran.stdout}${ran.stderr}`.replaceAll(/\s+/gu, " ");
    expect(told).toContain('the own action "team.office-hours" failed in its run: its output does not fit: ');
    for (const fault of [
      '"open" is missing',
      '"hour" is text, and must be a number',
      '"shut" stands in it, and not in the schema',
    ])
      expect(told).toContain(fault);
  });

  it("is not told to resume what has succeeded: its output does not fit, and its probe found the effect", async () => {
    const notice = join(place.directory, "notice.txt");
    rewrite((good) => good.replace("      return { file };", "      return { path: file };"));
    const ran = await place.run([...RUN, "--input", `notice=${notice}`]);
    const told = `${ran.stdout}${ran.stderr}`.replaceAll(/\s+/gu, " ");
    expect([ran.code, told]).toEqual([0, expect.stringContaining("its output does not fit")]);
    expect(told).not.toContain("resume");
  });

  it("is refused with the file and line of what it imports, if that is no JavaScript", async () => {
    writeFileSync(join(place.directory, "other.mjs"), 'export { b } from "./third.mjs";\n');
    writeFileSync(join(place.directory, "third.mjs"), "const a = 1;\nexport const b = => a;\n");
    rewrite((good) => `import { b } from "./other.mjs";\n${good}`);
    const { code, stderr } = await place.run(["lint", "--with-actions", "before-we-begin.yml"]);
    expect(code, stderr).toBe(10);
    expect(stderr.replaceAll(/\s+/gu, " ")).toContain(`third.mjs:2" gives no actions: Unexpected token '=>'`);
  });

  it("is refused with the file and what is wrong in it", async () => {
    const wrong: (readonly [how: (text: string) => string, why: RegExp])[] = [
      [(text) => text.replace('"team.office-hours"', '"discovery.find-deleted-instance"'), /one of the tool's own/u],
      [(text) => text.replace('effect: "read"', 'effect: "destroy"'), /has no probe/u],
      [
        (text) => text.replace('effect: "read"', 'effect: "none"'),
        /has the effect "none"; the effects are read, create/u,
      ],
      [
        (text) => text.replace('effect: "read",', 'effect: "create", probe: () => ({}), verify: true,'),
        /has "tell", which belongs to an action that reads; team\.office-hours has no verify/u,
      ],
      [
        (text) => text.replace('effect: "read",', 'effect: "read", undo: { leaves: "nothing" },'),
        /has "undo", which belongs to an action that changes something/u,
      ],
      [
        (text) => text.replace("export const actions =", "export const others ="),
        /exports no function "actions" that returns a list/u,
      ],
      [
        () => "const one = 1;\nexport const actions = => one;",
        /actions\.mjs:2" gives no actions: Unexpected token '=>'/u,
      ],
      [() => '\n\nthrow new Error("not today");', /actions\.mjs(?:\?\d+)?:3" gives no actions: not today/u],
      [
        (text) =>
          text
            .replace('title: "Whether', 'titel: "Whether')
            .replace('effect: "read"', 'effect: "none"')
            .replace("undo: {", "undu: {"),
        /team\.office-hours has "titel": did you mean "title"\?; team\.office-hours has no title; team\.office-hours has the effect "none"; the effects are read, create, disrupt, destroy; team\.put-up-notice has "undu": did you mean "undo"\?/u,
      ],
      [
        (text) =>
          text.replace('cost: "removes the notice",', "").replace("probe: async (_context", "prob: async (_context"),
        /undo has "prob": did you mean "probe"\?; team\.put-up-notice undo has no cost; team\.put-up-notice undo has no probe/u,
      ],
    ];
    const second = lineOf('id: "team.put-up-notice"') - 1;
    wrong.push(
      [
        (text) => text.replace("verify: async", "holdsTrue: async").replace("cost:", "costs: 1, cost:"),
        new RegExp(
          `actions\\.mjs(?:\\?\\d+)?:${second}" gives no actions: team\\.put-up-notice has "holdsTrue", and nothing reads it; .* undo has "costs", and nothing reads it`,
          "u",
        ),
      ],
      [
        (text) => text.replace("output: z.strictObject({ file: z.string() })", "output: z.string()"),
        new RegExp(
          `actions\\.mjs(?:\\?\\d+)?:${second}" gives .*-notice has an output that is no object: use z.strictObject`,
          "u",
        ),
      ],
    );
    const good = readFileSync(join(EXAMPLE, "actions.mjs"), "utf8");
    for (const [how, why] of wrong) {
      rewrite(() => how(good));
      const { code, stderr } = await place.run(["lint", "--with-actions", "before-we-begin.yml"]);
      expect(code, stderr).toBe(10);
      expect(stderr.replaceAll(/\s+/gu, " ")).toMatch(why);
      expect(stderr).toContain("actions.mjs");
    }
  });

  it("shows and keeps no secret that the configuration names, and none that it names itself", async () => {
    const shown = ["of-a-variable-1", "of-a-file-22", "of-its-own-333", "not-named-4444"];
    writeFileSync(join(place.directory, "key"), "of-a-file-22\n");
    const login = "{ access_key_id: { env: ABSENT }, secret_access_key: { env: MY_KEY } }";
    place.configure(
      `actions: [actions.mjs]\ns3: { bucket: my-bucket, credentials: ${login} }\ngpg: { passphrase: { file: key } }\n`,
    );
    const print = `context.secret("of-its-own-333"); const all = ${JSON.stringify(shown.join(" "))}; console.log(all, Buffer.from("of-a-variable-1").toString("base64"));`;
    rewrite((good) =>
      good
        .replace(
          "async ({ ports }, { from, to }) => {",
          `async (context, { from, to }) => { const { ports } = context; ${print}`,
        )
        .replace("open: z.boolean(),", "open: z.boolean(), all: z.string(),")
        .replace("&& hour < to, hour }", "&& hour < to, hour, all }"),
    );
    const ran = await place.run(RUN, { MY_KEY: "of-a-variable-1", CF_PASSWORD: "" });
    expect(ran.code, ran.stderr).toBe(0);
    const files = globSync(join(place.state, "runs/*/*.jsonl")).map((file) => readFileSync(file, "utf8"));
    expect(files).toHaveLength(2);
    // A text that is no secret stands beside them: else nothing was told.
    const told = [ran.stdout, ran.stderr, ...files].join("\n");
    expect(shown.filter((each) => told.includes(each))).toEqual(["not-named-4444"]);
    expect(`${ran.stdout}${ran.stderr}`).not.toContain(Buffer.from("of-a-variable-1").toString("base64"));
  });

  it("needs no package for a type that a comment of JSDoc imports", async () => {
    rewrite((good) =>
      good.replace(
        "/** @param {ActionMeans} means */",
        '/** @param {import("dingo-recover/action").ActionMeans} means */',
      ),
    );
    expect(await place.run(["lint", "--with-actions", "before-we-begin.yml"])).toMatchObject({ code: 0, stderr: "" });
  });

  it("is refused if two actions have one id", async () => {
    rewrite((good) => good.replaceAll("team.put-up-notice", "team.office-hours"));
    const { code, stderr } = await place.run(["lint", "--with-actions", "before-we-begin.yml"]);
    expect([code, stderr.replaceAll(/\s+/gu, " ")]).toEqual([
      10,
      expect.stringContaining('the action "team.office-hours" is defined twice in'),
    ]);
  });

  it("is named if its module hangs while it is loaded", async () => {
    rewrite((good) => `${good}\nawait new Promise(() => undefined);\n`);
    const { code, stderr } = await place.start(["lint", "--with-actions", "before-we-begin.yml"]).ended;
    const told = stderr.replaceAll(/\s+/gu, " ");
    expect([code, told]).toEqual([10, expect.stringContaining("it waits for something that cannot come any more")]);
    expect(told).toContain("actions.mjs");
    expect(told).toContain("(config-invalid, at");
  });

  it.each(["lint", "show"])("is not loaded by %s, which says how it would be", async (command) => {
    const seen = join(place.directory, "seen");
    rewrite((text) => `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(seen)}, "");\n${text}`);
    const looked = await place.run([command, "./before-we-begin.yml"]);
    expect(looked.code, looked.stderr).toBe(10);
    expect(`${looked.stdout}${looked.stderr}`.replaceAll(/\s+/gu, " ")).toContain(
      "lint, show and schema also need --with-actions",
    );
    expect(existsSync(seen)).toBe(false);
    expect(await place.run([command, "--with-actions", "./before-we-begin.yml"])).toMatchObject({
      code: 0,
      stderr: "",
    });
    expect(existsSync(seen)).toBe(true);
  });

  it("is an unknown action if the configuration does not name it", async () => {
    writeFileSync(join(place.directory, "dingo-recover.yml"), "{}\n");
    const { code, stdout } = await place.run(["lint", "--with-actions", "before-we-begin.yml"]);
    expect(code).toBe(10);
    expect(stdout).toContain("team.office-hours");
  });
});
