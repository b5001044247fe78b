import type { Context, UndoProbe, WayBack } from "../../../action.ts";
import { dockerStop } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { awaitKeysGone, livingKeys, NONE_LEFT } from "../etcd/wait-keys-gone.ts";
import { guardTarget, openTarget, type Target } from "./target-container.ts";

const GRACE_SECONDS = 10;

type Input = Target & { readonly etcd: string };

/** The recovered database is stopped, and its keys are waited for, as before the start. */
export const undoStart: WayBack<Input, unknown> = {
  effect: "disrupt",
  cost: "stops the recovered database: its applications lose it, and what they wrote since the start goes aside with it",
  describe: ({ container, cell }) => [{ on: cell, line: quote(dockerStop(container, GRACE_SECONDS)) }],
  guard: async (context, { input }) => {
    await guardTarget(context, input);
  },
  probe: (context, { input }) => probeStopped(context, input),
  async run(context, { input }) {
    const { cell, container } = await openTarget(context, input);
    if (container.running) {
      await context.beforeEffect();
      await cell.docker.stop(input.container, GRACE_SECONDS);
    }
    await awaitKeysGone(context, input);
  },
};

async function probeStopped(context: Context, target: Input): Promise<UndoProbe> {
  const { container } = await openTarget(context, target);
  const evidence = `${container.name} is ${container.status}`;
  if (container.running) return { state: "not-done", evidence };
  if (container.status !== "exited") return { state: "unknown", evidence };
  const living = await livingKeys(context, target);
  if (living.length === 0) return { state: "done", evidence: `${evidence}, ${NONE_LEFT}` };
  return { state: "partly", evidence: `${evidence}, etcd still has ${living.join(", ")}` };
}
