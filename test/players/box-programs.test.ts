import { describe, expect, it } from "vitest";
import { boxCf, boxDocker } from "./box-programs.ts";
import type { CfCall } from "../../src/rehearsal/cf-program/program.ts";

const answer = { code: 0, stdout: "OK\n", stderr: "" };
const call = { program: "cf", args: ["target"], env: { CF_HOME: "/home" } };

describe("the box's cf in the process of the tool", () => {
  it("hands words and variables over and gives the answer back", async () => {
    const calls: CfCall[] = [];
    const run = boxCf((each) => {
      calls.push(each);
      return Promise.resolve(answer);
    });
    expect(await run(call)).toEqual(answer);
    expect(calls).toEqual([{ words: ["target"], env: { CF_HOME: "/home" } }]);
  });

  it("is not asked by who was stopped before", async () => {
    let asked = 0;
    const run = boxCf(() => {
      asked += 1;
      return Promise.resolve(answer);
    });
    const stopped = run({ ...call, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "interrupted", effect: "none" });
    expect(asked).toBe(0);
  });

  it("leaves whoever is stopped meanwhile in doubt about the effect", async () => {
    const controller = new AbortController();
    const run = boxCf(() => {
      controller.abort();
      return Promise.resolve(answer);
    });
    const stopped = run({ ...call, signal: controller.signal });
    await expect(stopped).rejects.toMatchObject({ code: "interrupted", effect: "unknown" });
  });
});

describe("the programs of the box's Docker host in the process of the tool", () => {
  it("get words and standard input, byte by byte", async () => {
    const calls: unknown[] = [];
    const run = boxDocker((each) => {
      calls.push(each);
      return answer;
    });
    expect(await run({ program: "env", args: ["LC_ALL=C", "stat"], stdin: "ü" })).toEqual(answer);
    expect(calls).toEqual([{ program: "env", words: ["LC_ALL=C", "stat"], stdin: "\u00c3\u00bc" }]);
  });
});
