import type { Context, UndoProbe, WayBack } from "../../../action.ts";
import type { ServiceInstance } from "../../../ports/cloud-foundry.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { guardInstance } from "../docker/target-container.ts";
import { runTag } from "./run-tag.ts";

interface Input {
  readonly org: string;
  readonly space: string;
  readonly guid: string;
  readonly name: string;
  readonly wanted: string;
  readonly other: string;
  readonly run: string;
}

/** The name that the other instance was given by the exchange. */
export const nameBefore = ({ wanted, run }: Pick<Input, "wanted" | "run">): string => `${wanted}-before-${runTag(run)}`;

/** The exchange backwards: the recovered instance gives the name up before the other gets it back. */
export const undoNames: WayBack<Input, unknown> = {
  effect: "disrupt",
  cost: "gives both instances the names back that they had",
  describe: (input) => [
    { on: "here", line: quote(["cf", "target", "-o", input.org, "-s", input.space]) },
    { on: "here", line: quote(["cf", "rename-service", input.wanted, input.name]) },
    { on: "here", line: quote(["cf", "rename-service", nameBefore(input), input.wanted]) },
  ],
  guard: (context, { input }) => guardInstance(context, input.guid),
  async probe(context, { input }): Promise<UndoProbe> {
    const { own, other } = await both(context, input);
    const evidence = `the recovered instance is "${own?.name ?? "gone"}", the other "${other?.name ?? "gone"}"`;
    if (own?.name === input.name && other?.name === input.wanted) return { state: "done", evidence };
    if (own?.name === input.wanted && other?.name === nameBefore(input)) return { state: "not-done", evidence };
    return { state: own?.name === input.name && other?.name === nameBefore(input) ? "partly" : "unknown", evidence };
  },
  async run(context, { input }) {
    const { org, space, wanted, name } = input;
    const { own, other } = await both(context, input);
    const rename = async (instance: ServiceInstance, to: string): Promise<void> => {
      await context.record("renamed-back", { guid: instance.guid, from: instance.name, to });
      await context.beforeEffect();
      await context.ports.cf.renameService({ in: { org, space }, instance: instance.name, guid: instance.guid, to });
    };
    if (own?.name === wanted) await rename(own, name);
    if (other?.name === nameBefore(input)) await rename(other, wanted);
  },
};

async function both(
  context: Context,
  { guid, other }: Input,
): Promise<{ readonly own: ServiceInstance | undefined; readonly other: ServiceInstance | undefined }> {
  const { cf } = context.ports;
  return { own: await cf.getInstance(guid), other: await cf.getInstance(other) };
}
