import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../action.js";
import { quote } from "../../shell-quote.js";
import { runTag } from "./run-tag.js";

const input = z.strictObject({ guid: z.guid(), org: z.string(), space: z.string(), name: z.string(), run: z.string() });
type Input = z.infer<typeof input>;
/** The key's credentials are secret: they are fetched again by its GUID where they are used. */
const output = z.object({ key: z.string(), key_guid: z.string() });
type Output = z.infer<typeof output>;

export const createServiceKey = defineAction({
  id: "cf.create-service-key",
  title: "Create a service key to log in with",
  effect: "create",
  input,
  output,
  describe: ({ org, space, name, run }) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    { on: "here", line: quote(["cf", "create-service-key", name, runTag(run)]) },
  ],
  async run(context, request): Promise<Output> {
    const key = runTag(context.run.id);
    if ((await findKey(context, request)) === undefined) {
      await context.ports.cf.createServiceKey({
        in: { org: request.org, space: request.space },
        instance: request.name,
        key,
      });
    }
    const guid = await findKey(context, request);
    return { key, key_guid: guid ?? "" };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const guid = await findKey(context, request);
    if (guid === undefined) return { state: "not-done", evidence: "Cloud Foundry has no such service key" };
    return {
      state: "done",
      output: { key: runTag(context.run.id), key_guid: guid },
      evidence: `the service key is ${guid}`,
    };
  },
  async verify(context, request, output) {
    const guid = await findKey(context, request);
    return {
      holds: guid !== undefined && guid === output.key_guid,
      evidence: guid === undefined ? "there is no such service key" : `the service key is ${guid}`,
    };
  },
});

async function findKey(context: Context, { guid }: Input): Promise<string | undefined> {
  const bindings = await context.ports.cf.bindings(guid);
  const key = bindings.find((binding) => binding.type === "key" && binding.name === runTag(context.run.id));
  return key?.lastOperation.state === "succeeded" ? key.guid : undefined;
}
