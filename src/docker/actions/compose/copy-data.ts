import { z } from "zod";
import { type Context, defineAction, type Probe, type Verdict, type WayBack } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { copyDifferences, copyOut, removeDifferences, renameData } from "../../../kit/commands/docker-work-commands.ts";
import { giveUp, RecoverError } from "../../../errors.ts";
import type { Fingerprint } from "../../../ports/docker-work.ts";
import { typed } from "../storage/host-input.ts";
import { type MovedInput, movedInput } from "./moved-service.ts";
import { containerWith, guardMember, openStack, refuse, undoneDirectory } from "./stack.ts";
import { guardVolume, makeRoom, partOf, removePart } from "./unfinished-copy.ts";

const output = z.object({ files: z.number(), bytes: z.number(), sha256: z.string() });
type Output = z.infer<typeof output>;

const undo: WayBack<MovedInput, Output> = {
  effect: "destroy",
  cost: "moves the new data directory aside, with all that was written to it",
  describe: (input, run) => {
    const { destination } = input.moved;
    return typed(input, (words) => [renameData(words, destination, undoneDirectory(destination, run))]);
  },
  async guard(context, { input }) {
    const { host } = await openStack(context, input);
    const user = (await host.containers()).find(
      ({ running, mounts }) => running && mounts.some(({ source }) => source === input.moved.destination),
    );
    if (user !== undefined)
      throw refuse(
        `the container "${user.name}" runs on ${input.moved.destination}`,
        user.name,
        "Stop it, then go on.",
      );
  },
  async probe(context, { input }) {
    const { work } = await openStack(context, input);
    const { destination } = input.moved;
    const [whole, part] = [await work.kind(destination), await work.kind(partOf(destination, context.run.id))];
    const evidence = `${destination} is ${whole}`;
    return { state: whole === "absent" && part === "absent" ? "done" : "not-done", evidence };
  },
  async run(context, { input }) {
    const { work } = await openStack(context, input);
    const { destination } = input.moved;
    await removePart(context, input);
    if ((await work.kind(destination)) === "absent") return;
    await context.beforeEffect();
    await work.rename(destination, undoneDirectory(destination, context.run.id));
  },
};

/** Copies with owners, modes, times, links, extended attributes and holes, then compares every byte of both sides. */
export const copyService = defineAction({
  id: "compose.copy-data",
  title: "Copy the data out, and compare every byte",
  effect: "create",
  input: movedInput,
  output,
  undo,
  describe: (input, run) => {
    const { source, destination, container, path } = input.moved;
    const part = partOf(destination, run);
    return typed(input, (words) => [
      ...(source === ""
        ? [copyOut(words, { container, path }, part)]
        : [removeDifferences(words, source, part), copyDifferences(words, source, part)]),
      renameData(words, part, destination),
    ]);
  },
  guard: guardStopped,
  async run(context, input): Promise<Output> {
    const { work } = await openStack(context, input);
    const { destination } = input.moved;
    if ((await work.kind(destination)) === "absent") {
      const part = partOf(destination, context.run.id);
      await makeRoom(context, input);
      context.progress({ message: `copying ${bytesText(input.moved.bytes)} to ${destination}` });
      await copyWhole(context, input, part);
      await context.beforeEffect();
      await work.rename(part, destination);
    }
    return await same(context, input, destination);
  },
  async probe(context, input): Promise<Probe<Output>> {
    const { work } = await openStack(context, input);
    const { destination, source } = input.moved;
    const [whole, part] = [await work.kind(destination), await work.kind(partOf(destination, context.run.id))];
    const evidence = `${destination} is ${whole}, its part is ${part}`;
    if (whole === "absent") return { state: part === "absent" ? "not-done" : "partly", evidence };
    const ran = await ranAgain(context, input);
    const print = await work.fingerprint(destination);
    if (!ran && (source === "" || (await work.fingerprint(source)).sha256 === print.sha256))
      return { state: "done", output: print, evidence };
    const why = ran ? `${input.moved.container} has run since it was looked at` : `holds something else than ${source}`;
    const found = {
      state: "unknown",
      evidence: `${evidence}, and ${why}; "dingo-recover undo ${context.run.id}" brings the old stack back with its rows`,
    } as const;
    // While the old container is there, a copy that is put aside loses nothing. Later the copy is the data.
    const isOld = (await containerWith((await openStack(context, input)).host, input.moved.container_id)) !== undefined;
    return isOld ? { ...found, best: "undo" } : found;
  },
  async verify(context, input, { files }): Promise<Verdict> {
    const { work, host } = await openStack(context, input);
    const kind = await work.kind(input.moved.destination);
    // Once the old container is set aside, writes to the copy are the new one's.
    const isOld = (await containerWith(host, input.moved.container_id)) !== undefined;
    const stale = kind === "directory" && isOld ? await staleness(context, input) : undefined;
    if (stale !== undefined) return { holds: false, evidence: stale };
    return {
      holds: kind === "directory",
      evidence: `${input.moved.destination} is a ${kind} (${counted(files, "file")} copied)`,
    };
  },
});

