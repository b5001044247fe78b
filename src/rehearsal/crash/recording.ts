/** One undisturbed run, and a snapshot at every place where a kill could have met it. */
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "../box/box.js";
import { shown } from "../box/clock.js";
import type { BoxState } from "../box/box-state.js";
import type { Scenario } from "../scenarios/scenario.js";
import { inventory, type Watched } from "../supervisor/checks.js";
import { firstState } from "../supervisor/first-state.js";
import { type Bench, carriedOn, onBench, scratch } from "./bench.js";
import type { AppendHooks, Carried, Carry, Task } from "./carriage.js";
import { type Counts, countsSince } from "./counts.js";
import { type Essence, essenceOf, etagsOf } from "./essence.js";
import { LaptopAlbum, laptopEssence } from "./laptop-photo.js";
import { LEASE } from "./lease-place.js";
import { linesOf, readRunFiles, type RunFiles, runsIn, type Snapshot, snapshotOf } from "./snapshot.js";

/** What every later world is held against. */
export interface Undisturbed {
  readonly scenario: string;
  readonly act: Act;
  /** Of the run, where it has not begun. */
  readonly inputs: Readonly<Record<string, string>>;
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
  /** Lines of the run's journal that were there before: of an undo. */
  readonly from: number;
  /** Before append N, at N - 1 - from. */
  readonly appends: readonly Snapshot[];
  /** Right after change K, at K - 1. */
  readonly changes: readonly Change[];
  /** Directory with the photographs of the rehearser's machine, where there are any: whoever asked for them removes it. */
  readonly album?: string;
}

/**
 * What is recorded, and killed at every place: a recovery, that of a whole batch, the undo of one, the cleanup after one,
 * or a recovery that is leased, whose machine is gone for good and which goes on from its mirror.
 */
export type Act = Task | "leased";

export interface RecordOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  /** A recovery where nothing is said. */
  readonly act?: Act;
  readonly acceptLoss?: number;
}

/** Between a recovery and what follows it: nothing of the one is counted to the other. Milliseconds of the box. */
const PAUSE_MS = 60_000;

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
    const before = inventory(box.host.world(), old);
    const watched = { before, requestsBefore: box.host.world().store.requests.length, old };
    const platformLog = readFileSync(join(place.directory, "platform.log"), "utf8");
    const first = await prologue(bench, options, carry);
    const since = box.host.world().now;
    const undone = options.act === "undo" ? first : undefined;
    const others = runsIn(stateDirectory).filter((each) => each !== undone);
    const album = bench.laptop === undefined ? undefined : mkdtempSync(join(scratch(), "dingo-recover-album-"));
    const photos =
      album === undefined || bench.laptop === undefined ? undefined : new LaptopAlbum(bench.laptop.temporary, album);
    camera = new Camera({ box, stateDirectory, others, photos });
    const { observer } = camera;
    const { run, exitCode } = await carryUndisturbed(bench, options, { carry, observer, ...theRun(options, first) });
    const { from, appends, changes } = camera;
    camera = undefined;
    box.host.world();
    const members = runsIn(stateDirectory).filter((each) => each !== run && !others.includes(each));
    const files = readRunFiles(stateDirectory, [run, ...members], platformLog);
    const machine = bench.laptop === undefined ? [] : laptopEssence(bench.laptop.temporary);
    const undisturbed = { exitCode, files, ...compared(box.state(), options, { watched, since, files, machine }) };
    return { undisturbed, from, appends, changes, ...(album === undefined ? {} : { album }) };
  });
}

/** The recovery that is undone, or cleaned up after; undefined where it is what is recorded. */
async function prologue(bench: Bench, options: RecordOptions, carry: Carry): Promise<string | undefined> {
  const { act = "recovery", scenario } = options;
  if (act === "recovery" || act === "leased" || act === "batch") return undefined;
  const { run, exitCode, error } = await carryUndisturbed(bench, { ...options, act: "recovery" }, { carry });
  if (exitCode !== scenario.exitCode) throw new Error(`the recovery before it ended with ${exitCode}: ${error ?? ""}`);
  await bench.clock.until(shown(bench.clock) + PAUSE_MS);
  return run;
}

