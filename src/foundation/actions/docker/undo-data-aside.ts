import type { Context, Taken, UndoProbe, WayBack } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { containerDataDirectory, renamePath } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { asideDirectory } from "./aside-directory.ts";
import { guardStopped } from "./stopped-container.ts";
import { openTarget, type Target } from "./target-container.ts";

/** The three names that a data directory has had, or gets. */
function namesOf(container: string, run: string): { data: string; aside: string; undone: string } {
  const data = containerDataDirectory(container);
  const aside = asideDirectory(container, run);
  return { data, aside, undone: `${aside}-undone` };
}

export const undoDataAside: WayBack<Target, unknown> = {
  effect: "destroy",
  cost: "moves the recovered database aside on the cell, where it stays, and puts the empty one back in its place",
  describe: ({ container, cell }, run) => {
    const { data, aside, undone } = namesOf(container, run);
    return [
      { on: cell, line: quote(renamePath(data, undone)) },
      { on: cell, line: quote(renamePath(aside, data)) },
    ];
  },
  guard: async (context, { input }) => {
    await guardStopped(context, input);
  },
  probe: probeNames,
  async run(context, { input }) {
    const { cell } = await openTarget(context, input);
    const { data, aside, undone } = namesOf(input.container, context.run.id);
    if ((await cell.files.kind(aside)) === "absent") return;
    if ((await cell.files.kind(data)) !== "absent") {
      if ((await cell.files.kind(undone)) !== "absent")
        throw refuse("guard-refused", `"${undone}" is there already, and so is a data directory`, undone).advise(
          "Look at both directories on the cell and give one of them another name, then go on.",
        );
      await context.record("data-moved-back", { from: data, to: undone });
      await context.beforeEffect();
      await cell.files.rename(data, undone);
    }
    await context.record("data-put-back", { from: aside, to: data });
    await context.beforeEffect();
    await cell.files.rename(aside, data);
  },
};

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
