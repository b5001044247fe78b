import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../action.js";
import { RecoverError } from "../../errors.js";
import type { CfApp } from "../../ports/cloud-foundry.js";
import { quote } from "../../shell-quote.js";
import { guardInstance } from "../docker/target-container.js";

const input = z.strictObject({
  guid: z.guid(),
  org: z.string(),
  space: z.string(),
  space_guid: z.string(),
  app: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ app_guid: z.string() });
type Output = z.infer<typeof output>;

/** `cf restart` is an outage of the application (cf-bosh.md §1.3): it disrupts. */
export const restartApp = defineAction({
  id: "cf.restart-app",
  title: "Restart an application with its new binding",
  effect: "disrupt",
  input,
  output,
  describe: ({ org, space, app }) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    { on: "here", line: quote(["cf", "restart", app]) },
  ],
  async guard(context, request) {
    await guardInstance(context, request.guid);
    const app = await findApp(context, request);
    const bindings = await context.ports.cf.bindings(request.guid);
    if (bindings.some((binding) => binding.type === "app" && binding.appGuid === app.guid)) return;
    throw new RecoverError(
      "guard-refused",
      `the application "${request.app}" is not bound to the instance of this run`,
      {
        remedy: "Bind it first; an application that is not bound gains nothing from a restart.",
        place: request.app,
        effect: "none",
      },
    );
  },
  async run(context, request): Promise<Output> {
    const app = await findApp(context, request);
    await context.record("restarting", { app: request.app, at: context.ports.clock.now().toISOString() });
    await context.ports.cf.restartApp({ in: { org: request.org, space: request.space }, app: request.app });
    return { app_guid: app.guid };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const at = context.records("restarting").at(-1)?.["at"];
    const app = await findApp(context, request);
    if (typeof at !== "string") return { state: "not-done", evidence: "no restart was asked for" };
    const starts = await context.ports.cf.auditEvents(
      ["audit.app.start", "audit.app.restart"],
      new Date(Date.parse(at) - 60_000),
    );
    const own = starts.find((event) => event.target.guid === app.guid);
    if (own !== undefined && app.state === "STARTED")
      return {
        state: "done",
        output: { app_guid: app.guid },
        evidence: `"${request.app}" was started at ${own.createdAt}`,
      };
    return { state: own === undefined ? "not-done" : "partly", evidence: `"${request.app}" is ${app.state}` };
  },
  async verify(context, request) {
    const app = await findApp(context, request);
    return { holds: app.state === "STARTED", evidence: `"${request.app}" is ${app.state}` };
  },
});

async function findApp(context: Context, { space_guid, app }: Input): Promise<CfApp> {
  const found = (await context.ports.cf.apps(space_guid)).find((each) => each.name === app);
  if (found !== undefined) return found;
  throw new RecoverError("guard-refused", `there is no application "${app}" in the space any more`, {
    remedy: "Run on without it: give --input apps=… without this name in a new run.",
    place: app,
    effect: "none",
  });
}
