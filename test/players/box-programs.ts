/**
 * The box's `cf`, and the programs of its Docker host, when tool and box are one process: a process for each call would
 * cost more than all that it does.
 */
import { setImmediate as turn } from "node:timers/promises";
import { interrupted, type ProgramCall, type ProgramResult, type RunProgram } from "../../src/kit/spawn/spawn.ts";
import type { CfCall } from "../../src/rehearsal/cf-program/program.ts";
import type { Ended } from "../../src/rehearsal/ended.ts";
import type { DockerProgramCall } from "../../src/rehearsal/docker-program/service.ts";

export const boxCf = (runCf: (call: CfCall) => Promise<Ended>): RunProgram =>
  unlessStopped((call) => runCf({ words: call.args, env: call.env ?? {} }));

export const boxDocker = (runDocker: (call: DockerProgramCall) => Ended): RunProgram =>
  unlessStopped(async ({ program, args: words, stdin = "" }) =>
    runDocker({ program, words, stdin: Buffer.from(stdin).toString("latin1") }),
  );

/**
 * A process that was stopped meanwhile learns nothing, as if it was killed; the program that it called does its work
 * all the same.
 */
function unlessStopped(ask: (call: ProgramCall) => Promise<ProgramResult>): RunProgram {
  return async (call) => {
    const isStopped = (): boolean => call.signal?.aborted === true;
    if (isStopped()) throw interrupted(call, "none");
    const answer = await ask(call);
    // As that of a process it comes a turn later: a camera sees the change that was made before anybody hears of it.
    await turn();
    if (isStopped()) throw interrupted(call, "unknown");
    return answer;
  };
}
