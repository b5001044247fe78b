/** For commands that ask the real world outside a run: nothing is journaled, and what was opened is closed. */
import { systemClock } from "../adapters/clock/system-clock.js";
import type { ResourceRecorder } from "../ports/resources.js";
import { wire, type Wired } from "../wiring.js";
import type { Config } from "../config/config.js";
import type { Section } from "../config/load.js";
import { configOf } from "./configuration.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { askOutsideRuns } from "./outside-runs.js";
import { readRehearsalMode } from "./rehearsal-mode.js";
import { watchSignals } from "./signals.js";
import { somebodyIsThere } from "./somebody-is-there.js";
import { createOutput } from "../ui/output.js";
import { NOBODY } from "../ui/renderer.js";

/** Where no run is: nothing that is opened outlives the command. */
export const NOT_JOURNALED: ResourceRecorder = {
  opened: () => Promise.resolve(),
  closed: () => Promise.resolve(),
  leftOpen: () => [],
};

/** `needed`: what of the configuration the command needs, or that already read; the other systems are not there for it. */
export async function withPorts<T>(
  given: GlobalArguments,
  needed: readonly Section[] | Config,
  work: (wired: Wired, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const config = "cf" in needed ? needed : await configOf(given, needed);
  const mode = readRehearsalMode(process.env);
  const output = createOutput({ secrets, color: given.color });
  const stopper = watchSignals((text) => output.error(text), false);
  const wired = await wire({
    config,
    env: process.env,
    secrets,
    clock: systemClock(mode?.clock),
    recorder: NOT_JOURNALED,
    operator: mode === undefined && somebodyIsThere(given, output) ? askOutsideRuns(output) : NOBODY,
    signal: stopper.signal,
    loopbackOnly: mode !== undefined,
  });
  try {
    return await work(wired, stopper.signal);
  } finally {
    await wired.close();
    stopper.release();
  }
}