function theRun({ act }: RecordOptions, first: string | undefined): { readonly run?: string; readonly after?: string } {
  if (first === undefined) return {};
  return act === "undo" ? { run: first } : { after: first };
}

interface CameraOptions {
  readonly box: Box;
  readonly stateDirectory: string;
  /** Runs that were there before, and are no part of it. */
  readonly others: readonly string[];
  readonly photos: LaptopAlbum | undefined;
}

/** Takes a snapshot before every append and right after every change. */
class Camera {
  readonly appends: Snapshot[] = [];
  readonly changes: Change[] = [];
  readonly observer: AppendHooks;
  readonly #box: Box;
  readonly #stateDirectory: string;
  readonly #others: readonly string[];
  readonly #photos: LaptopAlbum | undefined;
  #appended = 0;
  #from: number | undefined;

  constructor({ box, stateDirectory, others, photos }: CameraOptions) {
    this.#box = box;
    this.#stateDirectory = stateDirectory;
    this.#others = others;
    this.#photos = photos;
    this.observer = {
      before: (seq) => {
        this.#from ??= seq - 1;
        this.appends.push(this.#snapshot());
      },
      after: () => {
        this.#appended += 1;
      },
    };
  }

  /** How many lines the journal had before. */
  get from(): number {
    return this.#from ?? 0;
  }

  /** A moment later: the far side has answered by then, and the answer is not read yet. */
  changed(what: string): void {
    setImmediate(() => this.changes.push({ what, snapshot: this.#snapshot() }));
  }

  #snapshot(): Snapshot {
    const runs = runsIn(this.#stateDirectory).filter((each) => !this.#others.includes(each));
    const at = { runs, appends: this.from + this.#appended };
    const snapshot = snapshotOf(this.#box.state(), this.#stateDirectory, at);
    return this.#photos === undefined ? snapshot : { ...snapshot, laptop: this.#photos.take() };
  }
}

function carryUndisturbed(
  bench: Bench,
  { scenario, acceptLoss, act = "recovery" }: RecordOptions,
  {
    carry,
    ...which
  }: { readonly carry: Carry; readonly observer?: AppendHooks; readonly run?: string; readonly after?: string },
): Promise<Carried> {
  const { answers, inputs, runbook } = scenario;
  const signal = new AbortController().signal;
  const at = { ...carriedOn(bench), answers, inputs, signal };
  const given = { ...(runbook === undefined ? {} : { runbook }), ...(acceptLoss === undefined ? {} : { acceptLoss }) };
  const what = { ...taskOf(act), ...given };
  return carry({ ...at, ...what, ...which });
}

/** How the program is told to do it. */
export function taskOf(act: Act): { readonly task: Task; readonly lease?: string } {
  return act === "leased" ? { task: "recovery", lease: LEASE } : { task: act };
}

interface Afterwards {
  readonly watched: Watched;
  readonly since: number;
  readonly files: RunFiles;
  readonly machine: readonly string[];
}

function compared(
  state: BoxState,
  { scenario, act = "recovery" }: RecordOptions,
  { watched, since, files, machine }: Afterwards,
): Omit<Undisturbed, "exitCode" | "files"> {
  const essence = [...essenceOf(state, etagsOf(watched)), ...machine].sort();
  const inputs = act === "cleanup" ? begunWith(files) : scenario.inputs;
  return { scenario: scenario.name, act, inputs, watched, since, essence, counts: countsSince(state, since) };
}

function begunWith(files: RunFiles): Readonly<Record<string, string>> {
  return (JSON.parse(linesOf(files)[0] ?? "{}") as { inputs?: Record<string, string> }).inputs ?? {};
}
