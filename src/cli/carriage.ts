/**
 * The ordinary program's work on one rehearsed run without a process of its own: configuration, wiring and engine are the
 * same, only screen, signals and argv are not there. Crash matrices need hundreds of these.
 */
import { leaseText } from "../config/config.js";
import { leaseAt } from "../config/lease.js";
import type { EngineOptions, RunResult } from "../engine/options.js";
import { DEFAULT_FLAGS } from "../engine/options.js";
import { resumeRun, runRunbook, undoRun } from "../engine/run.js";
import { RecoverError } from "../errors.js";
import type { JsonObject } from "../action.js";
import { type OpenRun, StateDirectory } from "../journal/state-directory.js";
import { optional } from "../optional.js";
import type { ScratchDatabases } from "../ports/scratch-database.js";
import type { Carriage, Carried } from "../rehearsal/crash/carriage.js";
import { installLoopbackGuard } from "../rehearsal/loopback-guard.js";
import type { Runbook } from "../runbook/runbook.js";
import { Secrets } from "../secrets.js";
import { scenarioOperator } from "../ui/scenario-operator.js";
import { wire } from "../wiring.js";
import { bring } from "./arrival.js";
import { atWork } from "./at-work.js";
import { carryBatch } from "./batch-carriage.js";
import { boxConfig } from "./box-config.js";
import { boxCf, boxDocker } from "./box-cf.js";
import { CLEAN_UP, CLEAN_UP_COPY } from "./cleanups.js";
import { leftAside } from "./left-aside.js";
import { leftCopy } from "./left-copy.js";
import { leaseTerms } from "./lease-terms.js";
import { PlacedScratch } from "./placed-scratch.js";
import { openRunbook } from "./shipped-runbooks.js";
import { toolVersion } from "./tool-version.js";
import { NOT_JOURNALED } from "./with-ports.js";

/** Does its task. Never throws what a run can throw: that is in the result. */
export async function carry(carriage: Carriage): Promise<Carried> {
  return await (carriage.task === "batch" ? carryBatch(carriage, carryOne) : carryOne(carriage));
}

async function carryOne(carriage: Carriage): Promise<Carried> {
  installLoopbackGuard();
  const { stateDirectory, observer } = carriage;
  const secrets = new Secrets();
  const now = (): Date => carriage.clock.now();
  const state = new StateDirectory({
    path: stateDirectory,
    secrets,
    now,
    ...(observer === undefined ? {} : { observer }),
  });
  try {
    const inputs = inputsOf(carriage, state);
    const open = await openRun(carriage, state, secrets);
    const { exitCode, error } = await conduct(carriage, { secrets, open, inputs });
    return { run: open.journal.run, exitCode, ...(error === undefined ? {} : { error: sentence(error) }) };
  } catch (thrown) {
    if (!(thrown instanceof RecoverError)) throw thrown;
    return { run: carriage.run ?? "", exitCode: thrown.exitCode, error: sentence(thrown) };
  }
}

/** A copy on this machine is named by its place. */
const cleanUpOf = (inputs: JsonObject): string => ("place" in inputs ? CLEAN_UP_COPY : CLEAN_UP);

const placedIn =
  (directory: string) =>
  (own: ScratchDatabases): ScratchDatabases =>
    new PlacedScratch(own, directory);

/** A defect is told with the place where it was thrown. */
function sentence({ code, message, cause }: RecoverError): string {
  return code === "internal" && cause instanceof Error ? `${code}: ${cause.stack ?? message}` : `${code}: ${message}`;
}

function inputsOf({ after, inputs }: Carriage, state: StateDirectory): JsonObject {
  if (after === undefined) return inputs;
  const { entries } = state.read(after);
  return leftAside(entries, after) ?? leftCopy(entries, after) ?? {};
}

async function openRun(carriage: Carriage, state: StateDirectory, secrets: Secrets): Promise<OpenRun> {
  const { run, task, fromMirror } = carriage;
  if (run === undefined) return state.create();
  if (fromMirror === true) await bringMirrored(carriage, state, secrets);
  return state.open(run, { takeOver: fromMirror === true, back: task === "undo" });
}

async function bringMirrored(carriage: Carriage, state: StateDirectory, secrets: Secrets): Promise<void> {
  const { run, lease = "" } = carriage;
  const wired = await wire({ ...wiringOf(carriage, secrets), recorder: NOT_JOURNALED });
  try {
    const request = { from: lease, run, takeOver: true, state, say: () => undefined, accept: () => Promise.resolve() };
    await bring(wired.shared(leaseAt(lease)), request);
  } finally {
    await wired.close();
  }
}

function wiringOf({ place, clock, signal }: Carriage, secrets: Secrets) {
  const env = { ...place.env };
  const config = boxConfig(place);
  return { config, env, secrets, clock, signal, loopbackOnly: true } as const;
}

const runbooks = new Map<string, Runbook>();

/** Read and checked once: a process of a matrix carries hundreds of runs of the same one. */
function runbookNamed(name: string): Runbook {
  const known = runbooks.get(name) ?? openRunbook(name);
  runbooks.set(name, known);
  return known;
}

interface Opened {
  readonly secrets: Secrets;
  readonly open: OpenRun;
  readonly inputs: JsonObject;
}

async function conduct(carriage: Carriage, { secrets, open, inputs }: Opened): Promise<RunResult> {
  const { answers, task, acceptLoss = 0, confirm, lease, fromMirror } = carriage;
  const { journal, locks, directory } = open;
  const at = lease === undefined ? undefined : leaseAt(lease);
  const now = (): Date => carriage.clock.now();
  const takeOver = fromMirror === true;
  const who = { operator: "rehearsal", host: "box", toolVersion: toolVersion(), rehearsal: true };
  return await atWork(
    {
      ...wiringOf(carriage, secrets),
      ...leaseTerms(at, { journal, directory }, { takeOver, now }),
      ...{ journal, locks, runCf: boxCf(carriage.runCf) },
      ...optional("runDocker", carriage.runDocker === undefined ? undefined : boxDocker(carriage.runDocker)),
      ...optional("placed", carriage.laptop === undefined ? undefined : placedIn(carriage.laptop)),
      runbook: runbookNamed(task === "cleanup" ? cleanUpOf(inputs) : (carriage.runbook ?? "recover-deleted-service")),
      operator: scenarioOperator(answers, undefined),
      flags: { ...DEFAULT_FLAGS, acceptLoss, takeOver, yes: confirm !== undefined, ...optional("confirm", confirm) },
      carrier: at === undefined ? who : { ...who, lease: leaseText(at) },
      sink: carriage.sink ?? (() => undefined),
      tell: () => undefined,
      // Connections that are opened beside the work would make no two runs alike.
      warmUp: false,
    },
    (options: EngineOptions) => {
      if (task === "undo") return undoRun(options);
      return journal.entries.length === 0 ? runRunbook({ ...options, inputs }) : resumeRun(options);
    },
  );
}
