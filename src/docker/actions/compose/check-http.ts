import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { httpStatus } from "../../../kit/commands/docker-work-commands.ts";
import { giveUp } from "../../../errors.ts";
import { typed } from "../storage/host-input.ts";
import { waitFor } from "../../../kit/wait.ts";
import { openStack, stackInput } from "./stack.ts";

const POLL_MS = 1000;

const input = z.strictObject({ ...stackInput, url: z.string(), seconds: z.number() });
const output = z.object({ status: z.number(), refused: z.number() });

/** Asks the service by HTTP. The first answers after a start are often 500: it counts them, and asks again. */
export const checkHttp = defineAction({
  id: "compose.check-http",
  title: "Wait until the application answers",
  effect: "read",
  input,
  output,
  tell: ({ status, refused }) =>
    `HTTP ${status}${refused === 0 ? "" : `, after ${refused} answers that were none or an error`}`,
  describe: (request) => typed(request, () => [httpStatus(request.url)]),
  async run(context, { url, seconds, ...stack }): Promise<z.infer<typeof output>> {
    const { work } = await openStack(context, stack);
    let refused = 0;
    const status = await waitFor(context, {
      deadlineMs: seconds * 1000,
      pollMs: POLL_MS,
      look: async () => {
        const found = await work.httpStatus(url);
        if (found !== undefined && found < 400) return { found };
        refused += 1;
        return { instead: found === undefined ? "nothing answers" : `HTTP ${found}` };
      },
      tell: (last) => `${url}: ${last}`,
      late: (last) =>
        giveUp("deadline-passed", `${url} does not answer after ${seconds} s: ${last}`)
          .at(url)
          .advise("Look at the application's log; then go on."),
    });
    return { status, refused };
  },
  /** How many errors came first is told once, and does not come again. */
  async verify(context, { url, seconds: _waited, ...stack }) {
    const status = await (await openStack(context, stack)).work.httpStatus(url);
    return {
      holds: status !== undefined && status < 400,
      evidence: `${url}: ${status === undefined ? "nothing answers" : `HTTP ${status}`}`,
    };
  },
});
