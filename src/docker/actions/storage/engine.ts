import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { engineInfo } from "../../../kit/commands/docker-commands.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { hostInput, placeText, typed } from "./host-input.ts";

const output = z.object({
  /** "here", or the host as it was named. */
  host: z.string(),
  name: z.string(),
  id: z.string(),
  version: z.string(),
  storage_driver: z.string(),
  root: z.string(),
  endpoint: z.string(),
  reads_directly: z.boolean(),
});

/** Looks for the engine in the first step: an operator without access to it hears so before anything else. */
export const findEngine = defineAction({
  id: "storage.engine",
  title: "Reach the Docker engine",
  effect: "read",
  input: hostInput,
  output,
  tell: ({ name, version, storage_driver, root, endpoint, reads_directly }) =>
    `Docker ${version} on ${quoted(name)} at ${endpoint}: ${storage_driver} below ${root}; directories are looked at ${reads_directly ? "as root, by path" : "in a container that lives for it"}`,
  describe: (input) => typed(input, (words) => [engineInfo(words)]),
  async run(context, input) {
    const engine = await (await context.ports.docker.open(input)).engine();
    return {
      host: placeText(input),
      name: engine.name,
      id: engine.id,
      version: engine.version,
      storage_driver: engine.storageDriver,
      root: engine.root,
      endpoint: engine.endpoint,
      reads_directly: engine.readsDirectly,
    };
  },
  async verify(context, input, { id }) {
    const engine = await (await context.ports.docker.open(input)).engine();
    return { holds: engine.id === id, evidence: `the engine there is ${engine.id}` };
  },
});
