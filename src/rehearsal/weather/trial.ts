/**
 * One schedule of bad weather: a run that was killed somewhere is resumed in it, and once more when the weather is fine
 * again. What must hold then holds whatever the weather was.
 */
import { join } from "node:path";
import { type Bench, carriedOn, onBench } from "../crash/bench.js";
import type { Carried, Carry } from "../crash/carriage.js";
import type { Recording } from "../crash/recording.js";
import { journalsAt } from "../crash/journals-left.js";
import { writeStateDirectory } from "../crash/snapshot.js";
import { findScenario } from "../scenarios/registry.js";
import type { Scenario } from "../scenarios/scenario.js";
import { worldComplaints } from "../supervisor/checks.js";
import { leakComplaints } from "../supervisor/leaks.js";
import type { Blow } from "./blow.js";
import { strangersTouched } from "./strangers.js";
import { frontsOf } from "./weather.js";

export interface Schedule {
  /** Before this journal append, from 1, the run was killed: 1 is a run that has not begun. */
  readonly append: number;
  /** What strikes calls of the process that resumes it, counted from its start. */
  readonly blows: readonly Blow[];
}

export interface Endured {
  /** How the run ended in bad weather, and after it. */
  readonly first: Carried;
  readonly last: Carried;
  /** Whether it came to its own end at last; otherwise it says why not. */
  readonly reached: boolean;
  /** What does not hold, each as a sentence. */
  readonly broken: readonly string[];
  /** Calls in bad weather, by system. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface Means {
  readonly recording: Recording;
  readonly carry: Carry;
  /** What is wrong with a run's journal; undefined where it is sound. */
  readonly checkJournal: (directory: string) => string | undefined;
}

/** After the weather is fine again: each resume may find one more step that has to be looked at. */
const MOST_RESUMES = 3;
const INTERNAL = 1;
const USAGE = 2;

export async function endure(schedule: Schedule, means: Means): Promise<Endured> {
  const { appends, undisturbed } = means.recording;
  const snapshot = appends[schedule.append - 1];
  const scenario = findScenario(undisturbed.scenario);
  if (snapshot === undefined || scenario === undefined) throw new Error("there is no such snapshot");
  const { state } = snapshot;
  const { files } = undisturbed;
  const calls: Record<string, number> = {};
  const called = (system: string): void => {
    calls[system] = (calls[system] ?? 0) + 1;
  };
  const options = { scenario, state, now: state.world.now, platformLog: files.platformLog, called };
  return await onBench(options, async (bench) => {
    writeStateDirectory(bench.stateDirectory, files, { ...snapshot, journals: journalsAt(files, snapshot.appends) });
    bench.box.weather.turn(frontsOf(schedule.blows));
    const first = await resume(bench, scenario, means);
    bench.box.weather.turn([]);
    const counted = { ...calls };
    let last = first;
    for (let resumes = 0; resumes < MOST_RESUMES && goesOn(last, scenario); resumes += 1)
      last = await resume(bench, scenario, means);
    const reached = last.exitCode === scenario.exitCode;
    return { first, last, reached, broken: judge(bench, { first, last, scenario }, means), calls: counted };
  });
}

function resume(bench: Bench, scenario: Scenario, means: Means): Promise<Carried> {
  const { answers, inputs } = scenario;
  const [{ run }] = means.recording.undisturbed.files.runs;
  const signal = new AbortController().signal;
  return means.carry({ task: "recovery", ...carriedOn(bench), answers, inputs, run, signal });
}

/** A run that ended for good is not resumed. */
const goesOn = ({ exitCode }: Carried, scenario: Scenario): boolean =>
  ![scenario.exitCode, 0, USAGE].includes(exitCode);

interface Came {
  readonly first: Carried;
  readonly last: Carried;
  readonly scenario: Scenario;
}

function judge({ box, stateDirectory }: Bench, { first, last, scenario }: Came, means: Means): readonly string[] {
  const { appends, undisturbed } = means.recording;
  const { watched, files } = undisturbed;
  box.host.world();
  const after = box.state();
  const before = appends[0]?.state ?? after;
  const [{ run }] = files.runs;
  const journal = means.checkJournal(join(stateDirectory, "runs", run));
  const reached = last.exitCode === scenario.exitCode;
  return [
    ...worldComplaints(after.world, watched),
    ...leakComplaints(after, { stateDirectory, run }),
    ...strangersTouched({ before, after, run }),
    ...(journal === undefined ? [] : [journal]),
    ...(reached ? scenario.complaints({ ...after, old: watched.old, exitCode: last.exitCode }) : []),
    ...[first, last].flatMap(unexplained),
  ];
}

/** Every end but the good one has a reason; a defect of ours is none. */
function unexplained({ exitCode, error }: Carried): readonly string[] {
  if (exitCode === 0 || (error !== undefined && exitCode !== INTERNAL)) return [];
  return [`it ended with ${exitCode} for no reason of the foundation: ${error ?? "no error"}`];
}
