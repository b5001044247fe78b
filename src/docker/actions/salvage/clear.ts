import { z } from "zod";
import { defineAction, type Probe } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { removeVolume } from "../../../kit/commands/database-copy-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { hostInput, placeText } from "../storage/host-input.ts";
import { copied, freshName } from "./copied.ts";
import { ownVolume } from "./own-volume.ts";
import { removeCopy } from "./remove-copy.ts";
import { wordsOf } from "../../../kit/commands/docker-commands.ts";

const input = z.strictObject({ ...hostInput.shape, copies: z.array(copied) });
const output = z.object({ removed: z.array(z.string()) });
type Output = z.infer<typeof output>;

/** Copies of volumes that are still there, once their dumps are proved: nothing is lost with them. */
export const clearCopies = defineAction({
  id: "salvage.clear",
  title: "Remove the copies",
  effect: "create",
  input,
  output,
  undo: { leaves: "a copy can be made again: the volume that it was made of is as it was" },
  describe: (request) =>
    request.copies.map(({ name }) => ({ on: placeText(request), line: quote(removeVolume(wordsOf(request), name)) })),
  async run(context, { copies, ...at }): Promise<Output> {
    for (const { name } of copies) for (const each of [freshName(name), name]) await removeCopy(context, at, each);
    return { removed: copies.map(({ name }) => name) };
  },
  async probe(context, { copies, ...at }): Promise<Probe<Output>> {
    const left = [];
    for (const { name } of copies) if ((await ownVolume(context, at, name)) !== undefined) left.push(name);
    const evidence =
      left.length === 0
        ? "no copy is there"
        : `${counted(left.length, "copy", "copies")} of ${copies.length} left: ${left.join(", ")}`;
    if (left.length === 0) return { state: "done", output: { removed: copies.map(({ name }) => name) }, evidence };
    return { state: left.length === copies.length ? "not-done" : "partly", evidence };
  },
  verify: () => Promise.resolve({ holds: true, evidence: "nothing depends on it" }),
});
