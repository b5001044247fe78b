/** One sitting of a rehearsal: a box that stands, the ordinary program in it, and the box's judgement afterwards. */
import { rmSync } from "node:fs";
import { EXIT } from "../../errors.ts";
import { type Box, startBox } from "../box/box.ts";
import type { BoxState } from "../box/box-state.ts";
import type { BoxClock, Pace } from "../box/clock.ts";
import { doneTo } from "../docker-engine/aftermath.ts";
import { leftUsers } from "../scenarios/endings.ts";
import type { Closing, Scenario } from "../scenarios/scenario.ts";
import { undoneComplaints } from "../scenarios/undone.ts";
import { begun, Told } from "../scenarios/told.ts";
import type { Passage } from "../passage.ts";
import { tally, worldComplaints } from "./checks.ts";
import { Changes, KILLED } from "./child.ts";
import { type ChildPlace, layOut } from "./child-files.ts";
import { type Laptop, openLaptop, removeLaptop } from "./laptop.ts";
import { leakComplaints } from "./leaks.ts";
import type { RehearsalRecord } from "./record.ts";

/** The watcher, and the words that the program is started with. */
export interface Sitting {
  readonly pace: Pace;
  /** Where runs are kept; the box lies beside them, below `rehearsals`. */
  readonly stateDirectory: string;
  /** Program and first arguments of the ordinary program. */
  readonly program: readonly [string, ...string[]];
  /** Flags that are handed on. */
  readonly args: readonly string[];
  /** Somebody sits at a terminal. */
  readonly interactive: boolean;
  readonly caller: Readonly<Record<string, string | undefined>>;
  /** Variables of the tool itself, for the program: it prints its commands as the same caller types them. */
  readonly own?: Readonly<Record<string, string>>;
  /** The variable that names the configuration of the box to the program. */
  readonly configIn?: string;
  readonly say: (line: string) => void;
  /** Shows a real database at the end of a scenario that has one. */
  readonly realDatabase?: RealDatabase;
  /** The child's own words go nowhere: for tests. */
  readonly quiet?: boolean;
  /** Puts trouble between the tool and the box: for tests. */
  readonly trouble?: (clock: BoxClock) => Passage;
}

/** A real PostgreSQL on this machine, with the archive that the box serves. */
export interface RealDatabase {
  /** Directory with its programs, for the PATH of the child. */
  readonly programs: string;
  /** The directory that was named for them; "" for the package. */
  readonly given: string;
  /** Restores the archive of the instance `old` out of the box, and shows a table by SQL. */
  show(order: { readonly place: ChildPlace; readonly old: string; readonly table: string }): Promise<Shown>;
}

export interface Shown {
  /** For people. */
  readonly lines: readonly string[];
  /** Undefined if the database does not answer: the lines say why. */
  readonly rows: number | undefined;
}

export interface RehearsalResult {
  /** Name and title of the scenario. */
  readonly scenario: string;
  readonly title: string;
  /** The tool's own exit code, and the one that the scenario expects. */
  readonly exitCode: number;
  readonly expected: number;
  /** Faults of the rehearsal, each as a sentence. Empty: it went as it should. */
  readonly complaints: readonly string[];
  /** The run that was rehearsed, if one began. */
  readonly run: string | undefined;
  /** Where its journal lies. */
  readonly journal?: string;
  readonly directory: string;
  /** The far side's counts while the tool worked: "docker stop" → 1. */
  readonly counts: Readonly<Record<string, number>>;
  /** A person at the terminal stopped it before its end: whether its lesson came, nobody knows. */
  readonly stoppedByHand?: true;
  /** The far side is a Docker host, without any archive. */
  readonly onDocker?: true;
  /** The real database's rows, for people; absent if there was none. */
  readonly real?: readonly string[];
}

export interface Standing {
  readonly box: Box;
  readonly place: ChildPlace;
  readonly clock: BoxClock;
  readonly changes: Changes;
}

/** Starts a box and always closes it: servers that stay open would keep the process alive for ever. */
export async function inBox<T>(
  { caller, realDatabase, trouble }: Sitting,
  from: {
    readonly directory: string;
    readonly state: BoxState;
    readonly clock: BoxClock;
    readonly scenario: Scenario;
  },
  work: (standing: Standing) => Promise<T>,
): Promise<T> {
  const changes = new Changes();
  const box = await startBox({ ...from, changed: changes.changed, passage: trouble?.(from.clock) });
  let place: ChildPlace | undefined;
  let laptop: Laptop | undefined;
  try {
    const programs = realDatabase === undefined ? {} : { programs: realDatabase.programs };
    if (from.scenario.onLaptop === true)
      laptop = await openLaptop({ directory: from.directory, host: box.host, ...programs });
    place = await layOut({ ...from, box, caller, ...(laptop === undefined ? {} : { laptop }) });
    return await work({ box, place, changes, clock: from.clock });
  } finally {
    await Promise.all([place?.close(), laptop?.close(), box.close()]);
  }
}

/** A person who stops at a terminal was told how the run goes on: it is left so. */
export const isStoppedByHand = ({ interactive }: Pick<Sitting, "interactive">, code: number): boolean =>
  interactive && (code === EXIT.stopped || code === EXIT.interrupted);

