import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../action.js";
import { RecoverError } from "../../errors.js";
import { containerDataDirectory, dockerStart } from "../../host-commands.js";
import type { Cell, Container } from "../../ports/cells.js";
import { quote } from "../../shell-quote.js";
import { guardTarget, openTarget, type Target, targetInput } from "./target-container.js";
import { readStartUp, type StartUp } from "./start-up-lines.js";

/** The start script looks its address up (3 s a try, 4 tries) and then decides; a loaded cell takes longer. */
const DECISION_DEADLINE_MS = 180_000;
const POLL_MS = 500;

const input = z.strictObject({
  ...targetInput,
  etcd: z.string(),
  /** What /service/GUID/initialize must say at the moment of starting. */
  system_id: z.string().regex(/^\d{10,20}$/),
});
type Input = z.infer<typeof input>;
const output = z.object({ started_at: z.string(), decision: z.string() });
type Output = z.infer<typeof output>;

export const startContainer = defineAction({
  id: "docker.start-container",
  title: "Start the container over the old archive",
  effect: "disrupt",
  input,
  output,
  describe: ({ container, cell }) => [{ on: cell, line: quote(dockerStart(container)) }],
  async guard(context, target: Input) {
    const { cell, container } = await guardTarget(context, target);
    // Started with a foreign or absent system identifier it ends in a loop, or in initdb over the copy (dingo.md §3.4).
    const node = await cell.etcd(target.etcd).get(`/service/${target.guid}/initialize`);
    if (node?.value === target.system_id) return await refuseRefilled(cell, container, target);
    throw new RecoverError(
      "guard-refused",
      `/service/${target.guid}/initialize is "${node?.value ?? "absent"}", not the archive's "${target.system_id}"`,
      {
        remedy: "Do not start the container: it would refuse the data or overwrite the copied archive.",
        place: target.container,
        effect: "none",
      },
    );
  },
  async run(context, target): Promise<Output> {
    const { cell, container } = await openTarget(context, target);
    if (!container.running) {
      await context.record("starting", { stopped_life: container.startedAt });
      await cell.docker.start(target.container);
    }
    const { startUp, life } = await awaitDecision(context, cell, target);
    if (startUp.decision === "restores") return { started_at: life.startedAt, decision: startUp.line };
    await context.record("stopped-at-once", { because: startUp.line });
    await stopAtOnce(cell, target);
    throw new RecoverError("proof-failed", `the container did not restore: ${startUp.line}`, {
      remedy: "It was stopped again, to spare the copied archive. Look at its log before anything else.",
      place: `${target.container} on ${cell.label}`,
    });
  },
  probe: probeStart,
  async verify(context, target, output) {
    const { container } = await openTarget(context, target);
    const same = container.startedAt === output.started_at;
    return {
      holds: container.running && same && container.restartCount === 0,
      evidence: `${container.name} is ${container.status}, started ${container.startedAt}, restarted ${container.restartCount} times by Docker`,
    };
  },
});

/** Hours may lie between the last look and this start: over local data the container would never restore. */
async function refuseRefilled(cell: Cell, container: Container, target: Target): Promise<void> {
  if (container.running) return;
  const left = await cell.files.entries(containerDataDirectory(target.container));
  if (left.length === 0) return;
  throw new RecoverError(
    "guard-refused",
    `the data directory of "${target.container}" holds ${left.length} entries again`,
    {
      remedy: "Something started the container since. Find out what, move the directory aside, then resume.",
      place: target.container,
      effect: "none",
    },
  );
}

async function probeStart(context: Context, target: Input): Promise<Probe<Output>> {
  const { cell, container } = await openTarget(context, target);
  const evidence = `${container.name} is ${container.status}, started ${container.startedAt}`;
  if (!container.running)
    return { state: context.records("stopped-at-once").length > 0 ? "unknown" : "not-done", evidence };
  const before = context.records("starting").at(-1)?.["stopped_life"];
  if (before === undefined || before === container.startedAt) return { state: "unknown", evidence };
  const startUp = readStartUp(await cell.docker.logs(container.name, container.startedAt));
  if (startUp.decision === "undecided") return { state: "partly", evidence: `${evidence}; it has not decided yet` };
  const said = `${evidence}; ${startUp.line}`;
  if (startUp.decision !== "restores") return { state: "unknown", evidence: said };
  return { state: "done", output: { started_at: container.startedAt, decision: startUp.line }, evidence: said };
}

async function awaitDecision(
  context: Context,
  cell: Cell,
  target: Target,
): Promise<{ startUp: StartUp; life: Container }> {
  const { clock } = context.ports;
  const until = clock.monotonicMs() + DECISION_DEADLINE_MS;
  for (;;) {
    const { container } = await openTarget(context, target);
    const startUp = readStartUp(await cell.docker.logs(target.container, container.startedAt));
    if (startUp.decision !== "undecided") return { startUp, life: container };
    if (!container.running || clock.monotonicMs() > until) {
      return {
        startUp: {
          decision: "failed",
          line: `it is ${container.status} and said neither that it restores nor why not`,
        },
        life: container,
      };
    }
    context.progress({ message: "waiting for the container to say what it does" });
    await clock.sleep(POLL_MS, context.signal);
  }
}

/** A container that initialises a new database archives over the copy within seconds: it is stopped first, then reported. */
async function stopAtOnce(cell: Cell, target: Target): Promise<void> {
  await cell.docker.stop(target.container, 10);
}
