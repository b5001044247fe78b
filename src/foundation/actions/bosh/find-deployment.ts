import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import type { Director } from "../../../ports/director.ts";
import { together } from "../../../kit/together.ts";
import { cellInstances, instanceName } from "./cell-instances.ts";

const input = z.strictObject({});
const output = z.object({ deployment: z.string(), director: z.string(), cells: z.array(z.string()) });
type Output = z.infer<typeof output>;

/** A running deploy, or the resurrector, would recreate cells under us: locks and tasks are looked at first (cf-bosh.md §3.3). */
export const findDeployment = defineAction({
  id: "bosh.find-deployment",
  title: "Find the deployment and see that the director is at rest",
  effect: "read",
  input,
  output,
  tell: (found) => `${found.deployment} on ${found.director}, ${found.cells.length} cells; no lock, no task`,
  describe: () => [
    { on: "here", line: "bosh deployments" },
    { on: "here", line: "bosh locks" },
    { on: "here", line: "bosh tasks" },
  ],
  async run(context): Promise<Output> {
    const info = await context.ports.director.info();
    const deployment = await chooseDeployment(context);
    await refuseBusyDirector(context, deployment);
    const cells = await cellInstances(context.ports, deployment);
    return { deployment, director: info.name, cells: cells.map(instanceName) };
  },
});

async function chooseDeployment(context: Context): Promise<string> {
  const { settings, director } = context.ports;
  const all = await director.deployments();
  if (settings.deployment !== undefined) {
    if (all.includes(settings.deployment)) return settings.deployment;
    throw refuse("guard-refused", `the director has no deployment "${settings.deployment}"`)
      .at("bosh.deployment")
      .advise(`Correct bosh.deployment; the director has: ${all.join(", ") || "none"}.`);
  }
  const dingo = all.filter((name) => name.startsWith("dingo-postgresql"));
  if (dingo.length === 1 && dingo[0] !== undefined) return dingo[0];
  const answer = await context.ask({
    kind: "choice",
    id: "deployment",
    prompt: "Which deployment runs Dingo PostgreSQL?",
    why: "No deployment, or more than one, has a name that begins with dingo-postgresql.",
    choices: all.map((name) => ({ value: name, label: name, consequence: "its cells are searched" })),
  });
  return answer.value;
}

/**
 * Tasks that change no VM and are over in seconds: ephemeral SSH users, ours among them, and the questions to agents
 * that anybody's `bosh vms`, `bosh instances` and `bosh logs` cause.
 */
const HARMLESS = /\bssh\b|^retrieve (?:vm|instance)-stats$|^fetch logs$/i;

/** Throws `platform-busy` while the director holds a lock on, or works at, the deployment. */
export async function refuseBusyDirector(context: Context, deployment: string): Promise<void> {
  const others = await busyWith(context.ports.director, deployment);
  if (others.length === 0) return;
  throw refuse("platform-busy", `the director is at work on "${deployment}": ${others.join("; ")}`)
    .at(deployment)
    .advise("Wait until bosh tasks shows nothing for this deployment, then resume.");
}

/** Locks and tasks on the deployment, for people; empty if the director is at rest. */
export async function busyWith(director: Director, deployment: string): Promise<readonly string[]> {
  const [allLocks, allTasks] = await together([director.locks(), director.runningTasks()]);
  const locks = allLocks.filter((lock) => lock.resource.includes(deployment));
  const tasks = allTasks.filter((task) => task.deployment === deployment);
  return [
    ...locks.map((lock) => `lock ${lock.type} of task ${lock.taskId}`),
    ...tasks
      .filter(({ description }) => !HARMLESS.test(description))
      .map((task) => `task ${task.id} (${task.description})`),
  ];
}
