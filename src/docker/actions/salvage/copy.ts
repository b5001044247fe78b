import { z } from "zod";
import { type Context, defineAction, type Probe, type WayBack } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { fillByHand, makeVolume, removeVolume } from "../../../kit/commands/database-copy-commands.ts";
import { RUN_LABEL } from "../../../kit/commands/docker-work-commands.ts";
import { onOneLine } from "../../../kit/text/printable.ts";
import { hostInput, typed } from "../storage/host-input.ts";
import { volumeName } from "./candidate.ts";
import { copied, fillOrder } from "./copied.ts";
import { guardOriginal } from "./guard-original.ts";
import { OwnCopies } from "./own-copies.ts";

const input = z.strictObject({ ...hostInput.shape, copy: copied });
type Input = z.infer<typeof input>;
const output = z.object({
  files: z.number(),
  bytes: z.number(),
  tablespaces: z.number(),
  unread: z.array(z.string()).default([]),
});
type Output = z.infer<typeof output>;

const orderOf = (run: string, { copy }: Input) => ({ ...fillOrder(run, copy, copy.name), isForServer: true });

const undo: WayBack<Input, Output> = {
  effect: "create",
  cost: "removes the copy, which the run made; the volume that it was made of is as it was",
  describe: (request) => typed(request, (words) => [removeVolume(words, request.copy.name)]),
  guard: async (context, { input }) => {
    await (await OwnCopies.open(context, input)).volume(input.copy.name);
  },
  async probe(context, { input }) {
    const found = await (await OwnCopies.open(context, input)).volume(input.copy.name);
    return {
      state: found === undefined ? "done" : "not-done",
      evidence: found === undefined ? "there is no copy" : `the volume ${input.copy.name} is there`,
    };
  },
  run: async (context, { input }) => await (await OwnCopies.open(context, input)).remove(input.copy.name),
};

/** Copies in a container that has the original as a read-only mount. */
export const copyVolume = defineAction({
  id: "salvage.copy",
  title: "Copy the volume, read-only",
  effect: "create",
  input,
  output,
  undo,
  describe: (request, run) =>
    typed(request, (words) => [
      makeVolume(words, request.copy.name, { [RUN_LABEL]: run }),
      ...fillByHand(words, orderOf(run, request)),
    ]),
  guard: (context, request) => guardOriginal(context, request, request.copy),
  async run(context, request): Promise<Output> {
    const own = await OwnCopies.open(context, request);
    const { copy } = request;
    if ((await own.volume(copy.name)) === undefined) await own.make(copy.name);
    context.progress({ message: `copying ${bytesText(copy.bytes)} of ${volumeName(copy.original)}` });
    await context.beforeEffect();
    const all = await own.copies.fill(orderOf(context.run.id, request));
    const filled = { ...all, unread: [...all.unread] };
    // If somebody started the original meanwhile, the copied data have changed.
    await guardOriginal(context, request, copy);
    await context.record("filled", filled);
    return filled;
  },
  probe: (context, request) => probe(context, request),
  async verify(context, request, { files, tablespaces, unread }) {
    const damaged = unread.length === 0 ? "" : `; NOT READ to the end: ${onOneLine(unread.join(", "))}`;
    const whole = await (await OwnCopies.open(context, request)).isWhole(request.copy.name);
    return {
      holds: whole,
      evidence: `${request.copy.name} ${whole ? `holds the copy (${counted(files, "file")}${tablespaces === 0 ? "" : `, without ${counted(tablespaces, "tablespace")} that lie elsewhere`})${damaged}` : "holds no whole copy"}`,
    };
  },
});

async function probe(context: Context, request: Input): Promise<Probe<Output>> {
  const { name } = request.copy;
  const own = await OwnCopies.open(context, request);
  if ((await own.volume(name)) === undefined) return { state: "not-done", evidence: `there is no volume ${name}` };
  const noted = output.safeParse(context.records("filled").at(-1));
  if (noted.success && (await own.isWhole(name)))
    return { state: "done", output: noted.data, evidence: `${name} holds the whole copy` };
  return { state: "partly", evidence: `${name} holds a part of the copy` };
}
