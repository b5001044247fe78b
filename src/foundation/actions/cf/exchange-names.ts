import { z } from "zod";
import { type Context, defineAction, type Probe, type UndoProbe, type WayBack } from "../../../action.ts";
import { guardRefusal } from "../../../errors.ts";
import type { ServiceInstance } from "../../../ports/cloud-foundry.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { guardInstance } from "../docker/target-container.ts";
import { runTag } from "./run-tag.ts";

const denied = guardRefusal("Nothing was renamed by this attempt. Give the names by hand with cf rename-service.");

const input = z.strictObject({
  org: z.string(),
  space: z.string(),
  /** The recovered instance, and the name that it gets. */
  guid: z.guid(),
  name: z.string(),
  wanted: z.string(),
  /** The instance that has that name. */
  other: z.guid(),
  run: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ name: z.string(), other_name: z.string() });
type Output = z.infer<typeof output>;

/** The name that the other instance was given by the exchange. */
const nameBefore = ({ wanted, run }: Pick<Input, "wanted" | "run">): string => `${wanted}-before-${runTag(run)}`;

/** The exchange backwards: the recovered instance gives the name up before the other gets it back. */
const undoNames: WayBack<Input, unknown> = {
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

/** Names only: data, addresses and bindings stay with their GUIDs. */
export const exchangeNames = defineAction({
  id: "cf.exchange-names",
  title: "Give the recovered instance the name that was taken",
  effect: "disrupt",
  input,
  output,
  describe: (request) => [
    { on: "here", line: quote(["cf", "target", "-o", request.org, "-s", request.space]) },
    { on: "here", line: quote(["cf", "rename-service", request.wanted, nameBefore(request)]) },
    { on: "here", line: quote(["cf", "rename-service", request.name, request.wanted]) },
  ],
  async guard(context, request) {
    await guardInstance(context, request.guid);
    const { other, own } = await requireBoth(context, request);
    if (other.name !== request.wanted && other.name !== nameBefore(request))
      throw denied(`the other instance is called "${other.name}" now`, request.wanted);
    if (own.name !== request.name && own.name !== request.wanted)
      throw denied(`the recovered instance is called "${own.name}" now`, request.wanted);
  },
  async run(context, request): Promise<Output> {
    const { org, space, wanted, name } = request;
    const { other, own } = await requireBoth(context, request);
    if (other.name === wanted) {
      await context.record("renamed", { guid: other.guid, from: wanted, to: nameBefore(request) });
      await context.beforeEffect();
      await context.ports.cf.renameService({
        in: { org, space },
        instance: wanted,
        guid: other.guid,
        to: nameBefore(request),
      });
    }
    if (own.name === name) {
      await context.record("renamed", { guid: own.guid, from: name, to: wanted });
      await context.beforeEffect();
      await context.ports.cf.renameService({ in: { org, space }, instance: name, guid: own.guid, to: wanted });
    }
    return { name: wanted, other_name: nameBefore(request) };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const { other, own } = await requireBoth(context, request);
    const evidence = `the recovered instance is "${own.name}", the other "${other.name}"`;
    const aside = nameBefore(request);
    if (own.name === request.wanted && other.name === aside)
      return { state: "done", output: { name: own.name, other_name: other.name }, evidence };
    if (own.name === request.name && other.name === request.wanted) return { state: "not-done", evidence };
    return { state: own.name === request.name && other.name === aside ? "partly" : "unknown", evidence };
  },
  undo: undoNames,
});

interface Both<T> {
  readonly own: T;
  readonly other: T;
}

async function both({ ports: { cf } }: Context, request: Input): Promise<Both<ServiceInstance | undefined>> {
  return { own: await cf.getInstance(request.guid), other: await cf.getInstance(request.other) };
}

async function requireBoth(context: Context, request: Input): Promise<Both<ServiceInstance>> {
  const { own, other } = await both(context, request);
  if (own === undefined) throw denied("Cloud Foundry has no recovered instance", request.wanted);
  if (other === undefined) throw denied(`the instance that had the name "${request.wanted}" is gone`, request.wanted);
  return { own, other };
}
