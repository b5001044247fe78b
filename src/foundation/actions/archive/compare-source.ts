import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { refuse } from "../../../errors.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { evidenceRef, sinceBaseline } from "./evidence-listing.ts";

const input = z.strictObject({
  source: z.string(),
  baseline: evidenceRef,
  /** The operator lets the old container live: it adds to its archive, and changes nothing in it. */
  old_goes_on: z.boolean().default(false),
});
const output = z.object({ objects: z.number() });

/** The source archive is read-only from first to last (law 1): shown by keys, sizes, ETags and dates. */
export const compareSource = defineAction({
  id: "archive.compare-source",
  title: "See that the source archive is as it was",
  effect: "read",
  input,
  output,
  tell: (found) => `${found.objects} objects, as they were`,
  describe: ({ source }) => [{ on: "here", line: quote(["aws", "s3", "ls", "--recursive", `${source}/`]) }],
  async run(context, { source, baseline, old_goes_on }): Promise<z.infer<typeof output>> {
    const { holds, objects, evidence } = await sinceBaseline(context, baseline, old_goes_on);
    if (holds) return { objects };
    throw refuse("proof-failed", `the source archive is not as it was: ${evidence}`)
      .at(source)
      .advise("This run wrote nothing there. Find out who did before this archive is used again.");
  },
});
