/** For commands that ask the real world outside a run: nothing is journaled, and what was opened is closed. */
import { systemClock } from "../../kit/clock/system-clock.ts";
import type { ResourceRecorder } from "../../ports/resources.ts";
import { wire, type Wired } from "../../wiring/wiring.ts";
import type { Config } from "../../config/settings/config.ts";
import type { Section } from "../../config/settings/load.ts";
import { configOf } from "./configuration.ts";
import { secrets } from "../process/failure.ts";
import type { GlobalArguments } from "../options/options.ts";
import { askOutsideRuns } from "../process/outside-runs.ts";
import { readRehearsalMode } from "../process/rehearsal-mode.ts";
import { watchSignals } from "../process/signals.ts";
import { somebodyIsThere } from "../process/somebody-is-there.ts";
import { createOutput } from "../screen/output.ts";
import { NOBODY } from "../screen/renderer.ts";

/** For a command without a run: nothing that is opened outlives the command. */
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
    readsUntil: stopper.signal,
    loopbackOnly: mode !== undefined,
  });
  try {
    return await work(wired, stopper.signal);
  } finally {
    await wired.close();
    stopper.release();
  }
}
