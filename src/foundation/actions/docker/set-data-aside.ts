import { z } from "zod";
import { type Context, defineAction, type Probe, type Taken, type UndoProbe, type WayBack } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { containerDataDirectory, makeDirectoryLike, renamePath } from "../../../kit/commands/host-commands.ts";
import type { Cell } from "../../../ports/cells.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { asideDirectory, freeAsideDirectory } from "./aside-directory.ts";
import { guardStopped, guardTarget, openTarget, type Target, targetInput } from "./target-container.ts";

const input = z.strictObject({ ...targetInput, run: z.string() });
const output = z.object({ aside: z.string(), data_directory: z.string() });
type Input = z.infer<typeof input>;
type Output = z.infer<typeof output>;

/** The three names that a data directory has had, or gets. */
function namesOf(container: string, run: string): { data: string; aside: string; undone: string } {
  const data = containerDataDirectory(container);
  const aside = asideDirectory(container, run);
  return { data, aside, undone: `${aside}-undone` };
}

const undoDataAside: WayBack<Target, unknown> = {
  effect: "destroy",
  cost: "moves the recovered database aside on the cell, where it stays, and puts the empty one back in its place",
  describe: ({ container, cell }, run) => {
    const { data, aside, undone } = namesOf(container, run);
    return [
      { on: cell, line: quote(renamePath(data, undone)) },
      { on: cell, line: quote(renamePath(aside, data)) },
    ];
  },
  guard: (context, { input }) => guardStopped(context, input),
  probe: probeNames,
  async run(context, { input }) {
    const { cell } = await openTarget(context, input);
    const { data, aside, undone } = namesOf(input.container, context.run.id);
    if ((await cell.files.kind(aside)) === "absent") return;
    if ((await cell.files.kind(data)) !== "absent") {
      if ((await cell.files.kind(undone)) !== "absent")
        throw refuse("guard-refused", `"${undone}" is there already, and so is a data directory`)
          .at(undone)
          .advise("Look at both directories on the cell and give one of them another name, then go on.");
      await context.record("data-moved-back", { from: data, to: undone });
      await context.beforeEffect();
      await cell.files.rename(data, undone);
    }
    await context.record("data-put-back", { from: aside, to: data });
    await context.beforeEffect();
    await cell.files.rename(aside, data);
  },
};

/** With /data/postgres0 present the container starts the local data and never restores (dingo.md §1.11). Renamed, not removed. */
export const setDataAside = defineAction({
  id: "docker.set-data-aside",
  title: "Move the new instance's empty database aside on the cell",
  effect: "destroy",
  input,
  output,
  undo: undoDataAside,
  describe: ({ container, cell, run }) => {
    const { data, aside } = namesOf(container, run);
    return [
      { on: cell, line: quote(renamePath(data, aside)) },
      ...makeDirectoryLike(data, aside).map((argv) => ({ on: cell, line: quote(argv) })),
    ];
  },
  async guard(context, target) {
    const { container } = await guardTarget(context, target);
    if (!container.running && container.status === "exited") return;
    throw refuse("guard-refused", `the container "${container.name}" is ${container.status}: its data are in use`)
      .at(container.name)
      .advise("Stop the container first; resume finds out how far the run got.");
  },
  async run(context, target): Promise<Output> {
    const { cell } = await openTarget(context, target);
    const { data, aside } = namesOf(target.container, context.run.id);
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
    const { data, aside } = namesOf(target.container, context.run.id);
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
  const { data, aside } = namesOf(target.container, context.run.id);
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

async function probeNames(context: Context, { input: target, output }: Taken<Target, unknown>): Promise<UndoProbe> {
  const { cell } = await openTarget(context, target);
  const { data, aside } = namesOf(target.container, context.run.id);
  const [dataKind, asideKind] = [await cell.files.kind(data), await cell.files.kind(aside)];
  const evidence = `${data} is ${dataKind}, ${aside} is ${asideKind}`;
  // It was there when the step succeeded: who but this undo has taken it away?
  const gone = output !== undefined && context.records("data-put-back").length === 0;
  if (asideKind === "absent" && gone) return { state: "unknown", evidence: `${evidence}: the empty database is gone` };
  if (asideKind === "absent") return { state: dataKind === "directory" ? "done" : "unknown", evidence };
  return { state: dataKind === "absent" ? "partly" : "not-done", evidence };
}
