/** A step at work on the interactive screen, held still: started by `screens.deep.test.ts`, ended by its terminal. */
import type { EventBody } from "../../src/engine/state/event.ts";
import { Secrets } from "../../src/kit/secrets/secrets.ts";
import { interactiveRenderer } from "../../src/cli/screen/interactive.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { createOutput } from "../../src/cli/screen/output.ts";

const BEGAN = Date.parse("2026-11-21T02:30:00.000Z");
const MB = 1_000_000;
const at = (seconds: number): Date => new Date(BEGAN + seconds * 1000);

const output = createOutput({ secrets: new Secrets(), color: true });
/** The last look is at the 98th second, however long the scene stands. */
const clock: Clock = { now: () => at(98), monotonicMs: () => 98_000, sleep: () => Promise.resolve() };
const renderer = interactiveRenderer(output, { verbose: false, clock });

const steps = [
  { id: "source", title: "Prove that the archive can be restored", effect: "read" },
  { id: "aside", title: "Move the new instance's archive aside", effect: "destroy" },
  { id: "copy", title: "Copy the old archive to the new instance, and compare", effect: "create" },
  { id: "initialize", title: "Tell Patroni the old system identifier", effect: "destroy" },
] as const;

const copying = (done: number) =>
  ({
    type: "step-progress",
    step: "copy",
    progress: { message: "copying objects", done: done * MB, total: 1400 * MB, unit: "bytes" },
  }) as const;

const began = (step: number, usual: { readonly stepMs: number; readonly restMs: number }): EventBody => ({
  type: "step-began",
  ...{
    step: steps[step]?.id ?? "",
    title: steps[step]?.title ?? "",
    effect: "create",
    attempt: 1,
    commands: [],
    usual,
  },
});

const EVENTS: readonly (readonly [seconds: number, EventBody])[] = [
  [
    0,
    {
      type: "run-began",
      runbook: "recover-deleted-service",
      title: "Bring back a deleted Dingo PostgreSQL service",
      ...{ steps, dryRun: false, rehearsal: false, resumed: false },
    },
  ],
  [0, began(0, { stepMs: 9000, restMs: 200_000 })],
  [
    8,
    {
      type: "step-ended",
      ...{ step: "source", state: "succeeded", how: "ran", durationMs: 8000 },
      evidence:
        "s3://our-postgresql-backups/backups/6e101b27-60ed-4bac-8e21-d07b63c47a40/wal is restorable from base_000000010000000000000002_00000040 over 18 segments, no later than 2026-11-21T02:13:50.000Z; up to 63 s of writes may be lost (last transaction 2026-11-21T02:12:57.000Z, deleted 2026-11-21T02:14:00.000Z); no archived segment is missing",
      known: [{ label: "recovery point", value: "2026-11-21T02:13:50.000Z" }],
    },
  ],
  [8, began(1, { stepMs: 3000, restMs: 190_000 })],
  [
    11,
    {
      type: "step-ended",
      ...{ step: "aside", state: "succeeded", how: "ran", durationMs: 3000 },
      evidence: "8 of 8 objects are aside",
    },
  ],
  [11, began(2, { stepMs: 130_000, restMs: 60_000 })],
  [11, copying(0)],
  [91, copying(880)],
];

for (const [seconds, event] of EVENTS)
  renderer.sink({
    schema: "dingo-recover/event@1",
    time: at(seconds).toISOString(),
    run: "20261121-023000-demo",
    ...event,
  });
setInterval(() => undefined, 60_000);
