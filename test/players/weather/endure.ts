/**
 * One schedule of bad weather: a run that was killed somewhere is resumed in it, and once more when the weather is fine
 * again. The final checks are the same for every weather.
 */
import { join } from "node:path";
import { type Bench, onBench } from "../bench.ts";
import { type Carried, carry } from "../carry.ts";
import type { Recording } from "../recording.ts";
import { journalsAt } from "../journals-left.ts";
import { writeStateDirectory } from "../snapshot.ts";
import { brokenJournal } from "../trial.ts";
import type { Scenario } from "../../../src/rehearsal/scenarios/scenario.ts";
import { worldComplaints } from "../../../src/rehearsal/supervisor/checks.ts";
import { leakComplaints } from "../../../src/rehearsal/supervisor/leaks.ts";
import type { Blow } from "./blow.ts";
import { strangersTouched } from "./strangers.ts";
import { Weather } from "./weather.ts";

export interface Schedule {
  /** Before this journal append, from 1, the run was killed: 1 is a run that has not begun. */
  readonly append: number;
  /** The blows at calls of the process that resumes it, counted from its start. */
  readonly blows: readonly Blow[];
}

export interface Endured {
  /** How the run ended in bad weather, and after it. */
  readonly first: Carried;
  readonly last: Carried;
  /** Whether it came to its own end at last; otherwise it says why not. */
  readonly reached: boolean;
  /** Faults, each as a sentence. */
  readonly broken: readonly string[];
}

/** After the weather is fine again: each resume may find one more step that has to be looked at. */
const MOST_RESUMES = 3;
const INTERNAL = 1;
const USAGE = 2;

export async function endure(schedule: Schedule, recording: Recording): Promise<Endured> {
  const { scenario, files } = recording.undisturbed;
  const snapshot = recording.appends[schedule.append - 1];
  if (snapshot === undefined) throw new Error("there is no such snapshot");
  const { state } = snapshot;
  const weather = new Weather(schedule.blows);
  const options = { scenario, state, now: state.world.now, platformLog: files.platformLog, trouble: weather.over };
  return await onBench(options, async (bench) => {
    writeStateDirectory(bench.stateDirectory, files, { ...snapshot, journals: journalsAt(files, snapshot.appends) });
    const first = await resume(bench, recording);
    weather.turn([]);
    let last = first;
    for (let resumes = 0; resumes < MOST_RESUMES && goesOn(last, scenario); resumes += 1)
      last = await resume(bench, recording);
    const reached = last.exitCode === scenario.exitCode;
    return { first, last, reached, broken: judge(bench, recording, { first, last, reached }) };
  });
}

function resume(bench: Bench, { undisturbed: { scenario, files } }: Recording): Promise<Carried> {
  const { answers, inputs } = scenario;
  return carry(bench, { task: "recovery", answers, inputs, run: files.runs[0].run });
}

/** A run that ended for good is not resumed. */
const goesOn = ({ exitCode }: Carried, scenario: Scenario): boolean =>
  ![scenario.exitCode, 0, USAGE].includes(exitCode);

function judge(
  { box, stateDirectory }: Bench,
  { appends, undisturbed: { watched, files, scenario } }: Recording,
  { first, last, reached }: Omit<Endured, "broken">,
): readonly string[] {
  box.host.world();
  const after = box.state();
  const before = appends[0]?.state ?? after;
  const [{ run }] = files.runs;
  return [
    ...worldComplaints(after.world, watched),
    ...leakComplaints(after, { stateDirectory, run }),
    ...strangersTouched({ before, after, run }),
    ...brokenJournal(join(stateDirectory, "runs", run)),
    ...(reached ? scenario.complaints({ ...after, old: watched.old, exitCode: last.exitCode }) : []),
    ...[first, last].flatMap(unexplained),
  ];
}

/** Every end but the good one has a reason; a defect of ours is none. */
function unexplained({ exitCode, error }: Carried): readonly string[] {
  if (exitCode === 0 || (error !== undefined && exitCode !== INTERNAL)) return [];
  return [`it ended with ${exitCode} for no reason of the foundation: ${error ?? "no error"}`];
}
