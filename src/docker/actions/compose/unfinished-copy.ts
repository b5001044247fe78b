/** The copy of a service's data while it is not whole: under a separate name, beside its destination. */
import { posix } from "node:path";
import type { Context } from "../../../action.ts";
import type { DockerContainer } from "../../../ports/docker-host.ts";
import type { DockerWork } from "../../../ports/docker-work.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import type { MovedInput } from "./moved-service.ts";
import { aside, openStack, refuse } from "./stack.ts";

export const partOf = (destination: string, run: string): string => `${aside(destination, run)}-part`;

/**
 * Throws `guard-refused` if another run copies to the same place, or has left a copy there. Of two that begin at once
 * one at least sees the other's: each makes its own first, and looks then.
 */
export async function guardAlone(
  work: Pick<DockerWork, "kind" | "entries">,
  destination: string,
  run: string,
): Promise<void> {
  const [directory, name] = [posix.dirname(destination), posix.basename(destination)];
  if ((await work.kind(directory)) !== "directory") return;
  const before = aside(name, "");
  const other = (await work.entries(directory)).find(
    (entry) => entry.startsWith(before) && /-(?:part|proof)$/u.test(entry) && !entry.startsWith(aside(name, run)),
  );
  if (other === undefined) return;
  const theirs = other.slice(before.length).replace(/-(?:part|proof)$/u, "");
  throw refuse(
    `the run ${theirs} moves the same data to ${quoted(destination)}, or was broken off in it`,
    posix.join(directory, other),
    `Nothing was changed by this step. Let that run come to its end, or take it back where it was begun ("dingo-recover undo ${theirs}"); if its journal is lost: ${quote(["rm", "-r", "--", posix.join(directory, other)])}. Then begin anew.`,
  );
}

/** Removes the leftovers of a copy that was cut. */
export async function removePart(context: Context, input: MovedInput): Promise<void> {
  const { work } = await openStack(context, input);
  const part = partOf(input.moved.destination, context.run.id);
  if ((await work.kind(part)) === "absent") return;
  await context.beforeEffect();
  await work.removeOwn(part);
}

/** Throws `guard-refused` if the container has another volume than the one that was found. */
export function guardVolume(container: DockerContainer, { moved }: MovedInput): void {
  const mount = container.mounts.find(({ destination }) => destination === moved.path);
  if ((mount?.volume ?? "") !== moved.volume)
    throw refuse(`"${container.name}" has another volume at ${moved.path} than when it was looked at`, container.name);
}

/** Makes the directories above the destination. */
export async function makeRoom(context: Context, input: MovedInput): Promise<void> {
  const { work } = await openStack(context, input);
  const { destination } = input.moved;
  if ((await work.kind(posix.dirname(destination))) !== "absent") return;
  await context.beforeEffect();
  await work.makeParents(destination);
}
