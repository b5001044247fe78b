/** One undisturbed run, and a snapshot at every place where a kill could have met it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "../box/box.js";
import type { BoxState } from "../box/box-state.js";
import type { Scenario } from "../scenarios/scenario.js";
import { inventory, type Watched } from "../supervisor/checks.js";
import { firstState } from "../supervisor/first-state.js";
import { type Bench, onBench, toolClock } from "./bench.js";
import type { AppendHooks, Carried, Carry } from "./carriage.js";
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

export async function record(options: RecordOptions, carry: Carry): Promise<Recording> {
  const { scenario, seed } = options;
  const now = Date.now();
  const opening = scenario.open({ seed, now });
  const state = firstState(scenario, opening);
  let camera: Camera | undefined;
  const changed = (what: string): void => camera?.changed(what);
  return await onBench({ scenario, state, now, platformLog: "", changed }, async (bench) => {
    const { box, place, stateDirectory } = bench;
    const { old } = opening;
    await scenario.before?.({ box, old, cf: { program: place.cf, env: place.env }, say: () => undefined });
    const world = box.host.world();
    const before = inventory(world, old);
    const watched = { before, requestsBefore: world.store.requests.length, old };
    const platformLog = readFileSync(join(place.directory, "platform.log"), "utf8");
    camera = new Camera(box, stateDirectory);
    const { run, exitCode } = await carryUndisturbed(bench, options, { carry, observer: camera.observer });
    const { appends, changes } = camera;
    camera = undefined;
    box.host.world();
    const files = readRunFiles(stateDirectory, run, platformLog);
    const undisturbed = { exitCode, files, ...compared(box.state(), { scenario, watched, since: world.now }) };
    return { undisturbed, appends, changes };
  });
}

/** Takes a snapshot before every append and right after every change. */
class Camera {
  readonly appends: Snapshot[] = [];
  readonly changes: Change[] = [];
  readonly observer: AppendHooks;
  readonly #box: Box;
  readonly #stateDirectory: string;
  #appended = 0;
  #run = "";

  constructor(box: Box, stateDirectory: string) {
    this.#box = box;
    this.#stateDirectory = stateDirectory;
    this.observer = {
      before: () => {
        this.#run ||= readdirSync(join(stateDirectory, "runs"))[0] ?? "";
        this.appends.push(this.#snapshot());
      },
      after: (seq) => {
        this.#appended = seq;
      },
    };
  }

  /** A moment later: the far side has answered by then, and the answer is not read yet. */
  changed(what: string): void {
    setImmediate(() => this.changes.push({ what, snapshot: this.#snapshot() }));
  }

  #snapshot(): Snapshot {
    return snapshotOf(this.#box.state(), this.#stateDirectory, { run: this.#run, appends: this.#appended });
  }
}

function carryUndisturbed(
  { place, stateDirectory, clock }: Bench,
  { scenario, acceptLoss }: RecordOptions,
  { carry, observer }: { readonly carry: Carry; readonly observer: AppendHooks },
): Promise<Carried> {
  const { answers, inputs, runbook } = scenario;
  const loss = acceptLoss === undefined ? {} : { acceptLoss };
  const signal = new AbortController().signal;
  const what = { answers, inputs, ...(runbook === undefined ? {} : { runbook }), ...loss };
  return carry({ place, stateDirectory, clock: toolClock(clock), ...what, observer, signal });
}

function compared(
  state: BoxState,
  { scenario, watched, since }: { readonly scenario: Scenario; readonly watched: Watched; readonly since: number },
): Omit<Undisturbed, "exitCode" | "files"> {
  const essence = essenceOf(state, etagsOf(watched));
  return { scenario: scenario.name, watched, since, essence, counts: countsSince(state, since) };
}
