/**
 * The ordinary program's work on one rehearsed run, in the process of the box: configuration, wiring and engine are the
 * same, only screen, signals and argv are not there. Crash matrices need hundreds of these.
 */
import type { JsonObject } from "../../src/action.ts";
import { bring } from "../../src/cli/commands/run/resume-from.ts";
import { carryRun } from "../../src/cli/session/carry-run.ts";
import { boxConfig } from "../../src/cli/commands/rehearse/box-config.ts";
import { CLEAN_UP, CLEAN_UP_COPY } from "../../src/cli/runs/cleanups.ts";
import { leaseTerms } from "../../src/cli/session/lease-terms.ts";
import { leftAside } from "../../src/cli/runs/left-aside.ts";
import { leftCopy } from "../../src/cli/runs/left-copy.ts";
import { placedScratch } from "./placed-scratch.ts";
import { openRunbook } from "../../src/cli/process/shipped-runbooks.ts";
import { toolVersion } from "../../src/cli/process/tool-version.ts";
import { NOT_JOURNALED } from "../../src/cli/session/with-ports.ts";
import { leaseText } from "../../src/config/settings/config.ts";
import { leaseAt } from "../../src/config/settings/lease.ts";
import { DEFAULT_FLAGS, type RunResult } from "../../src/engine/state/options.ts";
import { resumeRun, runRunbook, undoRun } from "../../src/engine/run/run.ts";
import { RecoverError } from "../../src/errors.ts";
import type { AppendObserver } from "../../src/engine/journal/file-journal.ts";
import { type OpenRun, StateDirectory } from "../../src/engine/journal/state-directory.ts";
import type { ScratchDatabases } from "../../src/ports/scratch-database.ts";
import { optional } from "../../src/kit/optional.ts";
import { shown } from "../../src/rehearsal/box/clock.ts";
import { answerCf } from "../../src/rehearsal/cf-program/program.ts";
import { installLoopbackGuard } from "../../src/rehearsal/loopback-guard.ts";
import type { Runbook } from "../../src/engine/runbook/runbook.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { scenarioOperator } from "../../src/cli/screen/scenario-operator.ts";
import { wire } from "../../src/wiring/wiring.ts";
import type { Bench } from "./bench.ts";
import { boxCf, boxDocker } from "./box-programs.ts";
import { carryBatch } from "./carry-batch.ts";

/** The work on a run, or after it; a batch is a run and those that it has agreed on. */
export type Task = "recovery" | "batch" | "undo" | "cleanup";

export interface Carriage {
  readonly task: Task;
  /** The run that is carried on; absent: a new one begins. */
  readonly run?: string;
  /** The run that a new cleanup is about. */
  readonly after?: string;
  readonly answers: Readonly<Record<string, string>>;
  /** Of the run, when it has not begun. */
  readonly inputs: Readonly<Record<string, string | readonly string[]>>;
  /** Default: the recovery. */
  readonly runbook?: string | undefined;
  readonly acceptLoss?: number;
  /** The target for which all is approved. */
  readonly confirm?: string;
  /** `s3://BUCKET/PREFIX`: the run is leased, and its journal mirrored there. */
  readonly lease?: string;
  /** Nothing of the run is here: its journal comes from the mirror. */
  readonly fromMirror?: boolean;
  /** How far the tool's clock is behind the box's. */
  readonly behindMs?: number;
  readonly observer?: AppendObserver | undefined;
  readonly signal?: AbortSignal;
}

export interface Carried {
  readonly run: string;
  readonly exitCode: number;
  readonly error?: string;
}

/** Does its task. Never throws an error of the run: that is in the result. */
export async function carry(bench: Bench, carriage: Carriage): Promise<Carried> {
  return await (carriage.task === "batch" ? carryBatch(bench, carriage) : new Work(bench, carriage).done());
}

const runbooks = new Map<string, Runbook>();

/** Read and checked once: a matrix carries hundreds of runs of the same one. */
function runbookNamed(name: string): Runbook {
  const known = runbooks.get(name) ?? openRunbook(name);
  runbooks.set(name, known);
  return known;
}

/** A copy on this machine is named by its place. */
const cleanUpOf = (inputs: JsonObject): string => ("place" in inputs ? CLEAN_UP_COPY : CLEAN_UP);

/** A defect is told with the place where it was thrown. */
const sentence = ({ code, message, cause }: RecoverError): string =>
  code === "internal" && cause instanceof Error ? `${code}: ${cause.stack ?? message}` : `${code}: ${message}`;

