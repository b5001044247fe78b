/** One schedule of bad weather: a whole run in it, resumed in fine weather, and what came of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BoxState } from "../box/box-state.js";
import { onBench, toolClock } from "../crash/bench.js";
import type { Carried, Carry } from "../crash/carriage.js";
import { findScenario } from "../scenarios/registry.js";
import type { Scenario } from "../scenarios/scenario.js";
import { inventory, worldComplaints, type Watched } from "../supervisor/checks.js";
import { firstState } from "../supervisor/first-state.js";
import type { Blow } from "./blow.js";
import { strangersTouched } from "./strangers.js";
import { frontsOf } from "./weather.js";

/** The foundation at the moment when the tool is started. */
export interface Ground {
  readonly scenario: Scenario;
  readonly state: BoxState;
  readonly platformLog: string;
  readonly watched: Watched;
}

export interface Endured {
  /** How the run ended in bad weather, and after it. */
  readonly first: Carried;
  readonly last: Carried;
  /** What does not hold, each as a sentence. */
  readonly broken: readonly string[];
  /** Calls by system: of the run in bad weather alone. */
  readonly calls: Readonly<Record<string, number>>;
  /** Milliseconds of this machine. */
  readonly took: number;
}

export interface Means {
  readonly carry: Carry;
  /** What is wrong with a run's journal; undefined where it is sound. */
  readonly checkJournal: (directory: string) => string | undefined;
}

/** After the weather is fine again: each resume may find one more step that has to be looked at. */
const MOST_RESUMES = 3;

export async function layGround(name: string, seed: number): Promise<Ground> {
  const scenario = findScenario(name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  const now = Date.now();
  const opening = scenario.open({ seed, now });
  const { old } = opening;
  return await onBench({ scenario, state: firstState(scenario, opening), now, platformLog: "" }, async (bench) => {
    const { box, place } = bench;
    await scenario.before?.({ box, old, cf: { program: place.cf, env: place.env }, say: () => undefined });
    const world = box.host.world();
    const watched = { before: inventory(world, old), requestsBefore: world.store.requests.length, old };
    return {
      scenario,
      state: box.state(),
      watched,
      platformLog: readFileSync(join(place.directory, "platform.log"), "utf8"),
    };
  });
}

export async function endure(ground: Ground, blows: readonly Blow[], { carry, checkJournal }: Means): Promise<Endured> {
  const { scenario, state, platformLog, watched } = ground;
  const began = performance.now();
  const calls: Record<string, number> = {};
  const called = (system: string): void => {
    calls[system] = (calls[system] ?? 0) + 1;
  };
  return await onBench({ scenario, state, now: state.world.now, platformLog, called }, async (bench) => {
    const { box, place, stateDirectory, clock } = bench;
    const { answers, inputs } = scenario;
    const common = { place, stateDirectory, answers, inputs, clock: toolClock(clock) };
    const signal = new AbortController().signal;
    box.weather.turn(frontsOf(blows));
    const first = await carry({ ...common, signal });
    box.weather.turn([]);
    const counted = { ...calls };
    let last = first;
    for (let resumes = 0; resumes < MOST_RESUMES && goesOn(last, scenario); resumes += 1)
      last = await carry({ ...common, signal, run: first.run });
    box.host.world();
    const after = box.state();
    const journal = first.run === "" ? undefined : checkJournal(join(stateDirectory, "runs", first.run));
    const reached = last.exitCode === scenario.exitCode;
    const broken = [
      ...worldComplaints(after.world, watched),
      ...strangersTouched({ before: state, after, run: first.run }),
      ...(journal === undefined ? [] : [journal]),
      ...(reached ? scenario.complaints({ ...after, old: watched.old, exitCode: last.exitCode }) : unexplained(last)),
      ...unexplained(first),
    ];
    return { first, last, broken, calls: counted, took: performance.now() - began };
  });
}

/** A run that ended as it should, or for good, is not resumed. */
function goesOn({ run, exitCode }: Carried, scenario: Scenario): boolean {
  return run !== "" && exitCode !== scenario.exitCode && exitCode !== 0 && exitCode !== USAGE;
}

const USAGE = 2;

/** Every end but the good one has a reason; a defect of ours is none. */
function unexplained({ exitCode, error }: Carried): readonly string[] {
  if (exitCode === 0 || (error !== undefined && exitCode !== 1)) return [];
  return [`it ended with ${exitCode} for no reason of the foundation: ${error ?? "no error"}`];
}
