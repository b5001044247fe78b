import { z } from "zod";
import { type Context, defineAction, type Probe, type WayBack } from "../../../action.ts";
import { composeUp, type ComposeUp } from "../../../kit/commands/compose-commands.ts";
import { removeContainer, stopContainer } from "../../../kit/commands/docker-work-commands.ts";
import type { DockerContainer, DockerHost } from "../../../ports/docker-host.ts";
import { typed } from "../storage/host-input.ts";
import { movedService } from "./moved-service.ts";
import { askedOf } from "./asked.ts";
import { graceOf, runningContainer } from "./running-container.ts";
import { LABEL } from "../../compose/labels.ts";
import { callInput, callOf, containersOf, openStack, refuse, stackInput } from "./stack.ts";

const input = z.strictObject({
  ...stackInput,
  ...callInput,
  services: z.array(movedService),
  /** Every service that ran before, and not only those that were moved. */
  all: z.boolean(),
  running: z.array(runningContainer),
});
type Input = z.infer<typeof input>;
const output = z.object({ containers: z.array(z.object({ service: z.string(), name: z.string(), id: z.string() })) });
type Output = z.infer<typeof output>;

const undo: WayBack<Input, Output> = {
  effect: "destroy",
  cost: "stops what was started and removes the new containers of the moved services; their data directories stay",
  describe: (request) =>
    typed(request, (words) =>
      request.services.flatMap(({ container }) => [
        stopContainer(words, container, graceOf(true)),
        removeContainer(words, container),
      ]),
    ),
  async guard(context, { input: request }) {
    for (const container of await made(context, request))
      if (!isOn(container, request))
        throw refuse(`"${container.name}" is not the container that was started on the new directory`, container.name);
  },
  async probe(context, { input: request }) {
    const left = request.all ? await runningOthers(context, request) : await made(context, request);
    if (left.length === 0) return { state: "done", evidence: "none of them is there" };
    const names = left.map(({ name }) => name).join(", ");
    return { state: "not-done", evidence: `${names} ${left.length === 1 ? "is" : "are"} there` };
  },
  async run(context, { input: request }) {
    const { work } = await openStack(context, request);
    for (const { id } of await runningOthers(context, request)) {
      await context.beforeEffect();
      await work.stop(id, graceOf(false));
    }
    if (request.all) return;
    for (const { id } of await made(context, request)) {
      await context.beforeEffect();
      await work.stop(id, graceOf(true));
      await context.beforeEffect();
      await work.remove(id);
    }
  },
};

/** Compose with the generation, the project and the files that the stack was brought up with. */
export const bringUp = defineAction({
  id: "compose.up",
  title: "Start the stack on its new data directories",
  effect: "create",
  input,
  output,
  undo,
  describe(request) {
    const services = servicesOf(request);
    return typed(request, (words) => [composeUp(words, callOf(request), { services, ...howFor(request, services) })]);
  },
  async guard(context, request) {
    const { host, work } = await openStack(context, request);
    for (const { destination, service } of request.services)
      if ((await work.kind(destination)) !== "directory")
        throw refuse(`${destination} is not there, and ${service} would start with nothing`, destination);
    const all = await host.containers();
    const mine = all.filter(({ labels }) => labels[LABEL.project] === request.project);
    // The engine tells no ports of a stopped container: the containers that ran before have told them.
    const wanted = new Set(request.running.flatMap(({ ports }) => ports));
    const other = all.find(
      (one) => !mine.includes(one) && one.running && one.ports.some(({ host: port }) => wanted.has(port)),
    );
    if (other !== undefined)
      throw refuse(
        `"${other.name}" has a port that the stack publishes`,
        other.name,
        "Stop it or give it another port, then go on.",
      );
  },
  async run(context, request): Promise<Output> {
    const { host, work } = await openStack(context, request);
    await context.beforeEffect();
    const before = await idle(context, request);
    const names = await knownServices(host, request);
    if (names.length > 0) await work.composeUp(callOf(request), names, howFor(request, names));
    // Of a service that the file does not have any more, or one more container of it: Compose does not know that it ran.
    for (const { id, startedAt } of await idle(context, request)) {
      if (!before.some((one) => one.id === id && one.startedAt === startedAt)) continue;
      await context.beforeEffect();
      await work.start(id);
    }
    return await containers(context, request);
  },
  async probe(context, request): Promise<Probe<Output>> {
    const output = await containers(context, request);
    const wanted = servicesOf(request);
    const lacking = wanted.filter((each) => !output.containers.some(({ service }) => service === each));
    if (lacking.length > 0) {
      const evidence = `${lacking.join(", ")} ${lacking.length === 1 ? "does" : "do"} not run`;
      return { state: lacking.length === wanted.length ? "not-done" : "partly", evidence };
    }
    const astray = (await made(context, request)).find((container) => !isOn(container, request));
    if (astray !== undefined)
      return { state: "unknown", evidence: `${astray.name} runs, and not on its new directory` };
    return { state: "done", output, evidence: "all run" };
  },
  async verify(context, request) {
    const found = await made(context, request);
    const astray = found.filter((container) => !isOn(container, request)).map(({ name }) => name);
    const all = found.length >= new Set(request.services.map(({ service }) => service)).size;
    return {
      holds: all && astray.length === 0,
      evidence: astray.length > 0 ? `${astray.join(", ")} is on another directory` : "each is on its new directory",
    };
  },
});