class Work {
  readonly #secrets = new Secrets();
  readonly #bench: Bench;
  readonly #carriage: Carriage;

  constructor(bench: Bench, carriage: Carriage) {
    this.#bench = bench;
    this.#carriage = carriage;
  }

  async done(): Promise<Carried> {
    installLoopbackGuard();
    const { run = "", observer } = this.#carriage;
    const now = (): Date => this.#wiring.clock.now();
    const at = { path: this.#bench.stateDirectory, secrets: this.#secrets, now };
    const state = new StateDirectory({ ...at, ...optional("observer", observer) });
    try {
      const inputs = this.#inputs(state);
      const open = await this.#open(state);
      const { exitCode, error } = await this.#conduct(open, inputs);
      return { run: open.journal.run, exitCode, ...optional("error", error && sentence(error)) };
    } catch (thrown) {
      if (!(thrown instanceof RecoverError)) throw thrown;
      return { run, exitCode: thrown.exitCode, error: sentence(thrown) };
    }
  }

  get #wiring() {
    const { place, clock } = this.#bench;
    const { behindMs = 0, signal = new AbortController().signal } = this.#carriage;
    const toolClock = {
      now: () => new Date(shown(clock) - behindMs),
      // How much time has passed nobody gets wrong.
      monotonicMs: () => shown(clock),
      sleep: async (ms: number, until?: AbortSignal) => {
        await clock.until(shown(clock) + ms, until);
        until?.throwIfAborted();
      },
    };
    const config = boxConfig(place);
    return { config, env: { ...place.env }, secrets: this.#secrets, clock: toolClock, signal, loopbackOnly: true };
  }

  #inputs(state: StateDirectory): JsonObject {
    const { after, inputs } = this.#carriage;
    if (after === undefined) return inputs;
    const { entries } = state.read(after);
    return leftAside(entries, after) ?? leftCopy(entries, after) ?? {};
  }

  async #open(state: StateDirectory): Promise<OpenRun> {
    const { run, task, fromMirror = false, lease = "" } = this.#carriage;
    if (run === undefined) return state.create();
    if (fromMirror) {
      const wired = await wire({ ...this.#wiring, recorder: NOT_JOURNALED });
      const request = {
        from: lease,
        run,
        takeOver: true,
        state,
        say: () => undefined,
        accept: () => Promise.resolve(),
      };
      try {
        await bring(wired.shared(leaseAt(lease)), request);
      } finally {
        await wired.close();
      }
    }
    return state.open(run, { takeOver: fromMirror, back: task === "undo" });
  }

  async #conduct({ journal, locks, directory }: OpenRun, inputs: JsonObject): Promise<RunResult> {
    const { answers, task, acceptLoss = 0, confirm, lease, fromMirror: takeOver = false, runbook } = this.#carriage;
    const { box, clock, laptop } = this.#bench;
    const { docker, dockerEndpoint: endpoint = "" } = box;
    const wiring = this.#wiring;
    const at = lease === undefined ? undefined : leaseAt(lease);
    const who = { operator: "rehearsal", host: "box", toolVersion: toolVersion(), rehearsal: true };
    return await carryRun(
      {
        ...wiring,
        ...leaseTerms(at, { journal, directory }, { takeOver, now: () => wiring.clock.now() }),
        ...{ journal, locks },
        runCf: boxCf((call) => answerCf(call, () => shown(clock))),
        ...optional("runDocker", docker && boxDocker((call) => docker.call({ ...call, endpoint }))),
        ...optional("placed", laptop && ((own: ScratchDatabases) => placedScratch(own, laptop.temporary))),
        runbook: runbookNamed(task === "cleanup" ? cleanUpOf(inputs) : (runbook ?? "recover-deleted-service")),
        operator: scenarioOperator(answers, undefined),
        flags: { ...DEFAULT_FLAGS, acceptLoss, takeOver, yes: confirm !== undefined, ...optional("confirm", confirm) },
        carrier: at === undefined ? who : { ...who, lease: leaseText(at) },
        sink: () => undefined,
        tell: () => undefined,
        // Connections that are opened beside the work would make no two runs alike.
        warmUp: false,
      },
      (options) => {
        if (task === "undo") return undoRun(options);
        return journal.entries.length === 0 ? runRunbook({ ...options, inputs }) : resumeRun(options);
      },
    );
  }
}