/**
 * Goes on with an earlier copy, warm or from a process that was cut. If the result differs from the source, it copies
 * anew.
 */
async function copyWhole(context: Context, input: MovedInput, part: string): Promise<void> {
  const { work } = await openStack(context, input);
  const { source, container_id: id, path } = input.moved;
  if (source === "") {
    await removePart(context, input);
    const now = await containerWith((await openStack(context, input)).host, id);
    await context.record(COPIED, { container: id, path, started_at: now?.startedAt ?? "" });
    await context.beforeEffect();
    await work.copyOut(id, path, part);
    return;
  }
  const isBegun = (await work.kind(part)) !== "absent";
  await context.beforeEffect();
  await work.alignTree(source, part, { isLive: false });
  try {
    await same(context, input, part);
  } catch (error) {
    if (!isBegun || !(error instanceof RecoverError) || error.code !== "proof-failed") throw error;
    await removePart(context, input);
    await context.beforeEffect();
    await work.alignTree(source, part, { isLive: false });
    await same(context, input, part);
  }
}

/** Refuses unless the service's own container is stopped, and has the very volume that was found. */
export async function guardStopped(context: Context, input: MovedInput): Promise<void> {
  const { host } = await openStack(context, input);
  const { container_id: id, service } = input.moved;
  const container = await guardMember(host, { id, service, project: input.project });
  if (container.running || container.status === "restarting")
    throw refuse(
      `the container "${container.name}" is ${container.status}: its data change`,
      container.name,
      "Find out who started it and stop it, then go on.",
    );
  guardVolume(container, input);
}

/** Throws `guard-refused` if the old container or somebody else has written since the data were copied. */
export async function guardCopied(context: Context, input: MovedInput): Promise<void> {
  const stale = await staleness(context, input);
  if (stale === undefined) return;
  throw refuse(
    stale,
    input.moved.container,
    'Nothing is lost. "dingo-recover undo" takes the copies away and starts the stack as it was; then begin anew.',
  );
}

/** Why the copy lacks something of the old container; undefined if it has all. A server that was only started changes its files. */
async function staleness(context: Context, input: MovedInput): Promise<string | undefined> {
  const { source, destination, container } = input.moved;
  if (await ranAgain(context, input)) return `${container} has run since its data were looked at`;
  if (source === "") return undefined;
  const { work } = await openStack(context, input);
  return (await work.alike(source, destination))
    ? undefined
    : `what lies in ${source} is not what was copied to ${destination}: somebody has written there since`;
}

/** The kind of a note: when the container was started whose layer was copied. */
const COPIED = "copied";

/** True if the container was started again. Data in a layer have no directory to compare with, so this decides. */
async function ranAgain(context: Context, { moved, ...stack }: MovedInput): Promise<boolean> {
  const noted = [
    ...context.journaled("compose.copy-data").flatMap(({ records }) => records(COPIED)),
    ...context.records(COPIED),
  ].findLast(({ container, path }) => container === moved.container_id && path === moved.path);
  const started = noted?.["started_at"] ?? moved.started_at;
  if (moved.source !== "" || started === "") return false;
  const found = await containerWith((await openStack(context, stack)).host, moved.container_id);
  return found !== undefined && found.startedAt !== started;
}

/** The fingerprint of both sides. The engine's copy out of a layer has no directory to be compared with. */
async function same(context: Context, input: MovedInput, directory: string): Promise<Fingerprint> {
  const { work } = await openStack(context, input);
  context.progress({ message: `reading both sides of ${directory}` });
  const copy = await work.fingerprint(directory);
  const { source } = input.moved;
  if (source === "") return copy;
  const original = await work.fingerprint(source);
  if (original.sha256 === copy.sha256) return copy;
  throw giveUp("proof-failed", `the copy in ${directory} is not what lies in ${source}`)
    .at(directory)
    .advise(
      `Look who writes there, then go on; the old container is as it was. If the other one is "${input.moved.destination}", "dingo-recover undo" takes it away; then begin anew.`,
    );
}
