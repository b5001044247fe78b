/** Random bad weather over a recovery, from a seed that is printed: FAULT_SEED plays another one, FAULT_SCHEDULES more or fewer. */
import { fc } from "../../properties.ts";
import { describe, expect, it } from "vitest";
import { AFTER, type Blow, type Kind, KINDS, type System } from "./blow.ts";
import { endure, type Endured, type Schedule } from "./endure.ts";
import { blowText } from "./grammar.ts";
import { record } from "../recording.ts";
import { scenarioNamed } from "../scenarios.ts";

const SEED = Number(process.env["FAULT_SEED"] ?? 1);
const SCHEDULES = Number(process.env["FAULT_SCHEDULES"] ?? 250);
/** At once: most of a schedule is work, some of it is waiting for programs that were started. */
const LANES = 4;
/** Longer than any schedule takes on a slow machine. */
const HANGS_MS = 300_000;
const HOUR = 3_600_000;

/** Calls of a whole run, for blows that are met. */
const CALLS: Readonly<Record<Exclude<System, "log-store">, number>> = {
  ...{ cf: 95, uaa: 2, director: 62, s3: 112, gateway: 12, ssh: 180, etcd: 16, patroni: 20, broker: 5 },
};
const PRECISION = 1_000;

/** `append` and `first` come as parts of a whole: the rest of a run is shorter the later it is resumed. */
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

const told = ({ append, blows }: Schedule): string =>
  `resumed at append ${append} with ${blows.map(blowText).join(" ")}`;

describe("a recovery in bad weather", () => {
  it(
    `holds what must hold in ${SCHEDULES} schedules from seed ${SEED}`,
    async () => {
      const recording = await record({ scenario: scenarioNamed("happy-last-era"), seed: SEED });
      const ends = new Map<string, number>();
      const broken: string[] = [];
      let tried = 0;
      const play = async (schedule: Schedule): Promise<void> => {
        const endured = await orHang(endure(schedule, recording));
        tried += 1;
        const end = endOf(endured);
        ends.set(end, (ends.get(end) ?? 0) + 1);
        if (endured.broken.length > 0) throw new Error(`${told(schedule)}: ${endured.broken.join("; ")}`);
      };
      await Promise.all(
        Array.from({ length: LANES }, async (_, lane) => {
          const property = fc.asyncProperty(schedules(recording.appends.length), play);
          const numRuns = Math.ceil(SCHEDULES / LANES);
          const outcome = await fc.check(property, { seed: SEED * LANES + lane, numRuns });
          if (outcome.failed)
            broken.push(`seed ${SEED}, lane ${lane}, ${outcome.numShrinks} times shrunk: ${why(outcome)}`);
        }),
      );
      for (const [end, count] of [...ends].sort()) console.log(`  ${String(count).padStart(4)} ${end}`);
      for (const each of broken) console.log(`BROKEN: ${each}`);
      console.log(`${tried} fault schedules tried, ${broken.length} invariants broken`);
      expect(broken).toEqual([]);
      expect(tried).toBeGreaterThanOrEqual(SCHEDULES);
    },
    HOUR,
  );
});

async function orHang<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end after ${HANGS_MS / 1000} s: it hangs`)), HANGS_MS);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function endOf({ first, last, reached }: Endured): string {
  const stopped = first.exitCode === 0 ? "went through" : `stopped with ${first.exitCode}`;
  const code = last.error?.split(":")[0] ?? "";
  return reached ? `${stopped}, then came to its end` : `${stopped}, then ended with ${last.exitCode} (${code})`;
}

const why = ({ errorInstance }: { readonly errorInstance: unknown }): string =>
  errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
