import { z } from "zod";
import { type Context, defineAction, type Probe, type WayBack } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { fill, makeVolume, removeVolume } from "../../../kit/commands/database-copy-commands.ts";
import { RUN_LABEL } from "../../../kit/commands/docker-work-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { hostInput, placeText } from "../storage/host-input.ts";
import { volumeName } from "./candidate.ts";
import { copied, openCopies } from "./copied.ts";
import { guardOriginal } from "./guard-original.ts";
import { isWhole, ownVolume } from "./own-volume.ts";
import { removeCopy } from "./remove-copy.ts";
import { wordsOf } from "../../../kit/commands/docker-commands.ts";

const input = z.strictObject({ ...hostInput.shape, copy: copied });
type Input = z.infer<typeof input>;
const output = z.object({ files: z.number(), bytes: z.number(), tablespaces: z.number() });
type Output = z.infer<typeof output>;

const orderOf = (run: string, { copy }: Pick<Input, "copy">) => ({
  run,
  programs: copy.programs,
  path: copy.original.path,
  inside: copy.original.inside,
  to: copy.name,
  isForServer: true,
});

const undo: WayBack<Input, Output> = {
  effect: "create",
  cost: "removes the copy, which the run made; the volume that it was made of is as it was",
  describe: (request) => [{ on: placeText(request), line: quote(removeVolume(wordsOf(request), request.copy.name)) }],
  async guard(context, { input: request }) {
    await ownVolume(context, request, request.copy.name);
  },
  async probe(context, { input: request }) {
    const found = await ownVolume(context, request, request.copy.name);
    return {
      state: found === undefined ? "done" : "not-done",
      evidence: found === undefined ? "there is no copy" : `the volume ${request.copy.name} is there`,
    };
  },
  run: (context, { input: request }) => removeCopy(context, request, request.copy.name),
};

/** By a container that sees the original through a read-only mount. */
export const copyVolume = defineAction({
  id: "salvage.copy",
  title: "Copy the volume, read-only",
  effect: "create",
  input,
  output,
  undo,
  describe: (request, run) => {
    const { copy } = request;
    const on = placeText(request);
    const made = makeVolume(wordsOf(request), copy.name, { [RUN_LABEL]: run });
    return [made, fill(wordsOf(request), orderOf(run, request))].map((argv) => ({ on, line: quote(argv) }));
  },
  guard: (context, request) => guardOriginal(context, request, request.copy.original),
  async run(context, request): Promise<Output> {
    const { copies } = await openCopies(context, request);
    const { copy } = request;
    if ((await ownVolume(context, request, copy.name)) === undefined) {
      await context.beforeEffect();
      await copies.makeVolume(copy.name, { [RUN_LABEL]: context.run.id });
    }
    context.progress({ message: `copying ${bytesText(copy.bytes)} of ${volumeName(copy.original)}` });
    await context.beforeEffect();
    const filled = await copies.fill(orderOf(context.run.id, request));
    // If somebody started the original meanwhile, the copied data have changed.
    await guardOriginal(context, request, copy.original);
    await context.record("filled", { ...filled });
    return filled;
  },
  probe: (context, request) => probe(context, request),
  async verify(context, request, { files, tablespaces }) {
    const whole = await isWhole(context, request, request.copy.name);
    return {
      holds: whole,
      evidence: `${request.copy.name} ${whole ? `holds the copy (${counted(files, "file")}${tablespaces === 0 ? "" : `, without ${counted(tablespaces, "tablespace")} that lie elsewhere`})` : "holds no whole copy"}`,
    };
  },
});

async function probe(context: Context, request: Input): Promise<Probe<Output>> {
  const { name } = request.copy;
  if ((await ownVolume(context, request, name)) === undefined)
    return { state: "not-done", evidence: `there is no volume ${name}` };
  const noted = output.safeParse(context.records("filled").at(-1));
  if (noted.success && (await isWhole(context, request, name)))
    return { state: "done", output: noted.data, evidence: `${name} holds the whole copy` };
  return { state: "partly", evidence: `${name} holds a part of the copy` };
}
