import { z } from "zod";
import { defineAction, type Probe } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { removeVolume } from "../../../kit/commands/database-copy-commands.ts";
import { hostInput, typed } from "../storage/host-input.ts";
import { copied, freshName } from "./copied.ts";
import { OwnCopies } from "./own-copies.ts";

const input = z.strictObject({ ...hostInput.shape, copies: z.array(copied) });
const output = z.object({ removed: z.array(z.string()) });
type Output = z.infer<typeof output>;

/** Removes copies whose dumps are proved and whose volumes are still there: nothing is lost with them. */
export const clearCopies = defineAction({
  id: "salvage.clear",
  title: "Remove the copies",
  effect: "create",
  input,
  output,
  undo: { leaves: "a copy can be made again: the volume that it was made of is as it was" },
  describe: (request) => typed(request, (words) => request.copies.map(({ name }) => removeVolume(words, name))),
  async run(context, { copies, ...at }): Promise<Output> {
    const own = await OwnCopies.open(context, at);
    for (const { name } of copies) for (const each of [freshName(name), name]) await own.remove(each);
    return { removed: copies.map(({ name }) => name) };
  },
  async probe(context, { copies, ...at }): Promise<Probe<Output>> {
    const own = await OwnCopies.open(context, at);
    const left = [];
    for (const { name } of copies) if ((await own.volume(name)) !== undefined) left.push(name);
    const evidence =
      left.length === 0
        ? "no copy is there"
        : `${counted(left.length, "copy", "copies")} of ${copies.length} left: ${left.join(", ")}`;
    if (left.length === 0) return { state: "done", output: { removed: copies.map(({ name }) => name) }, evidence };
    return { state: left.length === copies.length ? "not-done" : "partly", evidence };
  },
  verify: () => Promise.resolve({ holds: true, evidence: "nothing depends on it" }),
});
