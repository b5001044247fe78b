import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import type { CredentialBinding } from "../../../ports/cloud-foundry.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { awaitBinding, probeBinding, undoBinding } from "./binding.ts";
import { guardInstance, guardLiving } from "../docker/target-container.ts";
import { runTag } from "./run-tag.ts";

const input = z.strictObject({
  guid: z.guid(),
  org: z.string(),
  space: z.string(),
  name: z.string(),
  run: z.string(),
  /** A service that was there before the run, which therefore does not carry its tag. */
  living: z.boolean().default(false),
});
type Input = z.infer<typeof input>;
/** The key's credentials are secret: they are fetched again by its GUID when they are used. */
const output = z.object({ key: z.string(), key_guid: z.string() });
type Output = z.infer<typeof output>;

export const createServiceKey = defineAction({
  id: "cf.create-service-key",
  title: "Create a service key to log in with",
  effect: "create",
  input,
  output,
  undo: undoBinding<Input>({
    cost: "removes the service key that this run made",
    titleOf: (_request, run) => titleOf(run),
    command: ({ name }, run) => ["cf", "delete-service-key", name, runTag(run), "-f"],
    find: findKey,
    remove: (context, { guid, org, space, name }) =>
      context.ports.cf.deleteServiceKey({ in: { org, space }, instance: name, guid, key: runTag(context.run.id) }),
  }),
  describe: ({ org, space, name, run }) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    { on: "here", line: quote(["cf", "create-service-key", name, runTag(run), "--wait"]) },
  ],
  guard: async (context, { guid, name, living }) => {
    await (living ? guardLiving : guardInstance)(context, guid, name);
  },
  async run(context, request): Promise<Output> {
    const key = runTag(context.run.id);
    const found = await findKey(context, request);
    if (found === undefined || found.lastOperation.state === "failed") {
      const { org, space, name: instance } = request;
      await context.beforeEffect();
      await context.ports.cf.createServiceKey({ in: { org, space }, instance, guid: request.guid, key });
    }
    return { key, key_guid: await awaitBinding(context, titleOf(context.run.id), () => findKey(context, request)) };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const key = runTag(context.run.id);
    return probeBinding(titleOf(context.run.id), await findKey(context, request), (key_guid) => ({ key, key_guid }));
  },
});

const titleOf = (run: string): string => `the service key "${runTag(run)}"`;

async function findKey(context: Context, { guid }: Pick<Input, "guid">): Promise<CredentialBinding | undefined> {
  const bindings = await context.ports.cf.bindings(guid);
  return bindings.find((binding) => binding.type === "key" && binding.name === runTag(context.run.id));
}
