/**
 * Names that a data directory gets when it is moved aside: beside its own place, named after the run. If a container
 * ran again after its directory had been emptied, the new directory goes aside as well, with a number.
 */
import type { Context } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { containerDataDirectory } from "../../../kit/commands/host-commands.ts";
import type { Cell } from "../../../ports/cells.ts";
import { runTag } from "../cf/run-tag.ts";

/** A container that runs again so often is not held by anything: that is for a person to find out. */
const MOST = 9;

/** Of the new instance's own, empty database. */
export function asideDirectory(container: string, run: string): string {
  return `${containerDataDirectory(container)}.${runTag(run)}`;
}

/** All of them, the empty one's first. */
export function asideDirectories(container: string, run: string): readonly string[] {
  const first = asideDirectory(container, run);
  return [first, ...Array.from({ length: MOST - 1 }, (_, index) => `${first}-${index + 2}`)];
}

/** The first name that nothing has on the cell. Throws `guard-refused` if all are taken. */
export async function freeAsideDirectory(context: Context, cell: Cell, container: string): Promise<string> {
  for (const path of asideDirectories(container, context.run.id))
    if ((await cell.files.kind(path)) === "absent") return path;
  throw refuse("guard-refused", `"${container}" has been started again ${MOST} times during this recovery`)
    .at(`${container} on ${cell.label}`)
    .advise("Find out what starts it, and keep it from that; its former data directories lie beside its own.");
}
