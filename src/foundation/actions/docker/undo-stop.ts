import type { Context, UndoProbe, WayBack } from "../../../action.ts";
import { giveUp } from "../../../errors.ts";
import { dockerStart } from "../../../kit/commands/host-commands.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { waitFor } from "../../../kit/wait.ts";
import { guardTarget, openTarget, type Target } from "./target-container.ts";

/** A start over its own data is a crash recovery at most; a loaded cell takes its time. */
const DEADLINE_MS = 180_000;
const POLL_MS = 500;

export const undoStop: WayBack<Target, unknown> = {
  effect: "disrupt",
  cost: "starts the new instance's container again, over its own empty database",
  describe: ({ container, cell }) => [{ on: cell, line: quote(dockerStart(container)) }],
  guard: async (context, { input }) => {
    await guardTarget(context, input);
  },
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

async function probeLeads(context: Context, target: Target): Promise<UndoProbe> {
  const { cell, container } = await openTarget(context, target);
  const evidence = `${container.name} is ${container.status}`;
  if (!container.running) return { state: "not-done", evidence };
  if (await leads(cell, container, target)) return { state: "done", evidence: `${evidence} and leads` };
  return { state: "partly", evidence: `${evidence} and does not lead yet` };
}

async function awaitLeader(context: Context, target: Target): Promise<void> {
  await waitFor(context, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const { state, evidence } = await probeLeads(context, target);
      return state === "done" ? { found: evidence } : { instead: evidence };
    },
    tell: () => "waiting for the container to lead again",
    late: () =>
      giveUp(
        "deadline-passed",
        `${target.container} does not lead after 180 s`,
        `${target.container} on ${target.cell}`,
      ).advise("Look at its log; when it leads, go on."),
  });
}

/** Patroni writes the key once the database runs; when a container names no etcd, that it runs has to do. */
async function leads(cell: Cell, container: Container, { guid }: Target): Promise<boolean> {
  const etcd = container.env["ETCD_HOST_PORT"];
  return etcd === undefined || (await cell.etcd(etcd).get(`/service/${guid}/leader`)) !== undefined;
}