/** The services to start, never the whole file: one that had finished or was stopped stays so. */
const servicesOf = ({ all, services, running }: Input): readonly string[] => [
  ...new Set((all ? running : services).map(({ service }) => service)),
];

/** The services that the files have: Compose refuses the whole call for one that they lack. */
async function knownServices(host: DockerHost, request: Input): Promise<readonly string[]> {
  const names = servicesOf(request);
  if (!request.all) return names;
  const { services } = (await askedOf(host, callOf(request))).model;
  return names.filter((service) => services.some(({ name }) => name === service));
}

/**
 * The number of containers that ran before, not the file's: no more servers on one directory, and no container less. The
 * others are started as they were: made anew, they would lose their own layers.
 */
function howFor({ running, all }: Input, names: readonly string[]): ComposeUp {
  const counts = new Map<string, number>();
  for (const { service } of running) counts.set(service, (counts.get(service) ?? 0) + 1);
  return { scales: Object.fromEntries([...counts].filter(([service]) => names.includes(service))), keeps: all };
}

/** Containers that ran, are still there, and do not run. */
async function idle(context: Context, request: Input): Promise<readonly DockerContainer[]> {
  if (!request.all) return [];
  const ids = new Set(request.running.map(({ id }) => id));
  return (await membersOf(context, request)).filter(
    ({ id, running, status }) => ids.has(id) && !running && status !== "restarting",
  );
}

async function membersOf(context: Context, request: Input): Promise<readonly DockerContainer[]> {
  return await containersOf((await openStack(context, request)).host, request.project);
}

const serviceOf = ({ labels }: DockerContainer): string => labels[LABEL.service] ?? "";

/** The moved services' containers that are not the old ones. */
async function made(context: Context, request: Input): Promise<readonly DockerContainer[]> {
  const old = new Set(request.services.map(({ container_id: id }) => id));
  const names = new Set(request.services.map(({ service }) => service));
  return (await membersOf(context, request)).filter((one) => names.has(serviceOf(one)) && !old.has(one.id));
}

/** Running containers that this step has started: the moved services' in the first step, the others in the second. */
async function runningOthers(context: Context, request: Input): Promise<readonly DockerContainer[]> {
  if (!request.all) return [];
  const moved = new Set(request.services.map(({ service }) => service));
  return (await membersOf(context, request)).filter((one) => one.running && !moved.has(serviceOf(one)));
}

const isOn = (container: DockerContainer, { services }: Input): boolean =>
  services
    .filter(({ service }) => service === serviceOf(container))
    .every(({ path, destination }) =>
      container.mounts.some(
        (mount) => mount.kind === "bind" && mount.destination === path && mount.source === destination,
      ),
    );

async function containers(context: Context, request: Input): Promise<Output> {
  const running = (await membersOf(context, request)).filter((one) => one.running);
  return { containers: running.map((one) => ({ service: serviceOf(one), name: one.name, id: one.id })) };
}
