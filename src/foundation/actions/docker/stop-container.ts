import { z } from "zod";
import { type Context, defineAction, type Probe, type UndoProbe, type WayBack } from "../../../action.ts";
import { dockerStart, dockerStop } from "../../../kit/commands/host-commands.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { adoptedInput, guardStillUnused } from "../cf/inspect-taken.ts";
import { waitAtMost, waitFor } from "../../../kit/wait.ts";
import { guardTarget, openTarget, type Target, targetInput } from "./target-container.ts";
import { giveUp } from "../../../errors.ts";

/**
 * The grace that cf-containers-broker itself gives a container (dingo.md §3.9); images before 0.8.1 always need the
 * force.
 */
const GRACE_SECONDS = 10;
/** A stop whose asker was killed goes on in the engine: its grace, and the time the kill behind it takes. */
const LATE_STOP_MS = (GRACE_SECONDS + 5) * 1000;
/** A start over its own data is a crash recovery at most; a loaded cell takes its time. */
const START_MS = 180_000;
const POLL_MS = 500;

const input = z.strictObject({ ...targetInput, ...adoptedInput });
const output = z.object({ exit_code: z.number(), started_at: z.string() });
type Output = z.infer<typeof output>;

const undoStop: WayBack<Target, unknown> = {
  effect: "disrupt",
  cost: "starts the new instance's container again, over its own empty database",
  describe: ({ container, cell }) => [{ on: cell, line: quote(dockerStart(container)) }],
  guard: (context, { input }) => guardTarget(context, input),
  probe: (context, { input }) => probeLeads(context, input),
  async run(context, { input }) {
    const { cell, container } = await openTarget(context, input);
    if (!container.running) {
      await context.beforeEffect();
      await cell.docker.start(input.container);
    }
    await awaitLeader(context, input);
  },
};

export const stopContainer = defineAction({
  id: "docker.stop-container",
  title: "Stop the new instance's container",
  effect: "disrupt",
  input,
  output,
  undo: undoStop,
  describe: ({ container, cell }) => [{ on: cell, line: quote(dockerStop(container, GRACE_SECONDS)) }],
  guard: async (context, target) => {
    await guardTarget(context, target);
    await guardStillUnused(context, target);
  },
  async run(context, target): Promise<Output> {
    const { cell, container } = await openTarget(context, target);
    if (container.running) {
      await context.record("stopping", { life: container.startedAt });
      await context.beforeEffect();
      await cell.docker.stop(target.container, GRACE_SECONDS);
    }
    return stopped((await openTarget(context, target)).container);
  },
  async probe(context, target): Promise<Probe<Output>> {
    const container = await afterLateStop(context, target);
    const evidence = `${container.name} is ${container.status}`;
    // "restarting" is neither: with restart=no held before, it can only be on its way down or up.
    if (container.status === "exited") return { state: "done", output: stopped(container), evidence };
    return container.running ? { state: "not-done", evidence } : { state: "unknown", evidence };
  },
  async verify(context, target, output) {
    const { container } = await openTarget(context, target);
    const same = container.startedAt === output.started_at;
    return {
      holds: !container.running && container.status === "exited" && same,
      evidence: same
        ? `${container.name} is ${container.status} (exit code ${container.exitCode})`
        : `${container.name} was started again at ${container.startedAt}`,
    };
  },
});

/** The container as it is once a stop that was asked for has come to its end: Docker does not show that one is under way. */
async function afterLateStop(context: Context, target: Target): Promise<Container> {
  const asked = context.records("stopping").at(-1)?.["life"];
  const last = await waitAtMost(context, {
    deadlineMs: LATE_STOP_MS,
    pollMs: POLL_MS,
    look: async () => {
      const { container } = await openTarget(context, target);
      return container.running && container.startedAt === asked ? { instead: container } : { found: container };
    },
    tell: () => "waiting for the end of a stop that was asked for before",
  });
  return "found" in last ? last.found : last.instead;
}

function stopped(container: Container): Output {
  return { exit_code: container.exitCode, started_at: container.startedAt };
}

async function probeLeads(context: Context, target: Target): Promise<UndoProbe> {
  const { cell, container } = await openTarget(context, target);
  const evidence = `${container.name} is ${container.status}`;
  if (!container.running) return { state: "not-done", evidence };
  if (await leads(cell, container, target)) return { state: "done", evidence: `${evidence} and leads` };
  return { state: "partly", evidence: `${evidence} and does not lead yet` };
}

async function awaitLeader(context: Context, target: Target): Promise<void> {
  await waitFor(context, {
    deadlineMs: START_MS,
    pollMs: POLL_MS,
    look: async () => {
      const { state, evidence } = await probeLeads(context, target);
      return state === "done" ? { found: evidence } : { instead: evidence };
    },
    tell: () => "waiting for the container to lead again",
    late: () =>
      giveUp("deadline-passed", `${target.container} does not lead after 180 s`)
        .at(`${target.container} on ${target.cell}`)
        .advise("Look at its log; when it leads, go on."),
  });
}

/** Patroni writes the key once the database runs; when a container names no etcd, that it runs has to do. */
async function leads(cell: Cell, container: Container, { guid }: Target): Promise<boolean> {
  const etcd = container.env["ETCD_HOST_PORT"];
  return etcd === undefined || (await cell.etcd(etcd).get(`/service/${guid}/leader`)) !== undefined;
}
