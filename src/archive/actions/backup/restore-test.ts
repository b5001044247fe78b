import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import type { ScratchState } from "../../../ports/scratch-database.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { parseDuration } from "../../../kit/text/time.ts";
import { requireOwnPlace } from "../scratch/own-place.ts";
import { printedServer } from "../scratch/printed-server.ts";
import { undoCopy } from "../scratch/undo-copy.ts";
import { type Keeper, stopServer } from "../scratch/while-running.ts";
import { ageText } from "./ages.ts";
import { finding, findingText } from "./finding.ts";
import { readingDepth } from "./read-rows.ts";
import { type Tested, tryCopy } from "./try-copy.ts";
import { asUntested, untested } from "./untested.ts";

const input = z.strictObject({
  place: z.string(),
  postgres_bin: z.string(),
  archive: z.string(),
  base: z.string(),
  database: z.string(),
  /** "" to ask for nothing but the end of the recovery. */
  sanity_query: z.string(),
  expect: z.string(),
  depth: readingDepth,
  time_limit: z.string(),
  /** Leaves the copy where it is; else nothing of it is left, however the test ends. */
  keep: z.boolean(),
});
type Input = z.infer<typeof input>;
const output = z.object({
  recovered: z.boolean(),
  /** -1 if it was not measured from beginning to end. */
  restore_seconds: z.number(),
  replay_seconds: z.number(),
  last_transaction: z.string(),
  rows: z.number(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  depth: readingDepth,
  /** The directory of the copy; "" when nothing of it is left. */
  kept: z.string(),
  findings: z.array(finding),
});
type Output = z.infer<typeof output>;

/** A throw-away copy and its server: restored, recovered, asked, stopped and removed. The archive is only read. */
export const restoreTest = defineAction({
  id: "backup.restore-test",
  title: "Restore the backup, let PostgreSQL recover it, ask it, and throw the copy away",
  effect: "create",
  input,
  output,
  // The run made it, and nobody else knows of it.
  undo: {
    ...undoCopy,
    effect: "create",
    cost: "has nothing to take back: the step deletes its copy itself; a copy that a kill has left gets another name, and needs its room until cleanup deletes it",
  },
  describe: ({ place, archive, postgres_bin: bin, database, sanity_query: query }) => [
    { on: "here", line: quote(["dingo-recover", "archive", "restore", archive, `${place}/data`]) },
    printedServer({ place, postgres_bin: bin }).start,
    {
      on: "here",
      line: quote([
        "psql",
        "-X",
        "-h",
        `${place}/data`,
        "-U",
        "postgres",
        ...(query === "" ? ["-l"] : ["-c", query]),
        database,
      ]),
    },
    printedServer({ place, postgres_bin: bin }).stop("immediate"),
    { on: "here", line: quote(["rm", "-rf", "--one-file-system", "--", place]) },
  ],
  async run(context, request): Promise<Output> {
    const before = output.safeParse(context.records("tested").at(-1));
    if (before.success) return await finish(context, request, before.data);
    try {
      await beginAnew(context, request);
      const tested = await tryWithin(context, request);
      const outcome = { ...tested, depth: request.depth, kept: request.keep ? request.place : "" };
      await context.record("tested", outcome);
      return await finish(context, request, outcome);
    } catch (thrown) {
      // After a stop by a person or a signal the whole parts are kept for the next attempt. After any other end they
      // are removed: else a nightly failure would fill the disk.
      if (!context.signal.aborted && !request.keep) await discard(context, request).catch(() => undefined);
      throw asUntested(thrown);
    }
  },
  async probe(context, request): Promise<Probe<Output>> {
    const found = await context.ports.scratch.look(request.place, context.run.id);
    const tested = output.safeParse(context.records("tested").at(-1));
    if (tested.success && isAsLeft(found, request.keep))
      return { state: "done", output: tested.data, evidence: "the copy was tested, and is as it should be left" };
    if (found.state === "foreign")
      return { state: isAnothers(found) ? "not-done" : "unknown", evidence: `${request.place}: ${found.evidence}` };
    if (found.state === "absent")
      return { state: "not-done", evidence: `there is no ${request.place}, and no outcome of a test` };
    return { state: "partly", evidence: `the copy in ${request.place} is ${found.state}` };
  },
  async verify(context, { place, keep }, { restore_seconds, replay_seconds, recovered }) {
    const found = await context.ports.scratch.look(place, context.run.id);
    const holds = isAsLeft(found, keep);
    const times = `restored in ${ageText(restore_seconds)}, recovered in ${ageText(replay_seconds)}`;
    const left = holds && !keep ? "nothing of the copy is left" : `the copy in ${place} is ${found.state}`;
    return { holds, evidence: `${recovered ? times : "it was not recovered"}; ${left}` };
  },
});

/** Another run may begin in a place the moment that it is free. */
const isAsLeft = (found: ScratchState, keep: boolean): boolean =>
  keep ? found.state === "restored" : found.state === "absent" || isAnothers(found);

const isAnothers = (found: ScratchState): boolean => found.state === "foreign" && found.owner !== undefined;

/** The half copy of a killed process tells neither how long it took nor which of its parts were damaged. */
async function beginAnew(context: Context, { place }: Input): Promise<void> {
  const found = await requireOwnPlace(context, place, context.run.id);
  if (found.state !== "begun") return;
  await context.beforeEffect();
  await context.ports.scratch.remove(place, context.run.id);
}

function tryWithin(context: Context, request: Input): Promise<Tested> {
  const ms = parseDuration(request.time_limit);
  const late = (): Error =>
    untested(`the test was not over within ${request.time_limit}`, {
      remedy:
        "Look at what takes so long (--input keep=true leaves the copy with its server.log), or give --input time_limit=12h.",
      place: request.place,
    });
  return limited(context, { ms, late }, (within) => tryCopy(within, { ...request, run: context.run.id, limitMs: ms }));
}

async function finish(context: Context, request: Input, outcome: Output): Promise<Output> {
  if (!request.keep) await discard(context, request);
  for (const each of outcome.findings) context.progress({ message: findingText(each) });
  return outcome;
}

async function discard(context: Context, { place, postgres_bin: programs }: Input): Promise<void> {
  const found = await requireOwnPlace(context, place, context.run.id);
  if (found.state === "absent") return;
  await context.beforeEffect();
  await stopServer(context, { place, programs });
  await context.ports.scratch.remove(place, context.run.id);
}

/**
 * Runs `work` until the first sign of progress after `ms`, or until the run is stopped. The signal that `work` gets is
 * then aborted, and `late` gives the reason. The adapters have their own limits for silence.
 */
async function limited<T>(
  context: Context,
  { ms, late }: { readonly ms: number; readonly late: () => Error },
  work: (within: Keeper) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const { clock } = context.ports;
  const until = clock.monotonicMs() + ms;
  try {
    return await work({
      ports: context.ports,
      signal: AbortSignal.any([context.signal, over.signal]),
      progress: (progress) => {
        if (clock.monotonicMs() > until) over.abort(late());
        context.progress(progress);
      },
      beforeEffect: () => context.beforeEffect(),
    });
  } catch (thrown) {
    // The abort may have raised any error: the reason is the limit.
    if (over.signal.aborted && !context.signal.aborted) throw over.signal.reason;
    throw thrown;
  }
}
