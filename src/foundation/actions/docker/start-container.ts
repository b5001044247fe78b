import { z } from "zod";
import { plainTime } from "../../../discovery/lines/stamp.ts";
import { type Context, defineAction, type Probe, type UndoProbe, type WayBack } from "../../../action.ts";
import { giveUp, type RecoverError, refuse } from "../../../errors.ts";
import { dockerStart, printedLogs, dockerStop } from "../../../kit/commands/host-commands.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { keepsFromStart, type Ready, readyInput, refuseUnlessReady } from "../recovery/ready-to-start.ts";
import { waitAtMost } from "../../../kit/wait.ts";
import { guardTarget, openTarget } from "./target-container.ts";
import { judgeStart, readStartUp, type Start } from "./judge-start.ts";
import { awaitKeysGone, livingKeys, NONE_LEFT } from "../etcd/wait-keys-gone.ts";

/** The start script looks its address up (3 s a try, 4 tries) and then decides; a loaded cell takes longer. */
const DECISION_DEADLINE_MS = 180_000;
const POLL_MS = 500;
const GRACE_SECONDS = 10;
const STOPPED = ": this run stopped the container, to spare the copied archive";
const SILENT = "its log does not say what it does; the proof asks its database";

const output = z.object({ started_at: z.string(), decision: z.string() });
type Output = z.infer<typeof output>;

/** The recovered database is stopped, and its keys are waited for, as before the start. */
const undo: WayBack<Ready, unknown> = {
  effect: "disrupt",
  cost: "stops the recovered database: its applications lose it, and what they wrote since the start goes aside with it",
  describe: ({ container, cell }) => [{ on: cell, line: quote(dockerStop(container, GRACE_SECONDS)) }],
  guard: (context, { input }) => guardTarget(context, input),
  probe: (context, { input }) => probeStopped(context, input),
  async run(context, { input }) {
    const { cell, container } = await openTarget(context, input);
    if (container.running) {
      await context.beforeEffect();
      await cell.docker.stop(input.container, GRACE_SECONDS);
    }
    await awaitKeysGone(context, input);
  },
};

export const startContainer = defineAction({
  id: "docker.start-container",
  title: "Start the container over the old archive",
  effect: "disrupt",
  input: readyInput,
  output,
  undo,
  describe: ({ container, cell }) => [{ on: cell, line: quote(dockerStart(container)) }],
  async guard(context, target: Ready) {
    const { container } = await guardTarget(context, target);
    if (container.running) return refuseForeignLife(context, container);
    // Nothing is started by this attempt: it only reports the attempt before.
    if (isUntold(context, container)) return;
    // When a start was asked for, the probe and the operator have looked at the life that ended since.
    const stopped_life = askedFrom(context) === undefined ? target.stopped_life : container.startedAt;
    await refuseUnlessReady(context, { ...target, stopped_life });
  },
  async run(context, target): Promise<Output> {
    const { cell, container } = await openTarget(context, target);
    if (!container.running && isUntold(context, container)) throw await tell(context, container, cell);
    if (!container.running) {
      await context.record("starting", { stopped_life: container.startedAt });
      await context.beforeEffect();
      await cell.docker.start(target.container);
    }
    const { start, life } = await awaitStart(context, cell, target);
    if (start.is !== "wrong") return { started_at: life.startedAt, decision: start.line };
    await stopAtOnce(context, life, cell);
    throw await tell(context, life, cell);
  },
  probe: probeStart,
  /** Which life was over is known from the stop; one that has not decided yet is waited for. */
  async probeByHand(context, target): Promise<Probe<Output>> {
    const { cell, container } = await openTarget(context, target);
    const { running, startedAt } = container;
    if (!running || startedAt === target.stopped_life) return await probeStart(context, target);
    if (askedFrom(context) === undefined) await context.record("starting", { stopped_life: target.stopped_life });
    await awaitStart(context, cell, target);
    return await probeStart(context, target);
  },
  /** Any life after the one that was stopped: the proof asks the database of the life that runs. */
  async verify(context, target, output) {
    const { cell, container } = await openTarget(context, target);
    const stays = container.running ? undefined : await keepsFromStart(cell, target);
    const again = container.startedAt === output.started_at ? "" : `, started again since ${output.started_at}`;
    return {
      holds: container.running && container.startedAt !== target.stopped_life,
      evidence: `${container.name} is ${container.status}, started ${plainTime(container.startedAt)}${again}, restarted ${container.restartCount} times by Docker`,
      ...(stays === undefined ? {} : { stays }),
    };
  },
});

/** The life that was over when this run last asked for a start; undefined if it never did. */
function askedFrom(context: Context): string | undefined {
  const life = context.records("starting").at(-1)?.["stopped_life"];
  return typeof life === "string" ? life : undefined;
}

/** A container that runs was started by this run, or it is not touched. */
function refuseForeignLife(context: Context, container: Container): void {
  const asked = askedFrom(context);
  if (asked !== undefined && asked !== container.startedAt) return;
  throw refuse(
    "guard-refused",
    `the container "${container.name}" runs since ${container.startedAt}, and this run did not start it`,
  )
    .at(container.name)
    .advise("Stop it and find out who started it: it may have written to the copied archive. Then resume.");
}

