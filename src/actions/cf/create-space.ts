import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../action.js";
import { RecoverError } from "../../errors.js";
import { quote } from "../../shell-quote.js";
import { undoSpace } from "./undo-space.js";

const input = z.strictObject({ org: z.string(), space: z.string() });
type Input = z.infer<typeof input>;
const output = z.object({ space_guid: z.string() });
type Output = z.infer<typeof output>;

/** A space of that name is all that is needed: whoever made it, it is used and not changed. */
export const createSpace = defineAction({
  id: "cf.create-space",
  title: "Make the space again",
  effect: "create",
  input,
  output,
  undo: undoSpace,
  describe: ({ org, space }) => [{ on: "here", line: quote(["cf", "create-space", space, "-o", org]) }],
  async run(context, request): Promise<Output> {
    const { cf } = context.ports;
    let made = false;
    if ((await cf.findSpace(request)) === undefined) {
      await context.record("space-was-missing", { ...request, at: context.ports.clock.now().toISOString() });
      await context.beforeEffect();
      made = (await cf.createSpace(request)) === "made";
    }
    const found = await cf.findSpace(request);
    if (made && found !== undefined) await context.record("space-made", { guid: found.guid });
    if (found !== undefined) return { space_guid: found.guid };
    throw new RecoverError("step-failed", `there is still no space "${request.space}" in "${request.org}"`, {
      remedy: `Make it with ${quote(["cf", "create-space", request.space, "-o", request.org])}, then resume.`,
      place: `${request.org}/${request.space}`,
    });
  },
  probe: probeSpace,
  async verify(context, request, output) {
    const found = await context.ports.cf.findSpace(request);
    return {
      holds: found?.guid === output.space_guid,
      evidence: `${request.org}/${request.space} is ${found?.guid ?? "not there"}`,
    };
  },
});

async function probeSpace(context: Context, request: Input): Promise<Probe<Output>> {
  const found = await context.ports.cf.findSpace(request);
  if (found === undefined)
    return { state: "not-done", evidence: `the organization "${request.org}" has no space "${request.space}"` };
  return { state: "done", output: { space_guid: found.guid }, evidence: `"${request.space}" is ${found.guid}` };
}
