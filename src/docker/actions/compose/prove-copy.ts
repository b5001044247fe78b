import { DOCKER } from "../../../kit/log-patterns/docker.ts";
import { z } from "zod";
import { type Context, defineAction, type Probe, type WayBack } from "../../../action.ts";
import { mountValue } from "../../../kit/commands/docker-commands.ts";
import { RUN_LABEL } from "../../../kit/commands/docker-work-commands.ts";
import { giveUp, type RecoverError } from "../../../errors.ts";
import { waitFor } from "../../../kit/wait.ts";
import { typed } from "../storage/host-input.ts";
import { type MovedInput, movedInput } from "./moved-service.ts";
import { askRows, canBeAsked, countedRows, fewerIn, type RowCounts, rowCounts, rowsText } from "./rows.ts";
import { aside, openStack } from "./stack.ts";

/** The wait for a start: a crash recovery over a large WAL may take minutes. */
const READY_MS = 600_000;
const POLL_MS = 500;

/** `before`: the rows that were counted when the databases were stopped. */
const proofInput = movedInput.extend({ before: countedRows.default([]) });
const output = z.object({ service: z.string(), asked: z.boolean(), rows: rowCounts });
type Output = z.infer<typeof output>;

const proofDirectory = (destination: string, run: string): string => `${aside(destination, run)}-proof`;
const proofName = (container: string, run: string): string => `${aside(container, run)}-proof`;

const undo: WayBack<MovedInput, Output> = {
  effect: "create",
  cost: "removes what is left of the proof, a copy of the copy",
  describe: () => [],
  guard: () => Promise.resolve(),
  async probe(context, { input }) {
    const left = await isLeft(context, input);
    return {
      state: left ? "not-done" : "done",
      evidence: left ? "a second copy is left" : "nothing of the proof is left",
    };
  },
  run: (context, { input }) => clear(context, input),
};

/** Proves a copy: a database must start on a second copy of it, so that the first stays unchanged. */
export const proveCopy = defineAction({
  id: "compose.prove-copy",
  title: "Start the database on a second copy, and ask it",
  effect: "create",
  input: proofInput,
  output,
  undo,
  describe: (input, run) => {
    const { destination, path, image_id: image } = input.moved;
    const mount = mountValue("type=bind", `src=${proofDirectory(destination, run)}`, `dst=${path}`);
    return typed(input, (words) => [[...words, "run", "--network", "none", "--mount", mount, image]]);
  },
  async run(context, input): Promise<Output> {
    const { moved } = input;
    if (!canBeAsked(moved.kind)) return { service: moved.service, asked: false, rows: [] };
    const { work } = await openStack(context, input);
    await clear(context, input);
    const [directory, name] = [
      proofDirectory(moved.destination, context.run.id),
      proofName(moved.container, context.run.id),
    ];
    await context.beforeEffect();
    await work.copyTree(moved.destination, directory);
    await context.beforeEffect();
    await work.startProof({
      of: moved.container_id,
      name,
      directory,
      target: moved.path,
      labels: { [RUN_LABEL]: context.run.id },
    });
    const rows = await awaitRows(context, input, name);
    await clear(context, input);
    const before = input.before.find((each) => each.name === moved.name)?.rows ?? [];
    const fewer = rows === undefined ? "" : fewerIn(before, rows, moved.kind);
    if (fewer !== "")
      throw giveUp("proof-failed", `the copy of ${moved.name} has fewer rows than there were before the stop: ${fewer}`)
        .at(moved.destination)
        .advise(
          `Nothing of the old stack was changed but that it is stopped: "dingo-recover undo ${context.run.id}" starts it again. Look who else writes to it, then begin anew.`,
        );
    return { service: moved.service, asked: rows !== undefined, rows: rows ?? [] };
  },
  async probe(context, input): Promise<Probe<Output>> {
    const left = await isLeft(context, input);
    return {
      state: left ? "partly" : "not-done",
      evidence: left ? "a second copy is left" : "there is no second copy",
    };
  },
  verify: (_context, _input, { asked, rows }) =>
    Promise.resolve({ holds: true, evidence: asked ? `the copy had ${rowsText(rows)}` : "nobody knows how to ask it" }),
});

/** The rows of the database; undefined if it wants a password. */
async function awaitRows(context: Context, input: MovedInput, container: string): Promise<RowCounts | undefined> {
  const { work } = await openStack(context, input);
  return await waitFor(context, {
    deadlineMs: READY_MS,
    pollMs: POLL_MS,
    look: async () => {
      const answer = await askRows(work, container, input.moved);
      if ("rows" in answer) return { found: answer.rows };
      if ("locked" in answer) return { found: undefined };
      if (DOCKER.notRunning.says.test(answer.why)) throw ended(await work.said(container, 5), container);
      return { instead: answer.why };
    },
    tell: (why) => why,
    late: (why) =>
      giveUp("proof-failed", `${input.moved.service} does not answer on a copy of its data: ${why}`)
        .at(container)
        .advise(`Look at "docker logs ${container}"; nothing of the old stack was changed but that it is stopped.`),
  });
}

function ended(said: string, container: string): RecoverError {
  return giveUp("proof-failed", `the database ended on a copy of its data: ${said}`)
    .at(container)
    .advise("Nothing of the old stack was changed but that it is stopped; undo starts it again.");
}

interface Left {
  readonly directory: boolean;
  readonly container: boolean;
}

async function leftOf(context: Context, input: MovedInput): Promise<Left> {
  const { work, host } = await openStack(context, input);
  const directory = await work.kind(proofDirectory(input.moved.destination, context.run.id));
  const name = proofName(input.moved.container, context.run.id);
  return { directory: directory !== "absent", container: (await host.containers()).some((one) => one.name === name) };
}

async function isLeft(context: Context, input: MovedInput): Promise<boolean> {
  const { directory, container } = await leftOf(context, input);
  return directory || container;
}

async function clear(context: Context, input: MovedInput): Promise<void> {
  const { work } = await openStack(context, input);
  const left = await leftOf(context, input);
  if (left.container) {
    await context.beforeEffect();
    await work.endProof(proofName(input.moved.container, context.run.id), context.run.id);
  }
  if (!left.directory) return;
  await context.beforeEffect();
  await work.removeOwn(proofDirectory(input.moved.destination, context.run.id));
}
