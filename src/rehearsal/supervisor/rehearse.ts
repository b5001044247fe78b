/**
 * Hosts a box, starts the ordinary program in it, kills and resumes it if the scenario says so, and looks at the
 * foundation afterwards.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BoxFiles } from "../box/box-state.ts";
import { clockFrom } from "../box/clock.ts";
import { EXIT } from "../../errors.ts";
import { findScenario } from "../scenarios/registry.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { hasEntry, lastWritten } from "../scenarios/told.ts";
import { inventory } from "./checks.ts";
import { type Ended, type Moment, runChild } from "./child.ts";
import { firstState } from "./first-state.ts";
import { conclude, inBox, isStoppedByHand, type RehearsalResult, type Sitting, type Standing, tidyUp } from "./play.ts";
import { findRehearsal, noteIn, type RehearsalRecord, rehearsalsIn, runsOf, saveRecord } from "./record.ts";

export type { RehearsalResult } from "./play.ts";

export interface RehearseOptions extends Sitting {
  readonly scenario: Scenario;
  /** Undoes the run afterwards, also if the tool was killed: then nobody resumes it before. */
  readonly undo?: boolean;
  /** Deletes for good the objects and directories that lie aside afterwards. */
  readonly cleanup?: boolean;
}

/** For the occasional faults of a foundation: every rehearsal of a scenario is the same. */
const SEED = 1;

/** Milliseconds between two looks for the run that the tool begins. */
const LOOK_MS = 100;

export async function rehearse(options: RehearseOptions): Promise<RehearsalResult> {
  const { scenario } = options;
  const directory = makeDirectory(options);
  const real = options.realDatabase === undefined ? undefined : scenario.real;
  const clock = clockFrom(real?.beginsAt ?? scenario.beginsAt?.(Date.now()) ?? Date.now(), options.pace);
  const opening = real?.open({ seed: SEED }) ?? scenario.open({ seed: SEED, now: clock.epochMs });
  const { old } = opening;
  const result = await inBox(
    options,
    { directory, clock, scenario, state: firstState(scenario, opening) },
    async (standing) => {
      const { box } = standing;
      const world = box.host.world();
      const watched = { before: inventory(world, old), requestsBefore: world.store.requests.length, old };
      const record = { version: 1, scenario: scenario.name, watched, since: world.now } as const;
      return await play(
        options,
        standing,
        real === undefined ? record : { ...record, real: { given: options.realDatabase?.given ?? "" } },
      );
    },
  );
  tidyUp(result);
  return result;
}

/** Goes on with a rehearsal of another process: in the same box, where it was left. Undefined if the box is gone. */
export async function resumeRehearsal(
  options: Sitting & { readonly run: string; readonly command?: "resume" | "undo" },
): Promise<RehearsalResult | undefined> {
  const found = findRehearsal(options.stateDirectory, options.run);
  const scenario = found === undefined ? undefined : findScenario(found.record.scenario);
  if (found === undefined || scenario === undefined) return undefined;
  const { directory, record } = found;
  const state = new BoxFiles(directory).load();
  // No time has passed in a box that did not stand, but the tool may have written behind the last change of its world.
  const written = runsOf(directory).map((run) => lastWritten(options.stateDirectory, run));
  const clock = clockFrom(Math.max(state.world.now, ...written), options.pace);
  const result = await inBox(options, { directory, clock, scenario, state }, async (standing) => {
    const { code } = await child(options, standing, { words: [options.command ?? "resume", options.run] });
    const undone = options.command === "undo";
    return await conclude(options, standing, { exitCode: code, scenario, record, undone, resumed: !undone });
  });
  tidyUp(result);
  return result;
}

function makeDirectory({ stateDirectory, scenario }: RehearseOptions): string {
  const parent = rehearsalsIn(stateDirectory);
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  return mkdtempSync(join(parent, `${scenario.name}-`));
}

