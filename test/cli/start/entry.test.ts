/** The entry is read by every Node, and tells an older one the two ways on. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Script } from "node:vm";
import { transformSync } from "esbuild";
import { describe, expect, it } from "vitest";

const ENTRY = join(import.meta.dirname, "../../../src/bin.cjs");
const TEXT = readFileSync(ENTRY, "utf8").replace(/^#!.*/u, "");

/** As a Node of that version runs it: its modules, its end, and its words. */
function startedBy(version: string, platform = "linux") {
  const seen = { loaded: [] as string[], said: "", exitCode: 0 };
  const process = {
    versions: { node: version },
    platform,
    argv: ["node", ENTRY],
    stderr: { write: (text: string) => (seen.said += text) },
    set exitCode(code: number) {
      seen.exitCode = code;
    },
  };
  const asked = TEXT.replace("import(program)", "load(program)");
  expect(asked).not.toBe(TEXT);
  const run = new Script(`(function (process, require, __dirname, load) {${asked}})`).runInThisContext() as (
    ...given: readonly unknown[]
  ) => void;
  const load = (path: string): Promise<{ main: () => void }> => {
    seen.loaded.push(path);
    return Promise.resolve({ main: () => undefined });
  };
  run(process, (name: string) => globalThis.process.getBuiltinModule(name), join(ENTRY, ".."), load);
  return seen;
}

describe("the entry", () => {
  it("has no word that an old Node cannot read", () => {
    // In the words of 2009 it is the same, but for `import()`.
    const written = (target: string) =>
      transformSync(TEXT, { target, supported: { "dynamic-import": true, "template-literal": false } }).code;
    expect(written("es5")).toBe(written("es2018"));
  });

  it.each(["12.22.0", "18.20.8", "20.20.2", "22.23.3"])("tells Node %s in one sentence what is needed", (version) => {
    const { loaded, said, exitCode } = startedBy(version);
    expect([loaded, exitCode]).toEqual([[], 2]);
    expect(said.match(/\.\s/gu)).toHaveLength(1);
    for (const told of ["Node 24 or later", "npm ci", "the single executable", `Node ${version}.\n`])
      expect(said).toContain(told);
  });

  it.each(["24.0.0", "26.10.0"])("starts the program by Node %s", (version) => {
    expect(startedBy(version)).toEqual({ loaded: ["./main.ts"], said: "", exitCode: 0 });
  });

  it("tells native Windows of WSL", () => {
    expect(startedBy("24.0.0", "win32")).toMatchObject({
      loaded: [],
      exitCode: 2,
      said: expect.stringContaining("WSL"),
    });
  });

  it("keeps what is compiled only if nobody else can write", () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), "dingo-recover-entry-")));
    const cache = join(root, "cache");
    const kept = join(cache, "dingo-recover");
    const started = (): boolean => {
      rmSync(kept, { recursive: true, force: true });
      execFileSync(process.execPath, [ENTRY, "--version"], { env: { XDG_CACHE_HOME: cache }, stdio: "ignore" });
      return existsSync(kept) && readdirSync(kept).length > 0;
    };
    mkdirSync(cache, { mode: 0o700 });
    expect(started()).toBe(true);
    chmodSync(cache, 0o777);
    expect(started()).toBe(false);
    chmodSync(cache, 0o700);
    chmodSync(root, 0o777);
    expect(started()).toBe(false);
    chmodSync(root, 0o700);
    rmSync(cache, { recursive: true });
    mkdirSync(join(root, "elsewhere"), { mode: 0o700 });
    symlinkSync(join(root, "elsewhere"), cache);
    expect(started()).toBe(false);
    rmSync(root, { recursive: true });
  });

  it.each([{ HOME: "" }, { HOME: "." }, { XDG_CACHE_HOME: ".cache" }])(
    "keeps nothing in the working directory, by %j",
    (env) => {
      const cwd = realpathSync(mkdtempSync(join(tmpdir(), "dingo-recover-entry-")));
      execFileSync(process.execPath, [ENTRY, "--version"], { cwd, env, stdio: "ignore" });
      expect(readdirSync(cwd)).toEqual([]);
      rmSync(cwd, { recursive: true });
    },
  );

  it("is what every script of a clone starts, by the Node that the clone brings", () => {
    const { scripts, engines } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(scripts.rehearse).toBe("node src/bin.cjs rehearse");
    expect(engines.node).toBe(`>=${/NEEDED = (\d+)/u.exec(TEXT)?.[1]}`);
  });
});
