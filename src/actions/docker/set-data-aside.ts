import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../action.js";
import { RecoverError } from "../../errors.js";
import { containerDataDirectory, makeDirectoryLike, renamePath } from "../../host-commands.js";
import { quote } from "../../shell-quote.js";
import { runTag } from "../cf/run-tag.js";
import { undoDataAside } from "./undo-data-aside.js";
import { guardTarget, openTarget, targetInput } from "./target-container.js";

const input = z.strictObject({ ...targetInput, run: z.string() });
const output = z.object({ aside: z.string(), data_directory: z.string() });
type Input = z.infer<typeof input>;
type Output = z.infer<typeof output>;

/** Where the new instance's own data go: beside their directory, named after the run. */
function asideOf(context: Context, container: string): string {
  return `${containerDataDirectory(container)}.${runTag(context.run.id)}`;
}

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
    const aside = `${data}.${runTag(run)}`;
    return [
      { on: cell, line: quote(renamePath(data, aside)) },
      ...makeDirectoryLike(data, aside).map((argv) => ({ on: cell, line: quote(argv) })),
    ];
  },
  async guard(context, target) {
    const { container } = await guardTarget(context, target);
    if (!container.running && container.status === "exited") return;
    throw new RecoverError(
      "guard-refused",
      `the container "${container.name}" is ${container.status}: its data are in use`,
      {
        remedy: "Stop the container first; resume finds out how far the run got.",
        place: container.name,
        effect: "none",
      },
    );
  },
  async run(context, target): Promise<Output> {
    const { cell } = await openTarget(context, target);
    const data = containerDataDirectory(target.container);
    const aside = asideOf(context, target.container);
    if ((await cell.files.kind(aside)) === "absent") {
      await context.record("data-set-aside", { from: data, to: aside });
      await context.beforeEffect();
      await cell.files.rename(data, aside);
    }
    // It finishes what an interrupted call began, and refuses a directory that is in use.
    await context.beforeEffect();
    await cell.files.makeDirectory(data, aside);
    await context.record("directory-made", { path: data });
    return { aside, data_directory: data };
  },
  probe: probeAside,
  async verify(context, target, output) {
    const { cell } = await openTarget(context, target);
    const kind = await cell.files.kind(output.aside);
    return { holds: kind === "directory", evidence: `${output.aside} is ${kind}` };
  },
});

async function probeAside(context: Context, target: Input): Promise<Probe<Output>> {
  const { cell } = await openTarget(context, target);
  const data = containerDataDirectory(target.container);
  const aside = asideOf(context, target.container);
  const [dataKind, asideKind] = [await cell.files.kind(data), await cell.files.kind(aside)];
  const evidence = `${data} is ${dataKind}, ${aside} is ${asideKind}`;
  if (asideKind === "absent") return { state: dataKind === "directory" ? "not-done" : "unknown", evidence };
  if (dataKind === "absent") return { state: "partly", evidence };
  const left = await cell.files.entries(data);
  // Made, and perhaps not yet given its owner: PostgreSQL would not start in a directory of root's.
  if (left.length === 0 && context.records("directory-made").length === 0) return { state: "partly", evidence };
  if (left.length === 0)
    return { state: "done", output: { aside, data_directory: data }, evidence: `${evidence}, and the former is empty` };
  return { state: "unknown", evidence: `${evidence}, and the former holds ${left.length} entries again` };
}
