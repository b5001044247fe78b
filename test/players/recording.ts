/** One undisturbed run, and a snapshot at every place where a kill could have met it. */
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Box } from "../../src/rehearsal/box/box.ts";
import { shown } from "../../src/rehearsal/box/clock.ts";
import type { BoxState } from "../../src/rehearsal/box/box-state.ts";
import type { Scenario } from "../../src/rehearsal/scenarios/scenario.ts";
import { inventory, type Watched } from "../../src/rehearsal/supervisor/checks.ts";
import { firstState } from "../../src/rehearsal/supervisor/first-state.ts";
import type { AppendObserver } from "../../src/engine/journal/file-journal.ts";
import { type Bench, onBench, scratch } from "./bench.ts";
import { type Carriage, type Carried, carry, type Task } from "./carry.ts";
import { type Counts, countsSince } from "./counts.ts";
import { type Essence, essenceOf, etagsOf } from "./essence.ts";
import { LaptopAlbum, laptopEssence } from "./laptop-photo.ts";
import { LEASE } from "./lease.ts";
import { linesOf, readRunFiles, type RunFiles, runsIn, type Snapshot, snapshotOf } from "./snapshot.ts";

/** The record that every later world is compared with. */
export interface Undisturbed {
  readonly scenario: Scenario;
  readonly act: Act;
  /** Of the run, if it has not begun. */
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
  /**
   * Directory with the photographs of the rehearser's machine, if there are any: the caller who asked for them removes
   * it.
   */
  readonly album?: string;
}

/**
 * The act that is recorded, and killed at every place: a recovery, that of a whole batch, the undo of one, the cleanup
 * after one, or a leased recovery, whose machine is gone for good and which goes on from its mirror.
 */
export type Act = Task | "leased";

export interface RecordOptions {
  readonly scenario: Scenario;
  readonly seed?: number;
  /** Default: a recovery. */
  readonly act?: Act;
}

/** Between a recovery and the act after it: nothing of the one is counted to the other. Milliseconds of the box. */
const PAUSE_MS = 60_000;

export async function record(options: RecordOptions): Promise<Recording> {
  const { scenario, seed = 1, act = "recovery" } = options;
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
    const first = await prologue(bench, options);
    const since = box.host.world().now;
    const undone = act === "undo" ? first : undefined;
    const others = runsIn(stateDirectory).filter((each) => each !== undone);
    const album = bench.laptop === undefined ? undefined : mkdtempSync(join(scratch(), "dingo-recover-album-"));
    const photos =
      album === undefined || bench.laptop === undefined ? undefined : new LaptopAlbum(bench.laptop.temporary, album);
    camera = new Camera({ box, stateDirectory, others, photos });
    const { observer } = camera;
    const which = first === undefined ? {} : act === "undo" ? { run: first } : { after: first };
    const { run, exitCode } = await carryUndisturbed(bench, scenario, { ...taskOf(act), observer, ...which });
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

/** The recovery that is undone, or cleaned up after; undefined if it is what is recorded. */
async function prologue(bench: Bench, { act = "recovery", scenario }: RecordOptions): Promise<string | undefined> {
  if (act === "recovery" || act === "leased" || act === "batch") return undefined;
  const { run, exitCode, error } = await carryUndisturbed(bench, scenario, taskOf("recovery"));
  if (exitCode !== scenario.exitCode) throw new Error(`the recovery before it ended with ${exitCode}: ${error ?? ""}`);
  await bench.clock.until(shown(bench.clock) + PAUSE_MS);
  return run;
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
  readonly observer: AppendObserver;
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
  { answers, inputs, runbook }: Scenario,
  what: Pick<Carriage, "task" | "lease" | "observer" | "run" | "after">,
): Promise<Carried> {
  return carry(bench, { answers, inputs, runbook, ...what });
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
  return { scenario, act, inputs, watched, since, essence, counts: countsSince(state, since) };
}

function begunWith(files: RunFiles): Readonly<Record<string, string>> {
  return (JSON.parse(linesOf(files)[0] ?? "{}") as { inputs?: Record<string, string> }).inputs ?? {};
}
