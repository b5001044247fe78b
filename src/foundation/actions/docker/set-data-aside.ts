import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { containerDataDirectory, makeDirectoryLike, renamePath } from "../../../kit/commands/host-commands.ts";
import type { Cell } from "../../../ports/cells.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { asideDirectory, freeAsideDirectory } from "./aside-directory.ts";
import { undoDataAside } from "./undo-data-aside.ts";
import { guardTarget, openTarget, targetInput } from "./target-container.ts";

const input = z.strictObject({ ...targetInput, run: z.string() });
const output = z.object({ aside: z.string(), data_directory: z.string() });
type Input = z.infer<typeof input>;
type Output = z.infer<typeof output>;

/** With /data/postgres0 present the container starts the local data and never restores (dingo.md §1.11). Renamed, not removed. */
export const setDataAside = defineAction({
  id: "docker.set-data-aside",
  title: "Move the new instance's empty database aside on the cell",
  effect: "destroy",
  input,
  output,
  undo: undoDataAside,
  describe: ({ container, cell, run }) => {
    const data = containerDataDirectory(container);
    const aside = asideDirectory(container, run);
    return [
      { on: cell, line: quote(renamePath(data, aside)) },
      ...makeDirectoryLike(data, aside).map((argv) => ({ on: cell, line: quote(argv) })),
    ];
  },
  async guard(context, target) {
    const { container } = await guardTarget(context, target);
    if (!container.running && container.status === "exited") return;
    throw refuse(
      "guard-refused",
      `the container "${container.name}" is ${container.status}: its data are in use`,
      container.name,
    ).advise("Stop the container first; resume finds out how far the run got.");
  },
  async run(context, target): Promise<Output> {
    const { cell } = await openTarget(context, target);
    const data = containerDataDirectory(target.container);
    const aside = asideDirectory(target.container, context.run.id);
    if ((await cell.files.kind(aside)) === "absent" || (await isFilledAgain(cell, data))) {
      const to = await freeAsideDirectory(context, cell, target.container);
      await context.record("data-set-aside", { from: data, to });
      await context.beforeEffect();
      await cell.files.rename(data, to);
    }
    // It finishes an interrupted call, and refuses a directory that is in use.
    await context.beforeEffect();
    await cell.files.makeDirectory(data, aside);
    await context.record("directory-made", { path: data });
    return { aside, data_directory: data };
  },
  probe: probeAside,
  /** The directory was made with the owner of the one aside, if the printed commands were run: the start will tell. */
  async probeByHand(context, target): Promise<Probe<Output>> {
    const found = await probeAside(context, target);
    if (found.state !== "partly" || context.records("directory-made").length > 0) return found;
    const { cell } = await openTarget(context, target);
    const [data, aside] = [containerDataDirectory(target.container), asideDirectory(target.container, context.run.id)];
    if ((await cell.files.kind(data)) !== "directory") return found;
    await context.record("data-set-aside", { from: data, to: aside });
    await context.record("directory-made", { path: data });
    return await probeAside(context, target);
  },
  async verify(context, target, output) {
    const { cell } = await openTarget(context, target);
    const kind = await cell.files.kind(output.aside);
    return { holds: kind === "directory", evidence: `${output.aside} is ${kind === "directory" ? "there" : kind}` };
  },
});

/**
 * The container ran once more after its directory had been emptied (dingo.md §8, 15): the data that it restored or made
 * there are of the copy, and never of the source. It goes aside like the empty database.
 */
async function isFilledAgain(cell: Cell, data: string): Promise<boolean> {
  return (await cell.files.kind(data)) === "directory" && (await cell.files.entries(data)).length > 0;
}

async function probeAside(context: Context, target: Input): Promise<Probe<Output>> {
  const { cell } = await openTarget(context, target);
  const data = containerDataDirectory(target.container);
  const aside = asideDirectory(target.container, context.run.id);
  const [dataKind, asideKind] = [await cell.files.kind(data), await cell.files.kind(aside)];
  const evidence = `${data} is ${dataKind}, ${aside} is ${asideKind}`;
  if (asideKind === "absent") return { state: dataKind === "directory" ? "not-done" : "unknown", evidence };
  if (dataKind === "absent") return { state: "partly", evidence };
  const left = await cell.files.entries(data);
  // Made, and perhaps not yet given its owner: PostgreSQL would not start in a directory of root's.
  if (left.length === 0 && context.records("directory-made").length === 0) return { state: "partly", evidence };
  if (left.length === 0)
    return { state: "done", output: { aside, data_directory: data }, evidence: `${evidence}, and the former is empty` };
  const again = `${evidence}, and the former holds ${left.length} entries again`;
  // Only this run's own move shows that the present content came after it.
  return { state: context.records("data-set-aside").length > 0 ? "partly" : "unknown", evidence: again };
}
