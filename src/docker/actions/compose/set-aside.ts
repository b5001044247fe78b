import { z } from "zod";
import { type Context, defineAction, type Probe, type WayBack } from "../../../action.ts";
import {
  commitContainer,
  createByApi,
  removeContainer,
  RUN_LABEL,
} from "../../../kit/commands/docker-work-commands.ts";
import type { DockerContainer } from "../../../ports/docker-host.ts";
import { typed } from "../storage/host-input.ts";
import { guardCopied, guardStopped } from "./copy-data.ts";
import { type MovedInput, movedInput } from "./moved-service.ts";
import { LABEL } from "../../compose/labels.ts";
import { aside, containersOf, openStack, refuse } from "./stack.ts";
import type { DockerWords } from "../../../kit/commands/docker-commands.ts";

/** `endpoint`: the address of the engine. */
const input = movedInput.extend({ endpoint: z.string().default("unix:///var/run/docker.sock") });
type Input = z.infer<typeof input>;
const output = z.object({ kept: z.string(), image: z.string() });
type Output = z.infer<typeof output>;

export const imageOf = (service: string, run: string): string =>
  `dingo-recover/${run}:${service.toLowerCase().replace(/[^a-z0-9_.-]/gu, "-")}`;

const created = (words: DockerWords, { endpoint }: Input, name: string) =>
  createByApi(words, endpoint.replace("unix://", ""), name);

const undo: WayBack<Input, Output> = {
  effect: "create",
  cost: "makes the old container again, with its name, its own volume and what Compose knows it by",
  describe: (input) => typed(input, (words) => [created(words, input, input.moved.container)]),
  async guard(context, { input }) {
    const { host } = await openStack(context, input);
    const now = (await containersOf(host, input.project)).find(
      ({ labels, id }) => labels[LABEL.service] === input.moved.service && id !== input.moved.container_id,
    );
    if (now !== undefined && now.labels[RUN_LABEL] === undefined)
      throw refuse(
        `"${now.name}" is the service's container`,
        now.name,
        "Remove it, then go on: its data directory is kept.",
      );
  },
  async probe(context, { input }) {
    const { original, twin } = await look(context, input);
    const evidence = `${input.moved.container} is ${original === undefined ? "gone" : "there"}`;
    if (original !== undefined) return { state: "done", evidence };
    return { state: twin === undefined ? "unknown" : "not-done", evidence };
  },
  async run(context, { input }) {
    const { work } = await openStack(context, input);
    const { original, twin } = await look(context, input);
    if (original !== undefined || twin === undefined) return;
    await context.beforeEffect();
    await work.createLike({
      of: twin.id,
      name: input.moved.container,
      image: twin.imageId,
      labels: { [LABEL.project]: input.project },
    });
  },
};

/**
 * Compose knows its containers by their labels, not by their names: renamed, the old one would be "recreated", which is
 * removed, by the next `up` (tried with 1.29 and Engine 20.10). So a container that is like it in all but the project's
 * label keeps what it wrote and its volume, and the old one is removed without its volumes once that one is there.
 */
export const setContainerAside = defineAction({
  id: "compose.set-aside",
  title: "Keep the old container out of Compose's sight",
  effect: "destroy",
  input,
  output,
  undo,
  describe: (input, run) => {
    const { container, service } = input.moved;
    return typed(input, (words) => [
      commitContainer(words, container, imageOf(service, run)),
      created(words, input, aside(container, run)),
      removeContainer(words, container),
    ]);
  },
  async guard(context, input) {
    if ((await look(context, input)).original !== undefined) await guardStopped(context, input);
    await guardCopied(context, input);
  },
  async run(context, input): Promise<Output> {
    const { work } = await openStack(context, input);
    const { service, container, container_id: id } = input.moved;
    const [image, name] = [imageOf(service, context.run.id), aside(container, context.run.id)];
    if ((await look(context, input)).twin === undefined) {
      await context.beforeEffect();
      await work.commit(id, image);
      await context.beforeEffect();
      await work.createLike({ of: id, name, image, labels: { [LABEL.project]: "", [RUN_LABEL]: context.run.id } });
    }
    const { original, twin } = await look(context, input);
    if (twin === undefined || !holdsAll(twin, input))
      throw refuse(`"${name}" does not hold the volume of "${container}"`, name);
    if (original !== undefined) {
      await context.beforeEffect();
      await work.remove(original.id);
    }
    return { kept: name, image };
  },
  async probe(context, input): Promise<Probe<Output>> {
    const { original, twin } = await look(context, input);
    const name = aside(input.moved.container, context.run.id);
    const evidence = `${input.moved.container} is ${original === undefined ? "gone" : "there"}, ${name} is ${twin === undefined ? "not" : "there"}`;
    if (original !== undefined) return { state: twin === undefined ? "not-done" : "partly", evidence };
    if (twin === undefined || !holdsAll(twin, input)) return { state: "unknown", evidence };
    return { state: "done", output: { kept: name, image: imageOf(input.moved.service, context.run.id) }, evidence };
  },
  async verify(context, input, { kept }) {
    const { twin } = await look(context, input);
    return {
      holds: twin !== undefined && holdsAll(twin, input),
      evidence: `${kept} is ${twin === undefined ? "gone" : "there"}`,
    };
  },
});

interface Both {
  /** The service's, by its id, or by name and labels if an undo has made it again. */
  readonly original: DockerContainer | undefined;
  readonly twin: DockerContainer | undefined;
}

async function look(context: Context, { host: at, sudo, project, moved }: MovedInput): Promise<Both> {
  const { host } = await openStack(context, { host: at, sudo, project });
  const all = await host.containers();
  const ofService = ({ labels }: DockerContainer): boolean =>
    labels[LABEL.project] === project && labels[LABEL.service] === moved.service;
  const name = aside(moved.container, context.run.id);
  return {
    original: all.find(
      (one) => one.id === moved.container_id || (ofService(one) && one.labels[RUN_LABEL] === context.run.id),
    ),
    twin: all.find((one) => one.name === name && one.labels[RUN_LABEL] === context.run.id),
  };
}

function holdsAll({ mounts }: DockerContainer, { moved }: MovedInput): boolean {
  return (
    moved.volume === "" ||
    mounts.some(({ volume, destination }) => volume === moved.volume && destination === moved.path)
  );
}
