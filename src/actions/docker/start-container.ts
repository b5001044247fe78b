import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../action.js";
import { RecoverError } from "../../errors.js";
import { dockerStart } from "../../host-commands.js";
import type { Cell, Container } from "../../ports/cells.js";
import { quote } from "../../shell-quote.js";
import { type Ready, readyInput, refuseUnlessReady } from "../recovery/ready-to-start.js";
import { waitAtMost } from "../wait.js";
import { undoStart } from "./undo-start.js";
import { guardTarget, openTarget, type Target } from "./target-container.js";
import { type Decision, readStartUp, type StartUp } from "./start-up-lines.js";

/** The start script looks its address up (3 s a try, 4 tries) and then decides; a loaded cell takes longer. */
const DECISION_DEADLINE_MS = 180_000;
const POLL_MS = 500;
const GRACE_SECONDS = 10;

const output = z.object({ started_at: z.string(), decision: z.string() });
type Output = z.infer<typeof output>;

export const startContainer = defineAction({
  id: "docker.start-container",
  title: "Start the container over the old archive",
  effect: "disrupt",
  input: readyInput,
  output,
  undo: undoStart,
  describe: ({ container, cell }) => [{ on: cell, line: quote(dockerStart(container)) }],
  async guard(context, target: Ready) {
    const { container } = await guardTarget(context, target);
    if (container.running) return refuseForeignLife(context, container);
    // Nothing is started by this attempt: it only says what the one before saw.
    if (isUntold(context, container)) return;
    // Where a start was asked for, the life that ended since is what the probe and the operator have looked at.
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
    const { startUp, life } = await awaitDecision(context, cell, target);
    if (startUp.decision === wanted(target)) return { started_at: life.startedAt, decision: startUp.line };
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
    await awaitDecision(context, cell, target);
    return await probeStart(context, target);
  },
  async verify(context, target, output) {
    const { container } = await openTarget(context, target);
    const same = container.startedAt === output.started_at;
    return {
      holds: container.running && same && container.restartCount === 0,
      evidence: `${container.name} is ${container.status}, started ${container.startedAt}, restarted ${container.restartCount} times by Docker`,
    };
  },
});

/** What the container must decide: over a copied database it has nothing to restore. */
function wanted({ database }: Ready): Decision {
  return database === "" ? "restores" : "local-database";
}

/** The life that was over when this run last asked for a start; undefined where it never did. */
function askedFrom(context: Context): string | undefined {
  const life = context.records("starting").at(-1)?.["stopped_life"];
  return typeof life === "string" ? life : undefined;
}

/** A container that runs was started by this run, or it is not touched. */
function refuseForeignLife(context: Context, container: Container): void {
  const asked = askedFrom(context);
  if (asked !== undefined && asked !== container.startedAt) return;
  throw new RecoverError(
    "guard-refused",
    `the container "${container.name}" runs since ${container.startedAt}, and this run did not start it`,
    {
      remedy: "Stop it and find out who started it: it may have written to the copied archive. Then resume.",
      place: container.name,
      effect: "none",
    },
  );
}

async function probeStart(context: Context, target: Ready): Promise<Probe<Output>> {
  const { cell, container } = await openTarget(context, target);
  const evidence = `${container.name} is ${container.status}, started ${container.startedAt}`;
  const asked = askedFrom(context);
  if (!container.running) return afterItsEnd(context, container, { asked, evidence });
  if (asked === undefined || asked === container.startedAt) return { state: "unknown", evidence };
  const startUp = readStartUp(await cell.docker.logs(container.name, container.startedAt));
  if (startUp.decision === "undecided") return { state: "partly", evidence: `${evidence}; it has not decided yet` };
  const said = `${evidence}; ${startUp.line}`;
  // It runs and does not restore: the attempt that follows stops it, and nothing waits for a person meanwhile.
  if (startUp.decision !== wanted(target)) return { state: "partly", evidence: said };
  return { state: "done", output: { started_at: container.startedAt, decision: startUp.line }, evidence: said };
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

async function awaitDecision(
  context: Context,
  cell: Cell,
  target: Target,
): Promise<{ startUp: StartUp; life: Container }> {
  const last = await waitAtMost(context, {
    deadlineMs: DECISION_DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const { container } = await openTarget(context, target);
      const lines = await cell.docker.logs(target.container, container.startedAt);
      const seen = { lines, container };
      const isOver = !container.running || readStartUp(lines).decision !== "undecided";
      return isOver ? { found: seen } : { instead: seen };
    },
    tell: () => "waiting for the container to say what it does",
  });
  const { lines, container } = "found" in last ? last.found : last.instead;
  return { startUp: decisionOf(lines, container), life: container };
}

/** A container that initialises a new database archives over the copy within seconds: it is stopped first, then reported. */
async function stopAtOnce(context: Context, { name, startedAt }: Container, cell: Cell): Promise<void> {
  await context.record("did-not-restore", { life: startedAt });
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

/** Noted, so that only a later attempt, which a person asked for, starts the container again. */
async function tell(context: Context, container: Container, cell: Cell): Promise<RecoverError> {
  const { name, startedAt } = container;
  const { line } = decisionOf(await cell.docker.logs(name, startedAt), container);
  await context.record("end-told", { life: startedAt });
  return new RecoverError("proof-failed", `the container did not restore: ${line}`, {
    remedy: "It was stopped again, to spare the copied archive. Look at its log before anything else.",
    place: `${name} on ${cell.label}`,
  });
}

/** What it says, or that its time is over and it said nothing. */
function decisionOf(lines: readonly string[], { status }: Container): StartUp {
  const startUp = readStartUp(lines);
  if (startUp.decision !== "undecided") return startUp;
  return { decision: "failed", line: `it is ${status} and said neither that it restores nor why not` };
}