const LEADS_ELSEWHERE: ReadonlySet<string> = new Set(["--accept-loss", "--dry-run", "--input", "--inputs"]);

/** The run, and the box's record, however the tool ended. */
function seen(
  { stateDirectory }: Sitting,
  { directory }: ChildPlace,
  { state, record }: { readonly state: BoxState; readonly record: RehearsalRecord },
): Omit<RehearsalResult, "exitCode" | "expected" | "complaints" | "scenario" | "title"> {
  return {
    ...begun(stateDirectory, record.run),
    directory,
    counts: { ...tally(state.world, record.since), ...doneTo(state.docker, record.since) },
    ...(state.docker === undefined ? {} : { onDocker: true as const }),
  };
}

/** A run that somebody has stopped stands in its middle: only what no stop may leave is judged. */
function endingComplaints(
  closing: Closing,
  { scenario, undone, interactive }: { scenario: Scenario; undone: boolean; interactive: boolean },
): readonly string[] {
  const { exitCode, world } = closing;
  if (exitCode === EXIT.interrupted || (interactive && exitCode === EXIT.stopped)) return leftUsers(world);
  return undone ? undoneComplaints(closing, scenario) : scenario.complaints(closing);
}

/** Judges the box's world when the tool has ended. A box whose run came to its good end is not needed any more. */
export async function conclude(
  sitting: Sitting,
  { box, place }: Standing,
  ended: {
    readonly exitCode: number;
    readonly scenario: Scenario;
    readonly record: RehearsalRecord;
    /** The tool's work was taken back: the foundation must look as before, whichever end the scenario has. */
    readonly undone?: boolean;
    /** The run was resumed after it had ended: the obstacle that stopped it then may be refused for its left-overs. */
    readonly resumed?: boolean;
  },
): Promise<RehearsalResult> {
  const { exitCode, scenario, record, undone = false, resumed = false } = ended;
  const played = { scenario: scenario.name, title: scenario.title };
  // The run stands where it was: nothing is to be judged before it is gone on with.
  if (exitCode === KILLED)
    return {
      ...played,
      ...{ exitCode, expected: KILLED, complaints: [] },
      ...seen(sitting, place, { state: box.state(), record }),
    };
  const expected = undone ? EXIT.done : scenario.exitCode;
  // Base backups, bindings and other work that was begun may still go on in the foundation.
  box.host.world();
  const state = box.state();
  // A person may stop, trouble and some flags lead elsewhere: then any ending is as good as another.
  const ownEnding =
    !sitting.interactive &&
    !(resumed && scenario.exitCode !== EXIT.done) &&
    sitting.trouble === undefined &&
    exitCode !== EXIT.interrupted &&
    !sitting.args.some((word) => LEADS_ELSEWHERE.has(word));
  const closing = { ...state, old: record.watched.old, exitCode };
  const shown = exitCode === EXIT.done && !undone ? await realEnding(sitting, place, { scenario, record }) : undefined;
  const complaints = [
    ...(ownEnding && exitCode !== expected ? [`the tool ended with ${exitCode}, expected was ${expected}`] : []),
    ...worldComplaints(state.world, record.watched),
    ...(state.docker?.strays ?? []).map((what) => `unknown call to the Docker engine: ${what}`),
    ...leakComplaints(state, { stateDirectory: sitting.stateDirectory, run: record.run }),
    ...endingComplaints(closing, { scenario, undone, interactive: sitting.interactive }),
    ...(shown === undefined ? [] : rowsComplaints(shown, scenario.real?.ending?.rows(closing) ?? 0)),
    ...(ownEnding && !undone ? (scenario.unsaid?.(Told.ofRun(sitting.stateDirectory, record.run)) ?? []) : []),
  ];
  return {
    ...played,
    exitCode,
    expected,
    complaints,
    ...(isStoppedByHand(sitting, exitCode) && !undone ? { stoppedByHand: true as const } : {}),
    ...seen(sitting, place, { state, record }),
    ...(shown === undefined ? {} : { real: shown.lines }),
  };
}

async function realEnding(
  { realDatabase, say }: Sitting,
  place: ChildPlace,
  { scenario, record }: { readonly scenario: Scenario; readonly record: RehearsalRecord },
): Promise<Shown | undefined> {
  const ending = scenario.real?.ending;
  if (record.real === undefined || realDatabase === undefined || ending === undefined) return undefined;
  say("A real database out of the same archive: it is restored on this machine.");
  const order = { place, old: record.watched.old, table: ending.table };
  return await realDatabase.show(order).catch((thrown: unknown) => ({ lines: [whyNot(thrown)], rows: undefined }));
}

const whyNot = (thrown: unknown): string =>
  `The real database does not answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`;

const rowsComplaints = ({ rows }: Shown, wanted: number): string[] =>
  rows === wanted ? [] : [`the real database has ${rows ?? "no"} rows, the foundation's ${wanted}`];

const removeDirectory = (directory: string): void => rmSync(directory, { recursive: true, force: true });

export function tidyUp({ exitCode, complaints, directory }: RehearsalResult): void {
  if (exitCode === EXIT.done && complaints.length === 0)
    for (const remove of [removeLaptop, removeDirectory]) remove(directory);
}
