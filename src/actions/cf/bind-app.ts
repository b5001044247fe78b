import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../action.js";
import { quote } from "../../shell-quote.js";

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
  describe: ({ org, space, name, app }) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    { on: "here", line: quote(["cf", "bind-service", app, name]) },
  ],
  async run(context, request): Promise<Output> {
    const { org, space, app, name } = request;
    if ((await findBinding(context, request)) === undefined)
      await context.ports.cf.bindService({ in: { org, space }, app, instance: name });
    return { binding_guid: (await findBinding(context, request)) ?? "" };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const guid = await findBinding(context, request);
    if (guid === undefined) return { state: "not-done", evidence: `"${request.app}" is not bound` };
    return { state: "done", output: { binding_guid: guid }, evidence: `"${request.app}" is bound (${guid})` };
  },
  async verify(context, request) {
    const guid = await findBinding(context, request);
    return {
      holds: guid !== undefined,
      evidence: guid === undefined ? `"${request.app}" is not bound` : `"${request.app}" is bound (${guid})`,
    };
  },
});

async function findBinding(context: Context, { guid, space_guid, app }: Input): Promise<string | undefined> {
  const appGuid = (await context.ports.cf.apps(space_guid)).find((each) => each.name === app)?.guid;
  if (appGuid === undefined) return undefined;
  const binding = (await context.ports.cf.bindings(guid)).find(
    (each) => each.type === "app" && each.appGuid === appGuid,
  );
  return binding?.lastOperation.state === "succeeded" ? binding.guid : undefined;
}
