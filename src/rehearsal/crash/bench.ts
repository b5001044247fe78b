/** A box of this process alone, for one run or the rest of one: no waiting, nothing written down but the run itself. */
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answerCf } from "../cf-program/call.js";
import { type Box, startBox } from "../box/box.js";
import type { BoxState } from "../box/box-state.js";
import { shown } from "../box/clock.js";
import { LeapingClock } from "../box/leaping-clock.js";
import type { Scenario } from "../scenarios/scenario.js";
import { type ChildPlace, layOut } from "../supervisor/child-files.js";
import { type Laptop, openLaptop, removeLaptop } from "../supervisor/laptop.js";
import type { Carriage, ToolClock } from "./carriage.js";

export interface Bench {
  readonly box: Box;
  readonly place: ChildPlace;
  readonly clock: LeapingClock;
  readonly stateDirectory: string;
  /** Where the tool starts a PostgreSQL. */
  readonly laptop?: Laptop;
}

export interface BenchOptions {
  readonly scenario: Scenario;
  readonly state: BoxState;
  /** World time at which it stands up. */
  readonly now: number;
  /** What the log collector had written before. */
  readonly platformLog: string;
  readonly changed?: (what: string) => void;
  readonly called?: (system: string, operation: string) => void;
}

export async function onBench<T>(options: BenchOptions, work: (bench: Bench) => Promise<T>): Promise<T> {
  const { scenario, state, now, platformLog, changed, called } = options;
  const directory = mkdtempSync(join(scratch(), "dingo-recover-crash-"));
  const clock = new LeapingClock(now);
  // A socket's path is short.
  const at = { directory: directory.slice(-6), parent: scratch() };
  try {
    writeFileSync(join(directory, "platform.log"), platformLog, { mode: 0o600 });
    const hears = { ...(changed === undefined ? {} : { changed }), ...(called === undefined ? {} : { called }) };
    const box = await startBox({ directory, state, clock, fleeting: true, ...hears });
    const laptop = scenario.onLaptop === true ? await openLaptop({ ...at, host: box.host }) : undefined;
    const given = laptop === undefined ? {} : { laptop };
    const place = await layOut({ directory, box, clock, scenario, caller: {}, ...given });
    try {
      return await work({ box, place, clock, stateDirectory: join(directory, "state"), ...given });
    } finally {
      await Promise.all([place.close(), laptop?.close(), box.close()]);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
    removeLaptop(at.directory, at.parent);
  }
}

/** Where the tool is carried there, with a clock that is `offsetMs` off. */
export function carriedOn(
  { box, place, stateDirectory, clock, laptop }: Bench,
  offsetMs = 0,
): Pick<Carriage, "place" | "stateDirectory" | "clock" | "runCf" | "runDocker" | "laptop"> {
  const runCf: Carriage["runCf"] = (call) => answerCf(call, () => shown(clock));
  const on = laptop === undefined ? {} : { laptop: laptop.temporary };
  return { place, stateDirectory, clock: toolClock(clock, offsetMs), runCf, ...dockerOf(box), ...on };
}

function dockerOf({ docker, dockerEndpoint: endpoint = "" }: Box): Pick<Carriage, "runDocker"> {
  return docker === undefined ? {} : { runDocker: (call) => docker.call({ ...call, endpoint }) };
}

/** The box's time, `offsetMs` off; how much of it has passed nobody gets wrong. */
function toolClock(clock: LeapingClock, offsetMs = 0): ToolClock {
  return {
    now: () => new Date(shown(clock) + offsetMs),
    monotonicMs: () => shown(clock),
    sleep: async (ms, signal) => {
      await clock.until(shown(clock) + ms, signal);
      signal?.throwIfAborted();
    },
  };
}

/** In memory where the system has such a place: a kill loses nothing that was written, on whatever it was. */
export function scratch(): string {
  try {
    accessSync("/dev/shm", constants.W_OK | constants.X_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}
