import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { requireOwnPlace } from "./own-place.ts";

const input = z.strictObject({ run: z.string(), target: z.string(), place: z.string() });
const output = z.object({ rows: z.array(z.object({ label: z.string(), value: z.string() })) });

/** The one screen before a copy is deleted. */
export const reviewCopy = defineAction({
  id: "scratch.review-copy",
  title: "What lies in the directory of the copy",
  effect: "read",
  review: true,
  input,
  output,
  describe: ({ place }) => [{ on: "here", line: quote(["ls", "-la", "--", place]) }],
  async run(context, { run, target, place }): Promise<z.infer<typeof output>> {
    const found = await requireOwnPlace(context, place, run);
    const copy = found.state === "absent" ? "nothing is there" : `${found.copy.archive} as of ${found.copy.time}`;
    return {
      rows: [
        { label: "deleted", value: `${place} on this machine, of run ${run}` },
        { label: "  copy of", value: copy },
        { label: "stays", value: `${target} with what was loaded into it, and its archive` },
      ],
    };
  },
});
