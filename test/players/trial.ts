/** One crash point: the world and the run directory of that instant, a new process over them, and the outcome. */
import { join } from "node:path";
import { EXIT, RecoverError } from "../../src/errors.ts";
import { undoneComplaints } from "../../src/rehearsal/scenarios/undone.ts";
import { worldComplaints } from "../../src/rehearsal/supervisor/checks.ts";
import { leakComplaints } from "../../src/rehearsal/supervisor/leaks.ts";
import type { AppendObserver } from "../../src/engine/journal/file-journal.ts";
import { verifyJournal } from "../../src/engine/journal/verification.ts";
import { type Bench, onBench } from "./bench.ts";
import { type Carried, carry } from "./carry.ts";
import { type Counts, countsSince, doneTwice } from "./counts.ts";
import { differences, essenceOf, etagsOf } from "./essence.ts";
import { journalsLeft } from "./journals-left.ts";
import { laptopEssence, layOutPhoto } from "./laptop-photo.ts";
import type { CrashPoint } from "./point.ts";
import { taskOf, type Undisturbed } from "./recording.ts";
import { linesOf, runsIn, type Snapshot, writeStateDirectory } from "./snapshot.ts";

export interface Trial {
  readonly point: CrashPoint;
  readonly snapshot: Snapshot;
  /** How long nobody resumes, in milliseconds of the box: the foundation goes on meanwhile. */
  readonly away: number;
}

export interface Verdict {
  readonly point: CrashPoint;
  readonly exitCode: number;
  /** Faults, each as a sentence. Empty: recovered. */
  readonly complaints: readonly string[];
}

export async function attempt(trial: Trial, undisturbed: Undisturbed): Promise<Verdict> {
  const { point, snapshot, away } = trial;
  const { scenario, act, files } = undisturbed;
  const { state } = snapshot;
  const now = state.world.now + away;
  try {
    return await onBench({ scenario, state, now, platformLog: files.platformLog }, async (bench) => {
      const journals = journalsLeft(point, snapshot, files);
      // Of a leased one the machine is gone as well.
      if (act !== "leased") writeStateDirectory(bench.stateDirectory, files, { ...snapshot, journals });
      if (snapshot.laptop !== undefined && bench.laptop !== undefined) await layOutPhoto(snapshot.laptop, bench.laptop);
      const stopped =
        point.is === "signal" || point.is === "full-disk"
          ? await resume(trial, undisturbed, { bench, ...stopping(point) })
          : undefined;
      // Near the end it is done before anything stops it.
      const carried = stopped?.exitCode === EXIT.done ? stopped : await resume(trial, undisturbed, { bench });
      return { point, exitCode: carried.exitCode, complaints: judge(trial, undisturbed, { bench, carried }) };
    });
  } catch (thrown) {
    const why = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return { point, exitCode: 1, complaints: [`it could not be tried: ${why}`] };
  }
}

interface Resuming {
  readonly bench: Bench;
  readonly observer?: AppendObserver;
  readonly signal?: AbortSignal;
}

/**
 * Stops a process in order: by a signal that it hears, or by a disk that takes only half of a line and then nothing.
 */
function stopping({ is, own: at }: Extract<CrashPoint, { is: "signal" | "full-disk" }>): Omit<Resuming, "bench"> {
  const controller = new AbortController();
  let own = 0;
  const full = (): never => {
    throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  };
  const interrupted = new RecoverError("interrupted", "stopped by SIGTERM", { remedy: "Resume." });
  const observer: AppendObserver =
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
  { act, inputs, scenario: { answers, runbook }, files }: Undisturbed,
  { bench, ...stopped }: Resuming,
): Promise<Carried> {
  const behindMs = point.is === "clock-back" ? point.minutes * 60_000 : 0;
  const [{ run }] = files.runs;
  const what = { ...taskOf(act), fromMirror: act === "leased", run, inputs, answers, runbook, behindMs };
  return await carry(bench, { ...what, ...stopped });
}

interface Came {
  readonly bench: Bench;
  readonly carried: Carried;
}

/** The faults of the journal in a run's directory. */
export function brokenJournal(directory: string): readonly string[] {
  const { ok, error } = verifyJournal(directory);
  return ok ? [] : [`the journal is not sound: ${error?.message ?? ""}`];
}

/**
 * When the journal itself lost lines, stopping with the evidence is as good as going on; doing anything twice is not.
 */
function judge({ point, snapshot }: Trial, undisturbed: Undisturbed, { bench, carried }: Came): string[] {
  bench.box.host.world();
  const state = bench.box.state();
  const { exitCode, error } = carried;
  const { scenario, since, watched, files } = undisturbed;
  const counts = countsSince(state, since);
  const twice = doneTwice(undisturbed.counts, counts);
  const { stateDirectory } = bench;
  const runs = runsIn(stateDirectory);
  const broken = runs.flatMap((run) => brokenJournal(join(stateDirectory, "runs", run)));
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
