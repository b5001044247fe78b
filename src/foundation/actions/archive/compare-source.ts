import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { compareListings } from "../../../archive/copy/baseline.ts";
import { refuse } from "../../../errors.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { evidenceRef, recallListing } from "./evidence-listing.ts";

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
  async run(context, { baseline, old_goes_on }): Promise<z.infer<typeof output>> {
    const before = await recallListing(context, baseline);
    const now = await context.ports.store.reader().list(before.location.bucket, `${before.location.prefix}/`);
    const { same, added, removed, changed } = compareListings(before.objects, now);
    if (same || (old_goes_on && removed.length + changed.length === 0)) return { objects: now.length };
    throw refuse(
      "proof-failed",
      `the source archive is not as it was: ${added.length} objects new, ${removed.length} gone, ${changed.length} changed`,
    )
      .at(before.location.prefix)
      .advise("This run wrote nothing there. Find out who did before this archive is used again.");
  },
});
