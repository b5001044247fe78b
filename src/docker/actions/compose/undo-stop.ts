import type { Context, UndoProbe, WayBack } from "../../../action.ts";
import { startContainer } from "../../../kit/commands/docker-work-commands.ts";
import type { DockerContainer } from "../../../ports/docker-host.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { placeText } from "../storage/host-input.ts";
import { leftBehind } from "./left-behind.ts";
import type { MovedService } from "./moved-service.ts";
import { LABEL } from "../../compose/labels.ts";
import { containersOf, openStack } from "./stack.ts";
import { wordsOf } from "../../../kit/commands/docker-commands.ts";

interface Stopped {
  readonly host: string;
  readonly sudo: boolean;
  readonly project: string;
  readonly services: readonly MovedService[];
  readonly file: string;
  readonly running: readonly { readonly id: string; readonly name: string; readonly service: string }[];
}

/** By service: a container that was set aside and brought back has another id. */
export const undoStop: WayBack<Stopped, unknown> = {
  effect: "disrupt",
  cost: "starts the stack's containers again, databases first",
  describe: ({ host, sudo, running }) =>
    [...running].reverse().map(({ name }) => ({
      on: placeText({ host }),
      line: quote(startContainer(wordsOf({ sudo }), name)),
    })),
  guard: async (context, { input }) => {
    await membersOf(context, input);
  },
  async probe(context, { input }): Promise<UndoProbe> {
    const down = await downOf(context, input);
    if (down.length === 0)
      return { state: "done", evidence: ["all run", ...(await leftBehind(context, input))].join("\n") };
    const evidence = `${down.map(({ name }) => name).join(", ")} ${down.length === 1 ? "does" : "do"} not run`;
    return { state: down.length === input.running.length ? "not-done" : "partly", evidence };
  },
  async run(context, { input }) {
    const { work } = await openStack(context, input);
    for (const { id } of await downOf(context, input)) {
      await context.beforeEffect();
      await work.start(id);
    }
  },
};

async function membersOf(context: Context, input: Stopped): Promise<readonly DockerContainer[]> {
  const { host } = await openStack(context, input);
  const members = await containersOf(host, input.project);
  const services = [...input.running].reverse().map(({ service }) => service);
  return services.flatMap((service) => members.filter(({ labels }) => labels[LABEL.service] === service));
}

async function downOf(context: Context, input: Stopped): Promise<readonly DockerContainer[]> {
  return (await membersOf(context, input)).filter(({ running, status }) => !running && status !== "restarting");
}
