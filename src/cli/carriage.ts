/**
 * The ordinary program's work on one rehearsed run without a process of its own: configuration, wiring and engine are the
 * same, only screen, signals and argv are not there. Crash matrices need hundreds of these.
 */
import type { Config, SecretReference } from "../config/config.js";
import { loadConfig } from "../config/load.js";
import type { EngineOptions, RunResult } from "../engine/options.js";
import { DEFAULT_FLAGS } from "../engine/options.js";
import { resumeRun, runRunbook } from "../engine/run.js";
import { RecoverError } from "../errors.js";
import { evaluate } from "../expression/expression.js";
import type { FileJournal } from "../journal/file-journal.js";
import type { Locks } from "../journal/key-locks.js";
import { JournaledResources } from "../journal/resources.js";
import { StateDirectory } from "../journal/state-directory.js";
import type { Carriage, Carried } from "../rehearsal/crash/carriage.js";
import { installLoopbackGuard } from "../rehearsal/loopback-guard.js";
import { resolve } from "../runbook/resolve.js";
import { Secrets } from "../secrets.js";
import { scenarioOperator } from "../ui/scenario-operator.js";
import { wire } from "../wiring.js";
import { openRunbook } from "./shipped-runbooks.js";
import { toolVersion } from "./tool-version.js";

/** Begins a run, or resumes the one that is named. Never throws what a run can throw: that is in the result. */
export async function carry(carriage: Carriage): Promise<Carried> {
  installLoopbackGuard();
  const { stateDirectory, run, observer } = carriage;
  const secrets = new Secrets();
  const now = (): Date => carriage.clock.now();
  const state = new StateDirectory({
    path: stateDirectory,
    secrets,
    now,
    ...(observer === undefined ? {} : { observer }),
  });
  try {
    const { journal, locks } = run === undefined ? state.create() : state.open(run, { takeOver: false });
    const { exitCode, error } = await conduct(carriage, { secrets, journal, locks });
    return { run: journal.run, exitCode, ...(error === undefined ? {} : { error: sentence(error) }) };
  } catch (thrown) {
    if (!(thrown instanceof RecoverError)) throw thrown;
    return { run: run ?? "", exitCode: thrown.exitCode, error: sentence(thrown) };
  }
}

/** A defect is told with the place where it was thrown. */
function sentence({ code, message, cause }: RecoverError): string {
  return code === "internal" && cause instanceof Error ? `${code}: ${cause.stack ?? message}` : `${code}: ${message}`;
}

interface Opened {
  readonly secrets: Secrets;
  readonly journal: FileJournal;
  readonly locks: Locks;
}

async function conduct(carriage: Carriage, { secrets, journal, locks }: Opened): Promise<RunResult> {
  const { place, signal, clock } = carriage;
  const env = { ...place.env };
  try {
    const wired = await wire({
      config: withKeys(loadConfig({ env, cwd: place.directory, file: place.config })),
      env,
      secrets,
      clock,
      recorder: new JournaledResources(journal),
      signal,
      loopbackOnly: true,
    });
    await wired.cleanLeftOvers();
    const options: EngineOptions = {
      runbook: openRunbook(carriage.runbook ?? "recover-deleted-service"),
      ports: wired.ports,
      clock,
      operator: scenarioOperator(carriage.answers, undefined),
      secrets,
      signal,
      journal,
      locks,
      evaluator: { evaluate, resolve },
      sink: carriage.sink ?? (() => undefined),
      flags: { ...DEFAULT_FLAGS, acceptLoss: carriage.acceptLoss ?? 0 },
      carrier: { operator: "rehearsal", host: "box", toolVersion: toolVersion(), rehearsal: true },
      beforeEnd: () => wired.close(),
    };
    const begins = journal.entries.length === 0;
    const result = await (begins ? runRunbook({ ...options, inputs: carriage.inputs }) : resumeRun(options));
    if (result.error !== undefined) await wired.close().catch(() => undefined);
    return result;
  } finally {
    await journal.close();
  }
}

/** AWS's own chain looks into this process's environment, which is not the box's. */
function withKeys(config: Config): Config {
  const named = (name: string): SecretReference => ({ kind: "env", name });
  const credentials = { accessKeyId: named("AWS_ACCESS_KEY_ID"), secretAccessKey: named("AWS_SECRET_ACCESS_KEY") };
  return { ...config, s3: { ...config.s3, credentials } };
}
