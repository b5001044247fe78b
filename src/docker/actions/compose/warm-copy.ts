import { z } from "zod";
import { type Context, defineAction, type Probe, type WayBack } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { copyDifferences, makeParents, removeOwnDirectory } from "../../../kit/commands/docker-work-commands.ts";
import { typed } from "../storage/host-input.ts";
import { type MovedInput, movedInput } from "./moved-service.ts";
import { guardMember, openStack, refuse } from "./stack.ts";
import { guardAlone, guardVolume, makeRoom, partOf, removePart } from "./unfinished-copy.ts";

const output = z.object({
  service: z.string(),
  /** Of this machine's clock, for the whole of the data. */
  seconds: z.number(),
});
type Output = z.infer<typeof output>;

const undo: WayBack<MovedInput, Output> = {
  effect: "create",
  cost: "removes a copy that nobody has used",
  describe: (input, run) => typed(input, (words) => [removeOwnDirectory(words, partOf(input.moved.destination, run))]),
  guard: () => Promise.resolve(),
  async probe(context, { input }) {
    const there = await isThere(context, input);
    return { state: there ? "not-done" : "done", evidence: there ? "the copy is there" : "nothing of it is there" };
  },
  run: (context, { input }) => removePart(context, input),
};

/**
 * Runs while the stack still runs: files that are copied now need no copy in the downtime, and the time is measured.
 * Files change while they are copied, so the result cannot be used yet. `compose.copy-data` brings it up to date once
 * nobody writes.
 */
export const warmCopy = defineAction({
  id: "compose.warm-copy",
  title: "Copy the data once while the stack still runs",
  effect: "create",
  input: movedInput,
  output,
  undo,
  describe: (input, run) => {
    const { source, destination } = input.moved;
    const part = partOf(destination, run);
    return typed(input, (words) => [
      source === "" ? makeParents(words, within(part)) : copyDifferences(words, source, part),
    ]);
  },
  async guard(context, input) {
    const { host, work } = await openStack(context, input);
    const { container_id: id, service } = input.moved;
    guardVolume(await guardMember(host, { id, service, project: input.project }), input);
    if ((await work.kind(input.moved.destination)) !== "absent")
      throw refuse(`"${input.moved.destination}" is there already`, input.moved.destination);
    await guardAlone(work, input.moved.destination, context.run.id);
  },
  async run(context, input): Promise<Output> {
    const { destination, source, service, bytes } = input.moved;
    const { work } = await openStack(context, input);
    const part = partOf(destination, context.run.id);
    await makeRoom(context, input);
    if (source === "") {
      // The engine can only copy a container's layer as a whole, so nothing is copied yet. An empty directory with this
      // run's name tells other runs that this one is here.
      await context.beforeEffect();
      await work.makeParents(within(part));
      await stayAlone(context, input);
      return { service, seconds: 0 };
    }
    context.progress({ message: `copying ${bytesText(bytes)} to ${destination} while the stack runs` });
    const began = context.ports.clock.monotonicMs();
    await context.beforeEffect();
    await work.alignTree(source, part, { isLive: true });
    await stayAlone(context, input);
    return { service, seconds: Math.ceil((context.ports.clock.monotonicMs() - began) / 1000) };
  },
  async probe(context, input): Promise<Probe<Output>> {
    const there = await isThere(context, input);
    if (there) return { state: "partly", evidence: "some of the copy is there" };
    return { state: "not-done", evidence: "nothing of the copy is there" };
  },
  async verify(context, input) {
    const { work } = await openStack(context, input);
    const { source, destination } = input.moved;
    const holds = source === "" || (await isThere(context, input)) || (await work.kind(destination)) === "directory";
    return { holds, evidence: holds ? "the copy is there" : "nothing of the copy is there" };
  },
});

const within = (directory: string): string => `${directory}/.`;

/** A run that began at the same moment is visible by now: if there is one, this run's copy is removed. */
async function stayAlone(context: Context, input: MovedInput): Promise<void> {
  const { work } = await openStack(context, input);
  try {
    await guardAlone(work, input.moved.destination, context.run.id);
  } catch (error) {
    await removePart(context, input);
    throw error;
  }
}

async function isThere(context: Context, input: MovedInput): Promise<boolean> {
  const { work } = await openStack(context, input);
  return (await work.kind(partOf(input.moved.destination, context.run.id))) !== "absent";
}
