import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../action.js";
import { RecoverError } from "../../errors.js";
import type { AuditEvent, CfApp } from "../../ports/cloud-foundry.js";
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
    const at = context.ports.clock.now();
    const before = (await startsOf(context, app, at)).map((event) => event.guid);
    await context.record("restarting", { app: request.app, at: at.toISOString(), before });
    try {
      await context.ports.cf.restartApp({ in: { org: request.org, space: request.space }, app: request.app });
    } catch (error) {
      // STARTED is what is wanted of an application, not what it is: what the CLI saw fail is no success.
      if (error instanceof RecoverError && error.code === "step-failed")
        await context.record("restart-failed", { app: request.app });
      throw error;
    }
    return { app_guid: app.guid };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const asked = restarting.safeParse(context.records("restarting").at(-1));
    const app = await findApp(context, request);
    if (!asked.success) return { state: "not-done", evidence: "no restart was asked for" };
    if (context.records("restart-failed").length > 0)
      return { state: "partly", evidence: `the restart of "${request.app}" failed` };
    const { at, before } = asked.data;
    const own = (await startsOf(context, app, new Date(at))).find((event) => !before.includes(event.guid));
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

const restarting = z.object({ at: z.string(), before: z.array(z.string()) });

/** Cloud Foundry's clock may be behind ours: those that were there before are told apart by their GUIDs. */
async function startsOf(context: Context, app: CfApp, at: Date): Promise<readonly AuditEvent[]> {
  const since = new Date(at.getTime() - 60_000);
  const starts = await context.ports.cf.auditEvents(["audit.app.start", "audit.app.restart"], since);
  return starts.filter((event) => event.target.guid === app.guid);
}

async function findApp(context: Context, { space_guid, app }: Input): Promise<CfApp> {
  const found = (await context.ports.cf.apps(space_guid)).find((each) => each.name === app);
  if (found !== undefined) return found;
  throw new RecoverError("guard-refused", `there is no application "${app}" in the space any more`, {
    remedy: "Run on without it: give --input apps=… without this name in a new run.",
    place: app,
    effect: "none",
  });
}