async function probeStart(context: Context, target: Ready): Promise<Probe<Output>> {
  const { cell, container } = await openTarget(context, target);
  const evidence = `${container.name} is ${container.status}, started ${plainTime(container.startedAt)}`;
  const asked = askedFrom(context);
  if (!container.running) return afterItsEnd(context, container, { asked, evidence });
  if (asked === undefined || asked === container.startedAt) return { state: "unknown", evidence };
  const lines = await cell.docker.logs(container.name, container.startedAt);
  const start = await judgeStart(cell, target, lines);
  if (start.is === "undecided") return { state: "partly", evidence: `${evidence}; it has not decided yet` };
  const said = `${evidence}; ${start.line}`;
  // It runs and does not restore: the attempt that follows stops it, and nothing waits for a person meanwhile.
  if (start.is === "wrong") return { state: "partly", evidence: said };
  return { state: "done", output: { started_at: container.startedAt, decision: start.line }, evidence: said };
}

function afterItsEnd(
  context: Context,
  container: Container,
  { asked, evidence }: { readonly asked: string | undefined; readonly evidence: string },
): Probe<Output> {
  if (asked === undefined || asked === container.startedAt) return { state: "not-done", evidence };
  if (isNoted(context, "did-not-restore", container))
    return { state: "partly", evidence: `${evidence}; it did not restore and was stopped at once` };
  return { state: "unknown", evidence: `${evidence}: another life than the one that was stopped, and over by now` };
}

async function awaitStart(
  context: Context,
  cell: Cell,
  target: Ready,
): Promise<{ readonly start: Start; readonly life: Container }> {
  const last = await waitAtMost(context, {
    deadlineMs: DECISION_DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const { container } = await openTarget(context, target);
      const lines = await cell.docker.logs(target.container, container.startedAt);
      const start = await judgeStart(cell, target, lines);
      const seen = { start, life: container };
      return !container.running || start.is !== "undecided" ? { found: seen } : { instead: seen };
    },
    tell: () => "waiting for the container to say what it does",
  });
  const { start, life } = "found" in last ? last.found : last.instead;
  if (start.is !== "undecided") return { start, life };
  // An image that does not tell its doings: only the database can tell, and the proof asks it.
  if (life.running) return { start: { is: "right", line: SILENT }, life };
  return { start: { is: "wrong", line: `it is ${life.status} and said neither that it restores nor why not` }, life };
}

/** A container that initialises a new database archives over the copy within seconds: it is stopped first, then reported. */
async function stopAtOnce(context: Context, { name, startedAt, running }: Container, cell: Cell): Promise<void> {
  await context.record("did-not-restore", { life: startedAt, stopped: running });
  if (!running) return;
  await context.beforeEffect();
  await cell.docker.stop(name, GRACE_SECONDS);
}

function isNoted(context: Context, kind: "did-not-restore" | "end-told", { startedAt }: Container): boolean {
  return context.records(kind).some((note) => note["life"] === startedAt);
}

/** Its life was ended because it did not restore, the answer to the stop was lost, and nobody has been told yet. */
function isUntold(context: Context, container: Container): boolean {
  return isNoted(context, "did-not-restore", container) && !isNoted(context, "end-told", container);
}

/** Journals of earlier versions do not say it: there each was stopped. */
function wasStopped(context: Context, life: string): boolean {
  return context.records("did-not-restore").some((note) => note["life"] === life && note["stopped"] !== false);
}

/** Noted, so that only a later attempt, which a person asked for, starts the container again. */
async function tell(context: Context, { name, startedAt }: Container, cell: Cell): Promise<RecoverError> {
  const { line } = readStartUp(await cell.docker.logs(name, startedAt));
  const now = await cell.docker.inspect(name);
  const state = now === undefined ? "gone" : `${now.status} (exit code ${now.exitCode})`;
  const stopped = wasStopped(context, startedAt) ? STOPPED : "";
  await context.record("end-told", { life: startedAt });
  const why = line === "" ? "it said neither that it restores nor why not" : line;
  return giveUp("proof-failed", `the container did not restore: ${why}. It is ${state}${stopped}`)
    .at(`${name} on ${cell.label}`)
    .advise(
      `The source archive is untouched. Read ${printedLogs(name)} on the cell, then take this run back with "dingo-recover undo ${context.run.id}".`,
    );
}

async function probeStopped(context: Context, target: Ready): Promise<UndoProbe> {
  const { container } = await openTarget(context, target);
  const evidence = `${container.name} is ${container.status}`;
  if (container.running) return { state: "not-done", evidence };
  if (container.status !== "exited") return { state: "unknown", evidence };
  const living = await livingKeys(context, target);
  if (living.length === 0) return { state: "done", evidence: `${evidence}, ${NONE_LEFT}` };
  return { state: "partly", evidence: `${evidence}, etcd still has ${living.join(", ")}` };
}
