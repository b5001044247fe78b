/**
 * Random bad weather over a recovery, from a seed that is printed: FAULT_SEED plays another one, FAULT_SCHEDULES more or
 * fewer. The built program is what runs: `npm run test:deep` builds it first.
 */
import { fc } from "../properties.js";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AFTER, type Blow, type Kind, KINDS, type System } from "../../src/rehearsal/weather/blow.js";
import { blowText } from "../../src/rehearsal/weather/grammar.js";
import type { Endured, Schedule } from "../../src/rehearsal/weather/trial.js";
import { FaultCrew } from "./fault-crew.js";

const WORKER = process.env["FAULT_WORKER"] ?? join(import.meta.dirname, "../../dist/cli/fault-worker.js");
const SEED = Number(process.env["FAULT_SEED"] ?? 1);
const SCHEDULES = Number(process.env["FAULT_SCHEDULES"] ?? 250);
/** At once in each process: most of a schedule is work, some of it is waiting for programs that were started. */
const AT_ONCE = 2;

/** Calls of a whole run, for blows that are met. */
const CALLS: Readonly<Record<Exclude<System, "log-store">, number>> = {
  ...{ cf: 95, uaa: 2, director: 62, s3: 112, gateway: 12, ssh: 180, etcd: 16, patroni: 20, broker: 5 },
};
const PRECISION = 1_000;

/** `append` and `first` come as parts of a whole: what is left of a run is shorter the later it is resumed. */
const blow = fc
  .record({
    system: fc.constantFrom(...(Object.keys(CALLS) as (keyof typeof CALLS)[])),
    kind: fc.constantFrom(...(Object.keys(KINDS) as Kind[])),
    after: fc.boolean(),
    part: fc.nat(PRECISION),
    more: fc.constantFrom(0, 0, 0, 1, 4),
    awayMinutes: fc.constantFrom(undefined, undefined, undefined, undefined, 1, 5, 15),
  })
  .map(({ system, kind, after, part, more, awayMinutes }) => (left: number): Blow => {
    const first = 1 + Math.floor((part / PRECISION) * Math.max(1, CALLS[system] * left - 1));
    const struck = { system, operation: "*", first };
    if (awayMinutes !== undefined)
      return { ...struck, last: first, kind: "reset", after: false, awayMs: awayMinutes * 60_000 };
    return { ...struck, last: first + more, kind, after: after && AFTER.includes(kind) };
  });

const schedules = (appends: number): fc.Arbitrary<Schedule> =>
  fc
    // Late ones are as good as early ones, and cheaper.
    .record({
      parts: fc.array(fc.nat(PRECISION), { minLength: 3, maxLength: 3 }),
      blows: fc.array(blow, { minLength: 1, maxLength: 4 }),
    })
    .map(({ parts, blows }) => {
      const part = Math.max(...parts) / PRECISION;
      const append = 1 + Math.floor(part * (appends - 1));
      return { append, blows: blows.map((make) => make(1 - part)) };
    });

let crew: FaultCrew;
beforeAll(() => {
  crew = new FaultCrew(WORKER, Math.min(availableParallelism(), 4));
});
afterAll(() => crew.dismiss());

const told = ({ append, blows }: Schedule): string =>
  `resumed at append ${append} with ${blows.map(blowText).join(" ")}`;

describe("a recovery in bad weather", () => {
  it(`holds what must hold in ${SCHEDULES} schedules from seed ${SEED}`, async () => {
    const appends = await crew.record("happy-last-era", SEED);
    const lanes = Math.min(availableParallelism(), 4) * AT_ONCE;
    const ends = new Map<string, number>();
    const broken: string[] = [];
    let tried = 0;
    const play = async (lane: number, schedule: Schedule): Promise<void> => {
      const endured = await crew.endure(lane, schedule);
      tried += 1;
      const end = endOf(endured);
      ends.set(end, (ends.get(end) ?? 0) + 1);
      if (endured.broken.length > 0) throw new Error(`${told(schedule)}: ${endured.broken.join("; ")}`);
    };
    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        const property = fc.asyncProperty(schedules(appends), (schedule) => play(lane, schedule));
        const numRuns = Math.ceil(SCHEDULES / lanes);
        const outcome = await fc.check(property, { seed: SEED * lanes + lane, numRuns });
        if (outcome.failed)
          broken.push(`seed ${SEED}, lane ${lane}, ${outcome.numShrinks} times shrunk: ${why(outcome)}`);
      }),
    );
    for (const [end, count] of [...ends].sort()) console.log(`  ${String(count).padStart(4)} ${end}`);
    for (const each of broken) console.log(`BROKEN: ${each}`);
    console.log(`${tried} fault schedules tried, ${broken.length} invariants broken`);
    expect(broken).toEqual([]);
    expect(tried).toBeGreaterThanOrEqual(SCHEDULES);
  });
});

function endOf({ first, last, reached }: Endured): string {
  const stopped = first.exitCode === 0 ? "went through" : `stopped with ${first.exitCode}`;
  const code = last.error?.split(":")[0] ?? "";
  return reached ? `${stopped}, then came to its end` : `${stopped}, then ended with ${last.exitCode} (${code})`;
}

const why = ({ errorInstance }: { readonly errorInstance: unknown }): string =>
  errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
