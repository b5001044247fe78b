/** The box's `cf` where tool and box are one process: a process for each call would cost more than all that it does. */
import { interrupted, type RunProgram } from "../adapters/process/spawn.js";
import type { Carriage } from "../rehearsal/crash/carriage.js";

/** Whoever was stopped meanwhile learns nothing, as where the process is killed; what it asked for is done all the same. */
export const boxCf =
  (runCf: Carriage["runCf"]): RunProgram =>
  async (call) => {
    const isStopped = (): boolean => call.signal?.aborted === true;
    if (isStopped()) throw interrupted(call, "none");
    const answer = await runCf({ words: call.args, env: call.env ?? {} });
    if (isStopped()) throw interrupted(call, "unknown");
    return answer;
  };
