import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { guardRefusal } from "../../../errors.ts";
import { dockerRestartPolicy, dockerStop } from "../../../kit/commands/host-commands.ts";
import type { Cell, Container } from "../../../ports/cells.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { openCell } from "../bosh/cell-instances.ts";
import { canChangePolicy } from "./hold-restart.ts";
import { isStopped } from "./target-container.ts";

const denied = guardRefusal("Nothing was stopped by this attempt. Look at the cells again: begin anew.");

/** A database in use has more to write down than an empty one. */
const GRACE_SECONDS = 60;

const place = z.object({ cell: z.string(), container: z.string() });
const input = z.strictObject({
  /** Of the deleted instance. */
  guid: z.guid(),
  deployment: z.string(),
  containers: z.array(place).min(1),
});
type Input = z.infer<typeof input>;
const output = z.object({ stopped: z.array(z.object({ container: z.string(), exit_code: z.number() })) });
type Output = z.infer<typeof output>;

/** Law 7's one exception: it is not ours, but its own GUID was typed for exactly this. Stopped, never removed. */
export const stopOldInstance = defineAction({
  id: "docker.stop-old-instance",
  title: "Stop what is left of the deleted instance",
  effect: "disrupt",
  input,
  output,
  describe: ({ containers }) =>
    containers.flatMap(({ cell, container }) => [
      { on: cell, line: quote(dockerRestartPolicy(container, "no")) },
      { on: cell, line: quote(dockerStop(container, GRACE_SECONDS)) },
    ]),
  async guard(context, request) {
    const living = await context.ports.cf.getInstance(request.guid);
    if (living !== undefined) throw denied(`Cloud Foundry has the instance "${request.guid}" again`, request.guid);
    await openAll(context, request);
  },
  async run(context, request): Promise<Output> {
    for (const { cell, container } of await openAll(context, request)) {
      if (isStopped(container)) continue;
      await context.record("stopping-old", { container: container.name, policy: container.restartPolicy });
      await context.beforeEffect();
      // Otherwise the next restart of the daemon brings it back, and it writes to the archive again.
      if (await canChangePolicy(cell)) await cell.docker.setRestartPolicy(container.name, "no");
      await context.beforeEffect();
      await cell.docker.stop(container.name, GRACE_SECONDS);
    }
    return stopped(await openAll(context, request));
  },
  async probe(context, request): Promise<Probe<Output>> {
    const all = await openAll(context, request);
    const running = all.filter(({ container }) => !isStopped(container)).length;
    const evidence = all
      .map(({ container }) => `${container.name} is ${container.status} (exit code ${container.exitCode})`)
      .join(", ");
    if (running === 0) return { state: "done", output: stopped(all), evidence };
    return { state: running === all.length ? "not-done" : "partly", evidence };
  },
  undo: { leaves: "the deleted instance's container stays stopped; it can be started again, as it was" },
});

interface Opened {
  readonly cell: Cell;
  readonly container: Container;
}

/** Throws `guard-refused` unless each of them belongs to the deleted instance. */
async function openAll(context: Context, { guid, deployment, containers }: Input): Promise<readonly Opened[]> {
  const opened: Opened[] = [];
  for (const { cell: name, container: wanted } of containers) {
    const cell = await openCell(context.ports, { deployment, cell: name });
    const container = await cell.docker.inspect(wanted);
    if (container === undefined) throw denied(`the container "${wanted}" is not on ${cell.label}`, cell.label);
    const scope = container.env["PATRONI_SCOPE"];
    if (scope !== guid)
      throw denied(`the container "${wanted}" belongs to "${scope ?? "none"}", not to "${guid}"`, cell.label);
    opened.push({ cell, container });
  }
  return opened;
}

function stopped(all: readonly Opened[]): Output {
  return { stopped: all.map(({ container }) => ({ container: container.name, exit_code: container.exitCode })) };
}
