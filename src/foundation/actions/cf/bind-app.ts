import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import type { CredentialBinding } from "../../../ports/cloud-foundry.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { guardInstance } from "../docker/target-container.ts";
import { awaitBinding, probeBinding, undoBinding } from "./binding.ts";

const input = z.strictObject({
  guid: z.guid(),
  org: z.string(),
  space: z.string(),
  space_guid: z.string(),
  name: z.string(),
  app: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ binding_guid: z.string() });
type Output = z.infer<typeof output>;

export const bindApp = defineAction({
  id: "cf.bind-app",
  title: "Bind an application",
  effect: "create",
  input,
  output,
  undo: undoBinding<Input>({
    cost: "unbinds the application; the running one keeps the credentials that it was started with until it is restaged",
    titleOf: (request) => `${titleOf(request)} by this run`,
    command: ({ app, name }) => ["cf", "unbind-service", app, name],
    // A binding that was there before the step is not this run's: then the step noted nothing.
    find: async (context, request) =>
      context.records("binding-asked-for").length === 0 ? undefined : await findBinding(context, request),
    remove: (context, { guid, org, space, name, app }) =>
      context.ports.cf.unbindService({ in: { org, space }, app, instance: name, guid }),
  }),
  describe: ({ org, space, name, app }) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    { on: "here", line: quote(["cf", "bind-service", app, name, "--wait"]) },
  ],
  guard: (context, request) => guardInstance(context, request.guid, request.name),
  async run(context, request): Promise<Output> {
    const { guid, org, space, app, name } = request;
    const found = await findBinding(context, request);
    if (found === undefined || found.lastOperation.state === "failed") {
      await context.record("binding-asked-for", { app });
      await context.beforeEffect();
      await context.ports.cf.bindService({ in: { org, space }, app, instance: name, guid });
    }
    return { binding_guid: await awaitBinding(context, titleOf(request), () => findBinding(context, request)) };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const binding = await findBinding(context, request);
    return probeBinding(titleOf(request), binding, (binding_guid) => ({ binding_guid }));
  },
});

function titleOf({ app, name }: Input): string {
  return `the binding of "${app}" to "${name}"`;
}

async function findBinding(context: Context, { guid, space_guid, app }: Input): Promise<CredentialBinding | undefined> {
  const appGuid = (await context.ports.cf.apps(space_guid)).find((each) => each.name === app)?.guid;
  if (appGuid === undefined) return undefined;
  const bindings = await context.ports.cf.bindings(guid);
  return bindings.find((each) => each.type === "app" && each.appGuid === appGuid);
}
