import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { guardRefusal } from "../../../errors.ts";
import { containerDataDirectory, copyTree, renamePath } from "../../../kit/commands/host-commands.ts";
import type { Cell } from "../../../ports/cells.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { containersOf } from "./locate-container.ts";
import { DATABASE } from "./old-remains.ts";
import { guardTarget, isStopped, openTarget, targetInput } from "./target-container.ts";

const denied = guardRefusal("Nothing was copied by this attempt. Put it right on the cell, then resume.");

const input = z.strictObject({
  ...targetInput,
  /** GUID of the deleted instance, and its database's directory on the same cell. */
  source_guid: z.guid(),
  source_cell: z.string(),
  database: z.string().regex(/^\/var\/vcap\/store\/cf-containers-broker\/cf-[0-9a-f-]{36}\/data\/postgres0$/),
});
type Input = z.infer<typeof input>;
const output = z.object({ path: z.string() });
type Output = z.infer<typeof output>;

const pathsOf = (container: string): { readonly path: string; readonly part: string } => {
  const path = `${containerDataDirectory(container)}/${DATABASE}`;
  return { path, part: `${path}.part` };
};

/**
 * The deleted instance's own directory as the source: newer than its archive by everything that was never archived. It
 * is only read; the copy gets its name when it is whole, so that a cut one is never started.
 */
export const copyOldDatabase = defineAction({
  id: "docker.copy-old-database",
  title: "Copy the deleted instance's own database to the new one",
  effect: "create",
  input,
  output,
  describe: ({ cell, container, database }) => {
    const { path, part } = pathsOf(container);
    // One line: a copy that was cut, by a full disk, never gets the name.
    return [{ on: cell, line: `${quote(copyTree(database, part))} && ${quote(renamePath(part, path))}` }];
  },
  async guard(context, request) {
    const { cell, container } = await guardTarget(context, request);
    if (!isStopped(container)) throw denied(`the container "${container.name}" runs`, cell.label);
    if (request.source_cell !== request.cell)
      throw denied(`the old database is on ${request.source_cell}, the new instance on ${request.cell}`, cell.label);
    await refuseLiving(context, request);
    if ((await cell.files.kind(request.database)) !== "directory")
      throw denied(`"${request.database}" is not there any more`, cell.label);
  },
  async run(context, request): Promise<Output> {
    const { cell } = await openTarget(context, request);
    const { path, part } = pathsOf(request.container);
    if ((await cell.files.kind(path)) === "directory") return { path };
    await setCutCopyAside(context, cell, part);
    await context.record("copying-database", { from: request.database, to: path });
    await context.beforeEffect();
    await cell.files.copyTree(request.database, part);
    await context.beforeEffect();
    await cell.files.rename(part, path);
    return { path };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const { cell } = await openTarget(context, request);
    const { path, part } = pathsOf(request.container);
    const [whole, begun] = [await cell.files.kind(path), await cell.files.kind(part)];
    const evidence = `${path} is ${whole}, ${part} is ${begun}`;
    if (whole === "directory") return { state: "done", output: { path }, evidence };
    if (whole === "file") return { state: "unknown", evidence };
    return { state: begun === "absent" ? "not-done" : "partly", evidence };
  },
  async verify(context, request, output) {
    const { cell } = await openTarget(context, request);
    const kind = await cell.files.kind(output.path);
    return { holds: kind === "directory", evidence: `${output.path} is ${kind === "directory" ? "there" : kind}` };
  },
  undo: { leaves: "the copy stays in the data directory, which is moved aside as a whole" },
});

/** A copy that was cut is no cluster. It is moved aside, because nothing is deleted (law 2). */
async function setCutCopyAside(context: Context, cell: Cell, part: string): Promise<void> {
  if ((await cell.files.kind(part)) === "absent") return;
  const cuts = context.records("copying-database").length;
  await context.beforeEffect();
  await cell.files.rename(part, `${part}-cut-${cuts}`);
}

/** A directory in use is no source: its files change while they are copied. */
async function refuseLiving(context: Context, { deployment, source_guid }: Input): Promise<void> {
  const living = (await containersOf(context, deployment, source_guid)).find(({ container }) => !isStopped(container));
  if (living !== undefined)
    throw denied(`the deleted instance's container "${living.container.name}" runs`, living.cell.label);
}
