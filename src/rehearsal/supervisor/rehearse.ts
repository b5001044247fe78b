/** Hosts a box, starts the ordinary program in it, kills and resumes it where asked, and looks at the foundation afterwards. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../errors.js";
import { type Box, startBox } from "../box/box.js";
import { type BoxClock, clockFrom, type Pace } from "../box/clock.js";
import { PAGE_PROGRAMS } from "../page/programs.js";
import { PAGE_USER } from "../scenarios/page-procedure.js";
import type { Scenario } from "../scenarios/scenario.js";
import { inventory, tally, type Watched, worldComplaints } from "./checks.js";
import { type ChildPlace, layOut } from "./child-files.js";
import { type CrashPoint, runChild } from "./child.js";
import { firstState } from "./first-state.js";

export interface RehearseOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly pace: Pace;
  /** Where runs are kept; the box lies beside them, below `rehearsals`. */
  readonly stateDirectory: string;
  /** Program and first arguments of the ordinary program. */
  readonly program: readonly [string, ...string[]];
  /** Flags of `run` that are handed on. */
  readonly args: readonly string[];
  readonly crashAt?: CrashPoint;
  /** Somebody sits at a terminal. */
  readonly interactive: boolean;
  readonly caller: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  /** The child's own words go nowhere: for tests. */
  readonly quiet?: boolean;
}

export interface RehearsalResult {
  /** The tool's own exit code, and the one that the scenario expects. */
  readonly exitCode: number;
  readonly expected: number;
  /** What does not hold, each as a sentence. Empty: the rehearsal went as it should. */
  readonly complaints: readonly string[];
  /** The run that was rehearsed, where one began. */
  readonly run: string | undefined;
  readonly directory: string;
  /** What the far side counted while the tool worked: "docker stop" → 1. */
  readonly counts: Readonly<Record<string, number>>;
}

const LEADS_ELSEWHERE: ReadonlySet<string> = new Set(["--accept-loss", "--dry-run", "--input", "--inputs"]);

export async function rehearse(options: RehearseOptions): Promise<RehearsalResult> {
  const { scenario, seed, say } = options;
  const directory = makeDirectory(options);
  const clock = clockFrom(Date.now(), options.pace);
  const opening = scenario.open({ seed, now: clock.epochMs });
  const box = await startBox({
    directory,
    clock,
    state: firstState(scenario, opening),
    person: { user: PAGE_USER, programs: PAGE_PROGRAMS },
  });
  let place: ChildPlace | undefined;
  try {
    place = await layOut({ directory, box, clock, scenario, caller: options.caller });
    say(`Rehearsal "${scenario.title}": everything below happens on this machine only.`);
    for (const line of scenario.ticket) say(`  ${line}`);
    await scenario.before?.({ box, old: opening.old, cf: { program: place.cf, env: place.env }, say });
    return await play(options, { box, place, clock, old: opening.old });
  } finally {
    // Servers that stay open would keep the process alive for ever.
    await Promise.all([place?.close(), box.close()]);
  }
}

function makeDirectory({ stateDirectory, scenario }: RehearseOptions): string {
  const parent = join(stateDirectory, "rehearsals");
  mkdirSync(parent, { recursive: true, mode: 0o700 });
  return mkdtempSync(join(parent, `${scenario.name}-`));
}

interface Playing {
  readonly box: Box;
  readonly place: ChildPlace;
  readonly clock: BoxClock;
  readonly old: string;
}

async function play(options: RehearseOptions, playing: Playing): Promise<RehearsalResult> {
  const { scenario, stateDirectory } = options;
  const { box, place, old } = playing;
  const world = box.host.world();
  const watched: Watched = { before: inventory(world, old), requestsBefore: world.store.requests.length, old };
  const runsBefore = runsIn(stateDirectory);
  const newRun = (): string | undefined => runsIn(stateDirectory).find((run) => !runsBefore.includes(run));
  const exitCode = await runAndResume(options, playing, newRun);
  // What was begun may still be going on in the foundation: a base backup, a binding.
  box.host.world();
  const state = box.state();
  // A person may stop, and some flags lead elsewhere: then any ending is as good as another.
  const ownEnding =
    !options.interactive && exitCode !== EXIT.interrupted && !options.args.some((word) => LEADS_ELSEWHERE.has(word));
  const complaints = [
    ...(ownEnding && exitCode !== scenario.exitCode
      ? [`the tool ended with ${exitCode}, expected was ${scenario.exitCode}`]
      : []),
    ...worldComplaints(state.world, watched),
    ...scenario.complaints({ ...state, old, exitCode }),
  ];
  return {
    exitCode,
    expected: scenario.exitCode,
    complaints,
    run: newRun(),
    directory: place.directory,
    counts: tally(state.world, world.now),
  };
}

async function runAndResume(
  options: RehearseOptions,
  { place, clock }: Playing,
  newRun: () => string | undefined,
): Promise<number> {
  const { program, interactive, stateDirectory, crashAt, args, say, scenario } = options;
  const common = ["--config", place.config, "--state-dir", stateDirectory];
  // At a terminal the operator is asked, as in earnest.
  const inputs = interactive
    ? []
    : Object.entries(scenario.inputs).flatMap(([name, value]) => ["--input", `${name}=${value}`]);
  const child = { program, place, clock, interactive, quiet: options.quiet === true };
  const first = await runChild({
    ...child,
    args: ["run", ...common, ...inputs, ...args],
    ...(crashAt === undefined ? {} : { crashAt }),
  });
  if (!first.killed) {
    if (crashAt !== undefined) say(`The journal never came to append ${crashAt.append}: nothing was killed.`);
    return first.code;
  }
  const run = newRun();
  say(
    `The tool was killed (-9) at journal append ${crashAt?.append ?? "?"}. The foundation goes on; now it is resumed.`,
  );
  const again = await runChild({ ...child, args: ["resume", ...(run === undefined ? [] : [run]), ...common, ...args] });
  return again.code;
}

function runsIn(stateDirectory: string): readonly string[] {
  const path = join(stateDirectory, "runs");
  return existsSync(path) ? readdirSync(path) : [];
}
