import { z } from "zod";
import { type Context, defineAction, type Probe, type Verdict } from "../../../action.ts";
import { giveUp, type RecoverError, refuse } from "../../../errors.ts";
import type { AppInstance, AuditEvent, CfApp } from "../../../ports/cloud-foundry.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { guardInstance } from "../docker/target-container.ts";
import { waitFor } from "../../../kit/wait.ts";

/** As long as the CLI waits for an application by itself: CF_STARTUP_TIMEOUT is 5 minutes (cf-bosh.md §1.3). */
const RUNNING_DEADLINE_MS = 5 * 60_000;
const POLL_MS = 2_000;
/** Cloud Controller's stamps have whole seconds. */
const STAMP_MS = 1_000;

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
  undo: { leaves: "a restart is not taken back: the application runs on with what it was started with" },
  describe: ({ org, space, app }) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    { on: "here", line: quote(["cf", "restart", app]) },
    { on: "here", line: `${quote(["cf", "app", app])}  # every instance must be running` },
  ],
  async guard(context, request) {
    await guardInstance(context, request.guid);
    const app = await findApp(context, request);
    const bindings = await context.ports.cf.bindings(request.guid);
    if (bindings.some((binding) => binding.type === "app" && binding.appGuid === app.guid)) return;
    throw refuse("guard-refused", `the application "${request.app}" is not bound to the instance of this run`)
      .at(request.app)
      .advise("Bind it first; an application that is not bound gains nothing from a restart.");
  },
  async run(context, request): Promise<Output> {
    const app = await findApp(context, request);
    if (!(await isComingUp(context, app)) && !(await hasItsBinding(context, request, app))) {
      // In the second of its binding a start says nothing: a resume whose journal lost its end would ask for another.
      await context.ports.clock.sleep(STAMP_MS, context.signal);
      const at = context.ports.clock.now();
      const before = (await startsOf(context, app, at)).map((event) => event.guid);
      await context.record("restarting", { app: request.app, at: at.toISOString(), before });
      await context.beforeEffect();
      const { org, space, space_guid: guid } = request;
      await context.ports.cf.restartApp({ in: { org, space, guid }, app: request.app });
    }
    await awaitRunning(context, app);
    return { app_guid: app.guid };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const app = await findApp(context, request);
    if (askedFor(context) === undefined) return { state: "not-done", evidence: "no restart was asked for" };
    const own = await ownStart(context, app);
    if (own === undefined) return { state: "not-done", evidence: `"${app.name}" was not started since` };
    const { holds, evidence } = verdictOf(app, await context.ports.cf.appInstances(app.guid));
    if (holds !== true) return { state: "partly", evidence: `started at ${own.createdAt}: ${evidence}` };
    return { state: "done", output: { app_guid: app.guid }, evidence: `started at ${own.createdAt}: ${evidence}` };
  },
  /** No request of ours is noted: started since it was bound, it was restarted by hand. */
  async probeByHand(context, request): Promise<Probe<Output>> {
    const app = await findApp(context, request);
    if (!(await hasItsBinding(context, request, app)))
      return { state: "not-done", evidence: `"${app.name}" was not started since it was bound` };
    await awaitRunning(context, app);
    return { state: "done", output: { app_guid: app.guid }, evidence: `"${app.name}" was started since it was bound` };
  },
  async verify(context, request) {
    const app = await findApp(context, request);
    return verdictOf(app, await context.ports.cf.appInstances(app.guid));
  },
});

/** STARTED is the wanted state of an application, not the real one: each of its instances must run. */
function verdictOf({ name, state }: CfApp, instances: readonly AppInstance[]): Verdict {
  const running = instances.filter(isRunning).length;
  const others = instances.filter((each) => !isRunning(each)).map(shown);
  const evidence = `"${name}" is ${state}, ${running} of ${instances.length} instances run`;
  return {
    holds: state === "STARTED" && others.length === 0,
    evidence: others.length === 0 ? evidence : `${evidence}; ${others.join(", ")}`,
  };
}

function isRunning({ state }: AppInstance): boolean {
  return state === "RUNNING";
}

