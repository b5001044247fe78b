/** A box of this process alone, for one run or the rest of one: no waiting, nothing written down but the run itself. */
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Box, startBox } from "../../src/rehearsal/box/box.ts";
import type { BoxState } from "../../src/rehearsal/box/box-state.ts";
import type { Scenario } from "../../src/rehearsal/scenarios/scenario.ts";
import { type ChildPlace, layOut } from "../../src/rehearsal/supervisor/child-files.ts";
import { optional } from "../../src/kit/optional.ts";
import { type Laptop, openLaptop, removeLaptop } from "../../src/rehearsal/supervisor/laptop.ts";
import type { Passage } from "../../src/rehearsal/passage.ts";
import { LeapingClock } from "./leaping-clock.ts";

export interface Bench {
  readonly box: Box;
  readonly place: ChildPlace;
  readonly clock: LeapingClock;
  readonly stateDirectory: string;
  /** Present when the tool starts a PostgreSQL. */
  readonly laptop?: Laptop;
}

export interface BenchOptions {
  readonly scenario: Scenario;
  readonly state: BoxState;
  /** World time at which it stands up. */
  readonly now: number;
  /** The lines that the log collector had written before. */
  readonly platformLog: string;
  readonly changed?: (what: string) => void;
  /** Puts trouble between tool and box. */
  readonly trouble?: (clock: LeapingClock) => Passage;
}

export async function onBench<T>(options: BenchOptions, work: (bench: Bench) => Promise<T>): Promise<T> {
  const { scenario, state, now, platformLog, changed, trouble } = options;
  const directory = mkdtempSync(join(scratch(), "dingo-recover-crash-"));
  const clock = new LeapingClock(now);
  // A socket's path is short.
  const at = { directory: directory.slice(-6), parent: scratch() };
  try {
    writeFileSync(join(directory, "platform.log"), platformLog, { mode: 0o600 });
    const at0 = { directory, state, clock, fleeting: true, passage: trouble?.(clock) };
    const box = await startBox({ ...at0, ...optional("changed", changed) });
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

/** In memory if the system has such a place: a kill loses no written byte, on any file system. */
export function scratch(): string {
  try {
    accessSync("/dev/shm", constants.W_OK | constants.X_OK);
    return "/dev/shm";
  } catch {
    return tmpdir();
  }
}
