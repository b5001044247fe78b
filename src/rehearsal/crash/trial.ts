/** One crash point: the world and the run directory of that instant, a new process over them, and what came of it. */
import { join } from "node:path";
import { EXIT, RecoverError } from "../../errors.js";
import { findScenario } from "../scenarios/registry.js";
import type { Scenario } from "../scenarios/scenario.js";
import { undoneComplaints } from "../scenarios/undone.js";
import { worldComplaints } from "../supervisor/checks.js";
import { leakComplaints } from "../supervisor/leaks.js";
import { type Bench, carriedOn, onBench } from "./bench.js";
import type { AppendHooks, Carried, Carry } from "./carriage.js";
import { type Counts, countsSince, doneTwice } from "./counts.js";
import { differences, essenceOf, etagsOf } from "./essence.js";
import { journalsLeft } from "./journals-left.js";
import { laptopEssence, layOutPhoto } from "./laptop-photo.js";
import type { CrashPoint } from "./point.js";
import { taskOf, type Undisturbed } from "./recording.js";
import { linesOf, runsIn, type Snapshot, writeStateDirectory } from "./snapshot.js";

export interface Trial {
  readonly point: CrashPoint;
  readonly snapshot: Snapshot;
  /** How long nobody resumes, in milliseconds of the box: the foundation goes on meanwhile. */
  readonly away: number;
}

export interface Verdict {
  readonly point: CrashPoint;
  readonly exitCode: number;
  /** What does not hold, each as a sentence. Empty: recovered. */
  readonly complaints: readonly string[];
  /** Milliseconds of this machine. */
  readonly took: number;
}

export interface Means {
  readonly undisturbed: Undisturbed;
  readonly carry: Carry;
  /** What is wrong with a run's journal; undefined where it is sound. */
  readonly checkJournal: (directory: string) => string | undefined;
}

export async function attempt(trial: Trial, means: Means): Promise<Verdict> {
  const { point, snapshot, away } = trial;
  const { undisturbed } = means;
  const scenario = scenarioOf(undisturbed);
  const began = performance.now();
  const { state } = snapshot;
  const now = state.world.now + away;
  const { platformLog } = undisturbed.files;
  try {
    return await onBench({ scenario, state, now, platformLog }, async (bench) => {
      const { files } = undisturbed;
      const journals = journalsLeft(point, snapshot, files);
      // Of a leased one the machine is gone as well.
      if (undisturbed.act !== "leased") writeStateDirectory(bench.stateDirectory, files, { ...snapshot, journals });
      if (snapshot.laptop !== undefined && bench.laptop !== undefined) await layOutPhoto(snapshot.laptop, bench.laptop);
      const stopped =
        point.is === "signal" || point.is === "full-disk"
          ? await resume(trial, means, { bench, ...stopping(point) })
          : undefined;
      // Near the end it is done before anything stops it.
      const carried = stopped?.exitCode === EXIT.done ? stopped : await resume(trial, means, { bench });
      const complaints = judge(trial, means, { bench, carried, scenario });
      return { point, exitCode: carried.exitCode, complaints, took: performance.now() - began };
    });
  } catch (thrown) {
    const why = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return { point, exitCode: 1, complaints: [`it could not be tried: ${why}`], took: performance.now() - began };
  }
}

