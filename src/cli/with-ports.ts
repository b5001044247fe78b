/** For commands that ask the real world outside a run: nothing is journaled, and what was opened is closed. */
import { systemClock } from "../adapters/clock/system-clock.js";
import type { ResourceRecorder } from "../ports/resources.js";
import { wire, type Wired } from "../wiring.js";
import { configOf } from "./conductor.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { readRehearsalMode } from "./rehearsal-mode.js";
import { watchSignals } from "./signals.js";
import { createOutput } from "../ui/output.js";

const NOT_JOURNALED: ResourceRecorder = {
  opened: () => Promise.resolve(),
  closed: () => Promise.resolve(),
  leftOpen: () => [],
};

export async function withPorts<T>(given: GlobalArguments, work: (wired: Wired) => Promise<T>): Promise<T> {
  const config = configOf(given);
  const mode = readRehearsalMode(process.env);
  const output = createOutput({ secrets, color: given.color });
  const stopper = watchSignals((text) => output.error(text), false);
  const wired = await wire({
    config,
    env: process.env,
    secrets,
    clock: systemClock(mode?.clock),
    recorder: NOT_JOURNALED,
    signal: stopper.signal,
    loopbackOnly: mode !== undefined,
  });
  try {
    return await work(wired);
  } finally {
    await wired.close();
    stopper.release();
  }
}