function shown({ process, index, state }: AppInstance): string {
  return `${process}/${index} is ${state}`;
}

/** Errors: `step-failed` if an instance crashed, `deadline-passed`; both name the application. */
async function awaitRunning(context: Context, app: CfApp): Promise<void> {
  await waitFor(context, {
    deadlineMs: RUNNING_DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => {
      const instances = await context.ports.cf.appInstances(app.guid);
      const others = instances.filter((each) => !isRunning(each));
      const crashed = others.filter(({ state }) => state === "CRASHED");
      if (crashed.length > 0) throw doesNotRun(app, crashed, "step-failed");
      return others.length === 0 ? { found: instances } : { instead: others };
    },
    tell: (others) => `waiting for "${app.name}": ${others.map(shown).join(", ")}`,
    late: (others) => doesNotRun(app, others, "deadline-passed"),
  });
}

function doesNotRun(
  { name }: CfApp,
  instances: readonly AppInstance[],
  code: "step-failed" | "deadline-passed",
): RecoverError {
  const when = code === "deadline-passed" ? "5 minutes after its restart" : "after its restart";
  return giveUp(code, `"${name}" does not run ${when}: ${instances.map(shown).join(", ")}`)
    .at(name)
    .advise(`See why with ${quote(["cf", "logs", name, "--recent"])}, mend it, then resume.`);
}

const restarting = z.object({ at: z.string(), before: z.array(z.string()) });

function askedFor(context: Context): z.infer<typeof restarting> | undefined {
  return restarting.safeParse(context.records("restarting").at(-1)).data;
}

/** The start that this run's last request led to. */
async function ownStart(context: Context, app: CfApp): Promise<AuditEvent | undefined> {
  const asked = askedFor(context);
  if (asked === undefined) return undefined;
  const starts = await startsOf(context, app, new Date(asked.at));
  return starts.find((event) => !asked.before.includes(event.guid));
}

/** A restart that an earlier attempt asked for is waited for; another would be another outage. */
async function isComingUp(context: Context, app: CfApp): Promise<boolean> {
  if (app.state !== "STARTED" || (await ownStart(context, app)) === undefined) return false;
  const instances = await context.ports.cf.appInstances(app.guid);
  return instances.every(({ state }) => state === "RUNNING" || state === "STARTING");
}

/**
 * An application that was started after its binding was made runs with it already, no matter who started it: a journal
 * that lost its last block does not know. Both times are Cloud Controller's, and `run` never asks within the second of
 * the binding.
 */
async function hasItsBinding(context: Context, { guid }: Input, app: CfApp): Promise<boolean> {
  const { cf } = context.ports;
  const bindings = await cf.bindings(guid);
  const bound = bindings.find(({ type, appGuid }) => type === "app" && appGuid === app.guid)?.createdAt;
  if (app.state !== "STARTED" || bound === undefined) return false;
  const starts = await cf.auditEvents(["audit.app.start", "audit.app.restart"], new Date(bound));
  const since = starts.some(
    (event) => event.target.guid === app.guid && Date.parse(event.createdAt) > Date.parse(bound),
  );
  return since && (await cf.appInstances(app.guid)).every(({ state }) => state === "RUNNING" || state === "STARTING");
}

/** Cloud Foundry's clock may be behind ours: those that were there before are told apart by their GUIDs. */
async function startsOf(context: Context, app: CfApp, at: Date): Promise<readonly AuditEvent[]> {
  const since = new Date(at.getTime() - 60_000);
  const starts = await context.ports.cf.auditEvents(["audit.app.start", "audit.app.restart"], since);
  return starts.filter((event) => event.target.guid === app.guid);
}

async function findApp(context: Context, { space_guid, app }: Input): Promise<CfApp> {
  const found = (await context.ports.cf.apps(space_guid)).find((each) => each.name === app);
  if (found !== undefined) return found;
  throw refuse("guard-refused", `there is no application "${app}" in the space any more`)
    .at(app)
    .advise("Run on without it: give --input apps=… without this name in a new run.");
}
