import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Programs, type Served, servePrograms } from "../../src/rehearsal/served-programs.ts";

describe.each([
  ["bash", true],
  ["Node", false],
])("programs of the box in %s", (_name, byBash) => {
  let directory: string;
  let served: Served | undefined;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "served-programs-"));
  });
  afterEach(async () => {
    await served?.close();
    rmSync(directory, { recursive: true });
  });

  const serve = async (programs: Omit<Programs, "directory" | "byBash">): Promise<void> => {
    served = await servePrograms({ ...programs, directory, byBash });
  };

  it("hand over words, variables and input, and end with the code and the output of the answer", async () => {
    await serve({
      names: ["told", "deaf"],
      variables: ["A_VALUE"],
      reading: (name) => (name === "told" ? ["-i"] : []),
      answer: async (call) => ({ code: 3, stdout: JSON.stringify(call), stderr: "a\nb" }),
    });
    const run = async (name: string, words: readonly string[], input?: string) => {
      const { exitCode, stdout, stderr } = await execa(join(directory, name), words, {
        ...{ env: { A_VALUE: "déjà 'vu'" }, reject: false },
        // Left open, as a person's terminal is: a reader of it waits for ever.
        ...(input === undefined ? { stdin: "pipe" } : { input }),
      });
      expect([exitCode, stderr]).toEqual([3, "a\nb"]);
      return JSON.parse(stdout) as unknown;
    };
    const variables = ["déjà 'vu'"];
    const words = ["-i", "a b", "", "ü\n$(x)"];
    expect(await run("told", words, "x\ny\n")).toEqual({ program: "told", variables, words, stdin: "x\ny\n" });
    expect(await run("told", ["-t"])).toEqual({ program: "told", variables, words: ["-t"], stdin: "" });
    expect(await run("deaf", ["-i"])).toEqual({ program: "deaf", variables, words: ["-i"], stdin: "" });
  });

  it("are closed while the call of a killed one waits for an answer that never comes, and say that it was killed", async () => {
    let called: (signal: AbortSignal) => void = () => undefined;
    const call = new Promise<AbortSignal>((resolve) => (called = resolve));
    await serve({
      names: ["waiting"],
      answer: (_call, signal) => {
        called(signal);
        return new Promise(() => undefined);
      },
    });
    const client = spawn(join(directory, "waiting"), { stdio: "ignore" });
    const signal = await call;
    expect(signal.aborted).toBe(false);
    const aborted = once(signal, "abort");
    client.kill("SIGKILL");
    await aborted;
    await expect(served?.close()).resolves.toBeUndefined();
    served = undefined;
  });
});