function scenarioOf({ scenario: name }: Undisturbed): Scenario {
  const scenario = findScenario(name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  return scenario;
}

interface Resuming {
  readonly bench: Bench;
  readonly observer?: AppendHooks;
  readonly signal?: AbortSignal;
}

/** What stops a process in order: a signal that it hears, or a disk that takes only half of a line and then nothing. */
function stopping({ is, own: at }: Extract<CrashPoint, { is: "signal" | "full-disk" }>): Omit<Resuming, "bench"> {
  const controller = new AbortController();
  let own = 0;
  const full = (): never => {
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  };
  const interrupted = new RecoverError("interrupted", "stopped by SIGTERM", { remedy: "Resume." });
  const observer: AppendHooks =
    is === "full-disk"
      ? {
          before: () => ((own += 1) > at ? full() : undefined),
          torn: (_seq, length) => (own === at ? Math.floor(length / 2) : undefined),
          after: () => (own === at ? full() : undefined),
        }
      : { after: () => ((own += 1) === at ? controller.abort(interrupted) : undefined) };
  return { observer, signal: controller.signal };
}

async function resume(
  { point }: Trial,
  { undisturbed, carry }: Means,
  { bench, observer, signal = new AbortController().signal }: Resuming,
): Promise<Carried> {
  const { act, inputs } = undisturbed;
  const { answers, runbook } = scenarioOf(undisturbed);
  const offsetMs = point.is === "clock-back" ? -point.minutes * 60_000 : 0;
  return await carry({
    ...carriedOn(bench, offsetMs),
    ...{ answers, inputs, ...(runbook === undefined ? {} : { runbook }) },
    ...taskOf(act),
    ...(act === "leased" ? { fromMirror: true } : {}),
    run: undisturbed.files.runs[0].run,
    signal,
    ...(observer === undefined ? {} : { observer }),
  });
}

interface Came {
  readonly bench: Bench;
  readonly carried: Carried;
  readonly scenario: Scenario;
}

/** Where the journal itself lost lines, stopping with the evidence is as good as going on; doing anything twice is not. */
function judge(
  { point, snapshot }: Trial,
  { undisturbed, checkJournal }: Means,
  { bench, carried, scenario }: Came,
): string[] {
  bench.box.host.world();
  const state = bench.box.state();
  const { exitCode, error } = carried;
  const { since, watched, files } = undisturbed;
  const counts = countsSince(state, since);
  const twice = doneTwice(undisturbed.counts, counts);
  const { stateDirectory } = bench;
  const runs = runsIn(stateDirectory);
  const broken = runs.flatMap((run) => checkJournal(join(stateDirectory, "runs", run)) ?? []);
  const sound = [
    ...worldComplaints(state.world, watched),
    ...runs.flatMap((run) => leakComplaints(state, { stateDirectory, run })),
    ...twice,
    ...broken,
  ];
  const closing = { ...state, old: watched.old, exitCode };
  if (point.is === "lost-block" && STOPPED_WITH_EVIDENCE.has(exitCode)) return sound;
  if (undisturbed.act === "leased" && NOT_MIRRORED.test(error ?? "")) return withoutEffect(counts);
  // The last line may have been mirrored already, or not.
  const isOver = snapshot.appends === linesOf(files).length && undisturbed.exitCode === 0;
  if (undisturbed.act === "leased" && isOver && exitCode === EXIT.usage) return [...twice];
  if (hasEnded(point, undisturbed))
    return exitCode === EXIT.usage ? sound : [...sound, `an ended run went on (${exitCode})`];
  if (exitCode !== undisturbed.exitCode) return [...sound, `it ended with ${exitCode}: ${error ?? "no error"}`];
  const after = [
    ...(undisturbed.act === "undo" ? undoneComplaints(closing, scenario) : scenario.complaints(closing)),
    ...differences(undisturbed.essence, [...essenceOf(state, etagsOf(watched)), ...machineOf(bench)]),
  ];
  return [...sound, ...after.filter((each) => point.is !== "lost-block" || !LOST_WITH_ITS_LINE.test(each)).slice(0, 6)];
}

const machineOf = ({ laptop }: Bench): readonly string[] =>
  laptop === undefined ? [] : laptopEssence(laptop.temporary);

/** Nothing of the run, or no line that the lease names, was in the shared place yet. */
const NOT_MIRRORED = /^(run-not-found|journal-broken): /;

function withoutEffect(counts: Counts): string[] {
  const effects = doneTwice({}, counts);
  return effects.map((each) => `a run that nobody elsewhere can find has changed something: ${each}`);
}

/** An ephemeral user whose line is lost is known to nobody any more. */
const LOST_WITH_ITS_LINE = /^the ephemeral user |\/users = /;

/** After the last line of a run that came to its good end there is nothing to resume: it is refused. */
function hasEnded(point: CrashPoint, { act, files, exitCode }: Undisturbed): boolean {
  // A batch is looked at once more, and found done.
  if (act === "batch") return false;
  const isWhole = (point.is === "append" && point.when === "after") || point.is === "clock-back";
  return isWhole && point.append === linesOf(files).length && exitCode === 0;
}

/** A question, a doubt, a guard. */
const STOPPED_WITH_EVIDENCE: ReadonlySet<number> = new Set([13, 14, 16]);
