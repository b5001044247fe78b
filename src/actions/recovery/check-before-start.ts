import { z } from "zod";
import { type Context, defineAction } from "../../action.js";
import { RecoverError } from "../../errors.js";
import { containerDataDirectory } from "../../host-commands.js";
import type { Cell } from "../../ports/cells.js";
import { refuseBusyDirector } from "../bosh/find-deployment.js";
import { quote } from "../../shell-quote.js";
import { containersOf } from "../docker/locate-container.js";
import { guardTarget, targetInput } from "../docker/target-container.js";
import { refuseOtherArchive } from "./compare-copy.js";
import { evidenceRef } from "../archive/evidence-listing.js";

const input = z.strictObject({
  ...targetInput,
  etcd: z.string(),
  system_id: z.string(),
  /** The life that was stopped: a container that was started since has written to the archive. */
  stopped_life: z.string(),
  target: z.string(),
  baseline: evidenceRef,
});
type Input = z.infer<typeof input>;
const output = z.object({ registrator: z.string() });

/** Everything that a daemon restart, another operator or a deploy can have changed since the stop (dingo.md §8, 15). */
export const checkBeforeStart = defineAction({
  id: "recovery.check-before-start",
  title: "Look at everything once more before the start",
  effect: "read",
  input,
  output,
  tell: (found) => `stopped as it was left; nobody else is at work; registrator ${found.registrator}`,
  describe: ({ container, cell, deployment }) => [
    { on: cell, line: `docker inspect -f '{{.State.Status}} {{.State.StartedAt}}' ${container}` },
    { on: "here", line: `bosh locks; ${quote(["bosh", "-d", deployment, "tasks"])}` },
  ],
  async run(context, target): Promise<z.infer<typeof output>> {
    await refuseBusyDirector(context, target.deployment);
    const { cell, container } = await guardTarget(context, target);
    if (container.running || container.startedAt !== target.stopped_life) {
      throw refuse(
        `the container is ${container.status} and was started at ${container.startedAt}, after it had been stopped`,
        target,
      );
    }
    const etcd = cell.etcd(target.etcd);
    const initialize = await etcd.get(`/service/${target.guid}/initialize`);
    if (initialize?.value !== target.system_id)
      throw refuse(
        `/service/${target.guid}/initialize is "${initialize?.value ?? "absent"}", not "${target.system_id}"`,
        target,
      );
    const leader = await etcd.get(`/service/${target.guid}/leader`);
    if (leader !== undefined) throw refuse(`/service/${target.guid}/leader is "${leader.value}"`, target);
    const left = await cell.files.entries(containerDataDirectory(target.container));
    if (left.length > 0) throw refuse(`the data directory holds ${left.length} entries again`, target);
    await refuseOtherNodes(context, target);
    await refuseOtherArchive(context, target);
    return { registrator: await registrator(cell) };
  },
});

function refuse(message: string, target: Input): RecoverError {
  return new RecoverError("guard-refused", message, {
    remedy: "Something changed since the stop. Find out what before the container is started; then resume.",
    place: target.container,
    effect: "none",
  });
}

/** While the container is stopped the broker counts no nodes, and an update of the service adds some (dingo.md §1.8). */
async function refuseOtherNodes(context: Context, target: Input): Promise<void> {
  const others = (await containersOf(context, target.deployment, target.guid)).filter(
    ({ container }) => container.name !== target.container,
  );
  if (others.length === 0) return;
  const names = others.map(({ container, cell }) => `${container.name} on ${cell.label}`).join(", ");
  throw refuse(`the instance has another node: ${names}`, target);
}

/** Without registrator the container does not find its own address; it can run outside Docker, so its absence is told only. */
async function registrator(cell: Cell): Promise<string> {
  const found = (await cell.docker.list()).find((each) => each.name === "registrator");
  if (found === undefined) return "not seen as a container";
  return found.running ? "running" : found.status;
}
