/** `run` and `resume`. If the run agreed on a batch, they go on with its databases. */
import { EXIT } from "../../errors.ts";
import { TEST_RUNBOOK } from "../../report/test-runbook.ts";
import type { ConductArguments } from "../session/stage.ts";
import type { ResumeCall } from "./run/resume.ts";
import type { Afterwards } from "./run/begin.ts";
import { run, type RunCall } from "./run/run.ts";

/** As `run`. If a batch was agreed on in it, its databases follow. */
export async function runBatch(given: RunCall): Promise<number> {
  if (given.runbook === TEST_RUNBOOK && !given["dry-run"])
    await (await import("../session/before-test.ts")).beforeTest(given);
  return await run(given, afterwards(given));
}

/** As `resume`; a run that has agreed on a batch goes on with the rest of it. */
export async function resumeBatch(given: ResumeCall): Promise<number> {
  return await (await import("./run/resume.ts")).resume(given, afterwards(given));
}

function afterwards(given: ConductArguments): Afterwards {
  return async (run, code) => {
    if (code !== EXIT.done) return code;
    const { carryBatch } = await import("./carry-batch.ts");
    return (await carryBatch(given, run)) ?? code;
  };
}
