import { z } from "zod";
import { defineAction, type Probe } from "../../../action.ts";
import { guardRefusal } from "../../../errors.ts";
import { removeTree } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { directoriesAside, guardInstanceOf, requireOwnBackup } from "../recovery/aside.ts";
import { openTarget, targetInput } from "./target-container.ts";

const denied = guardRefusal("Nothing was deleted. Look at the directories on the cell.");

const input = z.strictObject({
  ...targetInput,
  run: z.string(),
  archive: z.string(),
  base_backup: z.string(),
  directory: z.string(),
});
const output = z.object({ deleted: z.string() });
type Output = z.infer<typeof output>;

/** The only action that deletes a directory (law 2): one of the names that the run itself gave. */
export const deleteAsideDirectory = defineAction({
  id: "docker.delete-aside",
  title: "Delete a data directory that was moved aside",
  effect: "destroy",
  input,
  output,
  describe: ({ cell, directory }) => [{ on: cell, line: quote(removeTree(directory)) }],
  async guard(context, request) {
    const { directory, container, run } = request;
    if (!directoriesAside(container, run).includes(directory))
      throw denied(`"${directory}" is none that run ${run} moved aside`, directory);
    await guardInstanceOf(context, request);
    const opened = await openTarget(context, request);
    const scope = opened.container.env["PATRONI_SCOPE"];
    if (scope !== request.guid)
      throw denied(`"${container}" belongs to "${scope ?? "none"}", not to "${request.guid}"`, directory);
    if (opened.container.dataDirectory === directory) throw denied(`"${directory}" is the container's own`, directory);
    await requireOwnBackup(context, request);
  },
  async run(context, request): Promise<Output> {
    const { cell } = await openTarget(context, request);
    if ((await cell.files.kind(request.directory)) !== "absent") {
      await context.record("deleting", { directory: request.directory });
      await context.beforeEffect();
      await cell.files.removeTree(request.directory);
    }
    return { deleted: request.directory };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const { cell } = await openTarget(context, request);
    const kind = await cell.files.kind(request.directory);
    const evidence = `${request.directory} is ${kind}`;
    if (kind === "absent") return { state: "done", output: { deleted: request.directory }, evidence };
    const begun = context.records("deleting").length > 0;
    return { state: begun ? "partly" : "not-done", evidence };
  },
});
