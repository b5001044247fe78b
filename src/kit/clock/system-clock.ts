/** The clock of the machine, and the same clock moved and sped up for a rehearsal. */
import type { Clock } from "../../ports/clock.ts";

/** In a rehearsal, the box and the tool must agree on the time: `now = epochMs + (real now − realMs) × rate`. */
export interface ClockSetting {
  readonly realMs: number;
  readonly epochMs: number;
  readonly rate: number;
}

export function systemClock(setting: ClockSetting = { realMs: 0, epochMs: 0, rate: 1 }): Clock {
  const { realMs, epochMs, rate } = setting;
  return {
    now: () => new Date(epochMs + (Date.now() - realMs) * rate),
    // Not `performance`: all that comes with it takes longer to load than the search of a small log.
    monotonicMs: () => (Number(process.hrtime.bigint()) / 1e6) * rate,
    sleep: async (ms, signal) => {
      const { setTimeout: delay } = process.getBuiltinModule("node:timers/promises");
      await delay(ms / rate, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
        throw signal?.aborted === true ? signal.reason : error;
      });
    },
  };
}
