/** A container that is stopped and started with its stack. */
import { z } from "zod";

export const runningContainer = z.object({
  id: z.string(),
  name: z.string(),
  service: z.string(),
  /** Seconds that it may take to stop before it is killed. */
  grace: z.number(),
  /** Those of the machine that it publishes. */
  ports: z.array(z.number()).default([]),
});
export type RunningContainer = z.infer<typeof runningContainer>;

/** A database that is killed in its shutdown starts with a crash recovery. */
const DATABASE_SECONDS = 120;
/** The seconds that `docker stop` and Compose wait by default. */
const USUAL_SECONDS = 10;

export const graceOf = (hasData: boolean): number => (hasData ? DATABASE_SECONDS : USUAL_SECONDS);

const FIXED_SECONDS = 45;
/** How often the data are read or written: both sides are read, and a second copy is read and written. */
const TIMES = 4;

/** `copied`: seconds that copying everything once takes. */
export const downtimeOf = (copied: number): number => Math.round(FIXED_SECONDS + TIMES * copied);

export const minutesOf = (seconds: number): number => Math.max(1, Math.ceil(seconds / 60));

/** The one sentence about the downtime. `by` tells an estimate from a measure: the two may differ. */
export const downtimeText = (minutes: number, by: "estimated" | "measured"): string =>
  `about ${minutes} min of downtime (${by})`;
