import { z } from "zod";
import { type Context, defineAction, type Probe, type UndoProbe, type WayBack } from "../../../action.ts";
import { stopContainer, startContainer } from "../../../kit/commands/docker-work-commands.ts";
import type { DockerContainer } from "../../../ports/docker-host.ts";
import { typed } from "../storage/host-input.ts";
import { movedService } from "./moved-service.ts";
import { askRows, countedRows } from "./rows.ts";
import { runningContainer } from "./running-container.ts";
import { guardMember, openStack, stackInput, containersOf } from "./stack.ts";
import { leftBehind } from "./left-behind.ts";
import { LABEL } from "../../compose/labels.ts";

const input = z.strictObject({
  ...stackInput,
  running: z.array(runningContainer),
  /** Services whose data are moved while it is down; none in older journals. */
  services: z.array(movedService).default([]),
  /** The file that is written; "" in journals without it. */
  file: z.string().default(""),
});
/** `rows`: of the databases before they were stopped, with nobody else of the stack running. */
const output = z.object({ stopped: z.number(), rows: countedRows.default([]) });
type Input = z.infer<typeof input>;
type Rows = z.infer<typeof countedRows>;

/** Starts the containers again by service: one that was set aside and brought back has another id. */
const undo: WayBack<Input, unknown> = {
  effect: "disrupt",
  cost: "starts the stack's containers again, databases first",
  describe: (stopped) =>
    typed(stopped, (words) => [...stopped.running].reverse().map(({ name }) => startContainer(words, name))),
  guard: (context, { input }) => membersOf(context, input),
  async probe(context, { input }): Promise<UndoProbe> {
    const down = await downOf(context, input);
    if (down.length === 0)
      return { state: "done", evidence: ["all run", ...(await leftBehind(context, input))].join("\n") };
    const evidence = `${down.map(({ name }) => name).join(", ")} ${down.length === 1 ? "does" : "do"} not run`;
    return { state: down.length === input.running.length ? "not-done" : "partly", evidence };
  },
  async run(context, { input }) {
    const { work } = await openStack(context, input);
    for (const { id } of await downOf(context, input)) {
      await context.beforeEffect();
      await work.start(id);
    }
  },
};

/** Stops first the containers that write, then those that they write to: the copy then lacks no accepted write. */
export const stopStack = defineAction({
  id: "compose.stop",
  title: "Stop the stack",
  effect: "disrupt",
  input,
  output,
  undo,
  describe: (request) =>
    typed(request, (words) => request.running.map(({ name, grace }) => stopContainer(words, name, grace))),
  async guard(context, request) {
    const { host } = await openStack(context, request);
    for (const member of request.running) await guardMember(host, { ...member, project: request.project });
  },
  async run(context, request) {
    const { work } = await openStack(context, request);
    const data = new Set(request.services.map(({ container_id: id }) => id));
    let rows: Rows | undefined;
    for (const [index, { id, name, grace }] of request.running.entries()) {
      if (!(await still(context, request)).some((container) => container.id === id)) continue;
      if (data.has(id)) rows ??= await countAll(context, request);
      context.progress({ message: `stopping ${name}`, done: index, total: request.running.length });
      await context.beforeEffect();
      await work.stop(id, grace);
    }
    return { stopped: request.running.length, rows: rows ?? [] };
  },
  async probe(context, request): Promise<Probe<z.infer<typeof output>>> {
    const { left, evidence } = await seen(context, request);
    if (left.length === 0) return { state: "done", output: { stopped: request.running.length, rows: [] }, evidence };
    return { state: left.length === request.running.length ? "not-done" : "partly", evidence };
  },
  async verify(context, request) {
    const { left, evidence } = await seen(context, request);
    return { holds: left.length === 0, evidence };
  },
});

/** Counts the rows that a copy must have at least. Redis is not asked, because its keys expire. */
async function countAll(context: Context, request: Input): Promise<Rows> {
  const { work } = await openStack(context, request);
  const running = new Set((await still(context, request)).map(({ id }) => id));
  const rows: Rows = [];
  for (const moved of request.services) {
    if (moved.kind !== "postgresql" || !running.has(moved.container_id)) continue;
    context.progress({ message: `counting the rows of ${moved.name}` });
    const answer = await askRows(work, moved.container_id, moved);
    if ("rows" in answer) rows.push({ name: moved.name, rows: [...answer.rows] });
  }
  return rows;
}

async function seen(context: Context, request: Input) {
  const left = await still(context, request);
  return { left, evidence: left.length === 0 ? "all have stopped" : `${left.map(({ name }) => name).join(", ")} run` };
}

async function still(context: Context, request: Input): Promise<readonly DockerContainer[]> {
  const { host } = await openStack(context, request);
  const ids = new Set(request.running.map(({ id }) => id));
  return (await host.containers()).filter(
    ({ id, running, status }) => ids.has(id) && (running || status === "restarting"),
  );
}

async function membersOf(context: Context, input: Input): Promise<readonly DockerContainer[]> {
  const { host } = await openStack(context, input);
  const members = await containersOf(host, input.project);
  const services = [...input.running].reverse().map(({ service }) => service);
  return services.flatMap((service) => members.filter(({ labels }) => labels[LABEL.service] === service));
}

async function downOf(context: Context, input: Input): Promise<readonly DockerContainer[]> {
  return (await membersOf(context, input)).filter(({ running, status }) => !running && status !== "restarting");
}
