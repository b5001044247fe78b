/** The tool's own run or undo, in this process, with a look at the world after each of its steps. */
import { systemClock } from "../../../src/kit/clock/system-clock.ts";
import { begunRunbook } from "../../../src/cli/runs/begun-runbook.ts";
import { carryRun } from "../../../src/cli/session/carry-run.ts";
import { openRunbook } from "../../../src/cli/process/shipped-runbooks.ts";
import { loadConfig } from "../../../src/config/settings/load.ts";
import { DEFAULT_FLAGS, type EngineOptions, type RunResult } from "../../../src/engine/state/options.ts";
import { runRunbook, undoRun } from "../../../src/engine/run/run.ts";
import type { Journal } from "../../../src/engine/journal/journal.ts";
import { NO_LOCKS } from "../../../src/engine/journal/key-locks.ts";
import { StateDirectory } from "../../../src/engine/journal/state-directory.ts";
import type { Runbook } from "../../../src/engine/runbook/runbook.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { NOBODY } from "../../../src/cli/screen/renderer.ts";
import { join } from "node:path";
import type { Foundation } from "../foundation.ts";

type Seen = (step: string) => Promise<void>;

export interface InnerRun {
  readonly foundation: Foundation;
  readonly confirm: string;
  /** Called between each step and the next. */
  readonly seen: Seen;
}

const stateOf = ({ directory }: Foundation, secrets: Secrets): StateDirectory =>
  new StateDirectory({ path: join(directory, "state"), secrets, now: () => new Date() });

export async function runInSteps(
  at: InnerRun & { readonly inputs: Readonly<Record<string, string>>; readonly begun: (run: string) => void },
): Promise<RunResult> {
  const secrets = new Secrets();
  const { run, journal } = stateOf(at.foundation, secrets).create();
  at.begun(run);
  const work = { ...at, secrets, journal, runbook: openRunbook("recover-deleted-service") };
  return await carry(work, (options) => runRunbook({ ...options, inputs: at.inputs }));
}

export async function undoInSteps(at: InnerRun & { readonly run: string }): Promise<RunResult> {
  const secrets = new Secrets();
  const state = stateOf(at.foundation, secrets);
  const runbook = begunRunbook(state.directoryOf(at.run), state.read(at.run).entries);
  const { journal } = state.open(at.run, { takeOver: false, back: true });
  return await carry({ ...at, secrets, journal, runbook }, undoRun);
}

interface Work extends InnerRun {
  readonly secrets: Secrets;
  readonly journal: Journal;
  readonly runbook: Runbook;
}

async function carry(
  { foundation, confirm, seen, ...work }: Work,
  engine: (options: EngineOptions) => Promise<RunResult>,
): Promise<RunResult> {
  const { toolEnv: env, configFile: file } = foundation;
  let ended: string | undefined;
  const look = async (): Promise<void> => {
    const step = ended;
    ended = undefined;
    if (step !== undefined) await seen(step);
  };
  const append = work.journal.append.bind(work.journal);
  work.journal.append = async (body) => {
    await look();
    return await append(body);
  };
  const result = await carryRun(
    {
      ...work,
      ...{
        config: loadConfig({ file, env, cwd: foundation.directory }),
        env,
        clock: systemClock(),
        operator: NOBODY,
        locks: NO_LOCKS,
        requests: foundation.directory,
      },
      flags: { ...DEFAULT_FLAGS, yes: true, confirm },
      carrier: { operator: "test", host: "rig", toolVersion: "0", rehearsal: false },
      signal: new AbortController().signal,
      ...{ loopbackOnly: false, warmUp: false, tell: () => undefined },
      sink: (event) => {
        if (event.type === "step-ended" && event.state !== "skipped") ended = event.step;
      },
    },
    engine,
  );
  await look();
  return result;
}
