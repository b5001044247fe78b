import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { asModule } from "../../program/as-module.ts";

const PROCESS_END = asModule("src/cli/start/process-end.ts");

/** The end of a program that carries out `work`. */
function ending(work: string) {
  const program = `import("${PROCESS_END}").then(({ toItsEnd }) => toItsEnd(${work}));`;
  return spawnSync(process.execPath, ["-e", program], { encoding: "utf8" });
}

describe("a command that Node ends before its work is over", () => {
  it("is no success, and says so", () => {
    const { status, stderr } = ending("() => new Promise(() => undefined)");
    expect(status).toBe(1);
    expect(stderr).toContain("ended before its work did");
  });

  it.each([
    ["has come to its end", "async () => undefined", 0],
    ["has come to another end", "async () => { process.exitCode = 17; }", 17],
    ["was ended with a code of its own", "() => new Promise(() => process.exit(16))", 16],
  ])("is told from one that %s", (_what, work, code) => {
    expect(ending(work)).toMatchObject({ status: code, stderr: "" });
  });
});
