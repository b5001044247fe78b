import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { guardLiving } from "../docker/target-container.ts";

const input = z.strictObject({ org: z.string(), space: z.string(), service: z.string() });
type Input = z.infer<typeof input>;
const output = z.object({
  /** ORG/SPACE/NAME */
  target: z.string(),
  guid: z.guid(),
  space_guid: z.string(),
  org: z.string(),
  space: z.string(),
  name: z.string(),
  created_at: z.string(),
});

/** A service that lives: by the names that its users know, and the GUID that everything behind them goes by. */
export const findService = defineAction({
  id: "cf.find-service",
  title: "Find the living service",
  effect: "read",
  input,
  output,
  tell: (found) => `${found.target} is ${found.guid}, created ${found.created_at}`,
  describe: ({ org, space, service }) => [
    { on: "here", line: quote(["cf", "target", "-o", org, "-s", space]) },
    { on: "here", line: quote(["cf", "service", service, "--guid"]) },
  ],
  async run(context, request): Promise<z.infer<typeof output>> {
    const { org, space, service: name } = request;
    const place = await context.ports.cf.findSpace({ org, space });
    const instance = place === undefined ? undefined : await context.ports.cf.findInstance(place.guid, name);
    if (place === undefined || instance?.kind !== "managed")
      throw refuse(
        "nothing-found",
        `there is no managed service "${request.service}" in ${request.org}/${request.space}`,
      )
        .at(`${request.org}/${request.space}`)
        .advise("Look with cf services. A service that was deleted is brought back by dingo-recover run.");
    await guardLiving(context, instance.guid, name);
    const { guid, createdAt: created_at } = instance;
    return { target: `${org}/${space}/${name}`, guid, space_guid: place.guid, org, space, name, created_at };
  },
  verify: async (context: Context, _request: Input, { guid, name }) => {
    const found = await context.ports.cf.getInstance(guid);
    return { holds: found?.name === name, evidence: `${guid} is called "${found?.name ?? "nothing"}"` };
  },
});
