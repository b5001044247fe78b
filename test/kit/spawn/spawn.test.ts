import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { runProgram } from "../../../src/kit/spawn/spawn.ts";

const NODE = process.execPath;

describe("a program on this machine", () => {
  it("gets its argv as it is, whatever it contains, and never through a shell", async () => {
    const hostile = ["$(id)", "a b", "'", "\n", "-n", ""];
    const result = await runProgram({
      program: NODE,
      args: ["-e", "process.stdout.write(JSON.stringify(process.argv.slice(1)))", "--", ...hostile],
    });
    expect(JSON.parse(result.stdout)).toEqual(hostile);
  });

  it("sees an environment that holds what it was given and nothing else", async () => {
    process.env.DINGO_CANARY = "leak";
    try {
      const args = ["-e", "process.stdout.write(JSON.stringify(process.env))"];
      const result = await runProgram({ program: NODE, args, env: { ONLY: "this" } });
      expect(JSON.parse(result.stdout)).toEqual({ ONLY: "this" });
    } finally {
      delete process.env.DINGO_CANARY;
    }
  });

  it("keeps stdout, stderr and the exit code apart, with the last newline", async () => {
    const result = await runProgram({ program: "sh", args: ["-c", "echo out; echo err >&2; exit 3"], env: PATH });
    expect(result).toEqual({ code: 3, stdout: "out\n", stderr: "err\n" });
  });

  it("says which signal ended it", async () => {
    const result = await runProgram({ program: "sh", args: ["-c", "kill -KILL $$"], env: PATH });
    expect(result).toMatchObject({ code: 137, signal: "SIGKILL" });
  });

  it("reads an empty stdin by default and the given one otherwise", async () => {
    const silent = await runProgram({ program: "cat", args: [], env: PATH });
    const fed = await runProgram({ program: "cat", args: [], env: PATH, stdin: "secret\n" });
    expect([silent.stdout, fed.stdout]).toEqual(["", "secret\n"]);
  });

  it("is an error that names it if it is not installed", async () => {
    const call = runProgram({ program: "no-such-program-here", args: [], env: PATH });
    await expect(call).rejects.toMatchObject({ code: "program-missing", effect: "none" });
  });

  it("is ended with its children at the time-out, and the effect is unknown", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "spawn-")), "pid");
    // Its time is over when the test says so: on a busy machine a shell takes long to begin.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const call = runProgram({
      program: "sh",
      args: ["-c", 'sleep 600 & echo $! > "$1.part"; mv "$1.part" "$1"; wait', "sh", file],
      env: PATH,
      timeoutMs: 400,
    });
    call.catch(() => undefined);
    while (!existsSync(file)) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(400);
    vi.useRealTimers();
    await expect(call).rejects.toMatchObject({ code: "unreachable", effect: "unknown" });
    // Its end of the pipe is closed a moment before it is no process any more.
    await vi.waitUntil(() => !isRunning(Number(readFileSync(file, "utf8"))), { timeout: 120_000 });
  });

  it("is killed hard if it ignores the soft signal", async () => {
    const args = ["-c", "trap '' TERM; while :; do sleep 1; done"];
    const call = runProgram({ program: "sh", args, env: PATH, timeoutMs: 100, hardKillMs: 300 });
    await expect(call).rejects.toMatchObject({ code: "unreachable" });
  });

  it("is stopped by an abort", async () => {
    const abort = new AbortController();
    const begun = join(mkdtempSync(join(tmpdir(), "begun-")), "begun");
    const args = ["-c", 'touch "$1"; sleep 600', "sh", begun];
    const call = runProgram({ program: "sh", args, env: PATH, signal: abort.signal });
    call.catch(() => undefined);
    await vi.waitUntil(() => existsSync(begun), { timeout: 120_000 });
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: "interrupted", effect: "unknown" });
    const late = runProgram({ program: "true", args: [], env: PATH, signal: abort.signal });
    await expect(late).rejects.toMatchObject({ code: "interrupted", effect: "none" });
  });

  it("never gives a part of too large an output as the whole", async () => {
    const call = runProgram({ program: "yes", args: [], env: PATH, maxOutputBytes: 10_000 });
    await expect(call).rejects.toMatchObject({ code: "answer-incomplete" });
  });
});

const PATH = { PATH: process.env.PATH ?? "/usr/bin:/bin" };

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
