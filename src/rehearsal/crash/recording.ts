/** One undisturbed run, and a snapshot at every place where a kill could have met it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Scenario } from "../scenarios/scenario.js";
import { inventory, type Watched } from "../supervisor/checks.js";
import { firstState } from "../supervisor/first-state.js";
import { toolClock, onBench } from "./bench.js";
import type { Carry } from "./carriage.js";
import { type Counts, countsSince } from "./counts.js";
import { type Essence, essenceOf, etagsOf } from "./essence.js";
import { readRunFiles, type RunFiles, type Snapshot, snapshotOf } from "./snapshot.js";

/** What every later world is held against. */
export interface Undisturbed {
  readonly scenario: string;
  readonly exitCode: number;
  readonly essence: Essence;
  readonly counts: Counts;
  readonly watched: Watched;
  /** World time at which the tool was started. */
  readonly since: number;
  readonly files: RunFiles;
}

export interface Change {
  readonly what: string;
  readonly snapshot: Snapshot;
}

export interface Recording {
  readonly undisturbed: Undisturbed;
  /** Before append N, at N - 1. */
  readonly appends: readonly Snapshot[];
  /** Right after change K, at K - 1. */
  readonly changes: readonly Change[];
}

export interface RecordOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly acceptLoss?: number;
}

export async function record({ scenario, seed, acceptLoss }: RecordOptions, carry: Carry): Promise<Recording> {
  const now = Date.now();
  const opening = scenario.open({ seed, now });
  const appends: Snapshot[] = [];
  const changes: Change[] = [];
  let take: ((what: string) => void) | undefined;
  const state = firstState(scenario, opening);
  const options = { scenario, state, now, platformLog: "", changed: (what: string) => take?.(what) };
  return await onBench(options, async ({ box, place, clock, stateDirectory }) => {
    await scenario.before?.({ box, old: opening.old, cf: { program: place.cf, env: place.env }, say: () => undefined });
    const world = box.host.world();
    const watched = {
      before: inventory(world, opening.old),
      requestsBefore: world.store.requests.length,
      old: opening.old,
    };
    const platformLog = readFileSync(join(place.directory, "platform.log"), "utf8");
    let appended = 0;
    let run = "";
    const snapshot = (): Snapshot => snapshotOf(box.state(), stateDirectory, { run, appends: appended });
    // The far side has answered by then, and the answer is not read yet.
    take = (what) => setImmediate(() => changes.push({ what, snapshot: snapshot() }));
    const observer = {
      before: (): void => {
        run ||= readdirSync(join(stateDirectory, "runs"))[0] ?? "";
        appends.push(snapshot());
      },
      after: (seq: number): void => {
        appended = seq;
      },
    };
    const carried = await carry({
      place,
      stateDirectory,
      clock: toolClock(clock),
      answers: scenario.answers,
      inputs: scenario.inputs,
      observer,
      signal: new AbortController().signal,
      ...(acceptLoss === undefined ? {} : { acceptLoss }),
    });
    take = undefined;
    box.host.world();
    const { exitCode } = carried;
    const ended = box.state();
    const since = world.now;
    const undisturbed: Undisturbed = {
      ...{ scenario: scenario.name, exitCode, watched, since },
      essence: essenceOf(ended, etagsOf(watched)),
      counts: countsSince(ended, since),
      files: readRunFiles(stateDirectory, carried.run, platformLog),
    };
    return { undisturbed, appends, changes };
  });
}