async function play(options: RehearseOptions, standing: Standing, first: RehearsalRecord): Promise<RehearsalResult> {
  const { scenario } = options;
  const { directory } = standing.place;
  let record = first;
  const look = (): RehearsalRecord => {
    const [run] = record.run === undefined ? runsOf(directory) : [];
    if (run === undefined) return record;
    record = { ...record, run };
    saveRecord(directory, record);
    return record;
  };
  const forget = (): void => {
    rmSync(noteIn(directory), { force: true });
    record = first;
    saveRecord(directory, record);
  };
  saveRecord(directory, record);
  const timer = setInterval(look, LOOK_MS);
  try {
    const ended = await runAndResume(options, standing, { newRun: () => look().run, forget });
    const exitCode = options.cleanup === true ? await cleanUp(options, standing, { ended, run: look().run }) : ended;
    const undone = options.undo === true && !isStoppedByHand(options, exitCode);
    return await conclude(options, standing, { exitCode, scenario, record: look(), undone });
  } finally {
    clearInterval(timer);
  }
}

interface Words {
  readonly words: readonly string[];
  readonly killAt?: Moment | undefined;
}

function child(sitting: Sitting, { place, clock, changes }: Standing, { words, killAt }: Words): Promise<Ended> {
  const { program, interactive, stateDirectory, own, configIn, args, quiet } = sitting;
  return runChild({
    program,
    place,
    own: {
      ...own,
      DINGO_RECOVER_STATE: stateDirectory,
      ...(configIn === undefined ? {} : { [configIn]: place.config }),
    },
    clock,
    changes,
    interactive,
    quiet: quiet === true,
    args: [...words, "--config", place.config, ...args],
    killAt,
  });
}

interface Begun {
  /** The run that the tool has begun. */
  readonly newRun: () => string | undefined;
  /** Makes nothing of it: it was killed before its first entry. */
  readonly forget: () => void;
}

async function runAndResume(options: RehearseOptions, standing: Standing, { newRun, forget }: Begun): Promise<number> {
  const { interactive, say, scenario } = options;
  const { interruption } = scenario;
  const words = [
    "run",
    ...(scenario.runbook === undefined ? [] : [scenario.runbook]),
    ...inputWords(scenario, interactive),
  ];
  const begun = await child(options, standing, { words, killAt: interruption });
  // There is nothing to resume or take back.
  const anew = begun.killed && !hasEntry(options.stateDirectory, newRun());
  if (anew) {
    forget();
    say("The tool was killed (-9): nothing had begun. Now it is begun anew.");
  }
  const first = anew ? await child(options, standing, { words }) : begun;
  if (options.undo === true && !isStoppedByHand(options, first.code))
    return await undoAll(options, standing, { first, run: newRun() });
  if (!first.killed) {
    if (interruption !== undefined && !anew) say("It never came to where the tool was to be killed.");
    return first.code;
  }
  const run = newRun();
  say("The tool was killed (-9). The foundation goes on; now it is resumed.");
  const { host } = standing.box;
  for (const event of interruption?.meanwhile(host.world()) ?? []) host.apply(event);
  const again = await child(options, standing, { words: ["resume", ...(run === undefined ? [] : [run])] });
  return again.code;
}

/** At a terminal the operator is asked, as in earnest. */
function inputWords({ inputs, unattended, alwaysGiven = [] }: Scenario, interactive: boolean): readonly string[] {
  const isGiven = (name: string): boolean => !interactive || unattended === true || alwaysGiven.includes(name);
  return Object.entries(inputs).flatMap(([name, value]) => (isGiven(name) ? ["--input", `${name}=${value}`] : []));
}

/** Undoes the run after every ending; an undo that is killed goes on by the same command. */
async function undoAll(
  options: RehearseOptions,
  standing: Standing,
  { first, run }: { readonly first: Ended; readonly run: string | undefined },
): Promise<number> {
  const { say } = options;
  if (run === undefined) return first.code;
  const words = ["undo", run];
  const how = first.killed ? "was killed (-9)" : `ended with ${first.code}`;
  say(`The tool ${how}. The foundation goes on; now what it did is taken back.`);
  const undone = await child(options, standing, { words });
  if (!undone.killed) return undone.code;
  say("The undo was killed (-9). Now it goes on.");
  return (await child(options, standing, { words })).code;
}

/** Killed or not, the cleanup of a run that came to its end goes on by the same command. */
async function cleanUp(
  options: RehearseOptions,
  standing: Standing,
  { ended, run }: { readonly ended: number; readonly run: string | undefined },
): Promise<number> {
  if (ended !== EXIT.done || run === undefined) return ended;
  options.say("What was moved aside is deleted for good.");
  return (await child(options, standing, { words: ["cleanup", run] })).code;
}
