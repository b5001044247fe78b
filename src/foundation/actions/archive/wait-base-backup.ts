import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import type { Baseline } from "../../../archive/copy/baseline.ts";
import { type Completed, latestBase } from "../../../archive/judgement/choose.ts";
import { sortEntries } from "../../../archive/reading/facts.ts";
import { parseLocation } from "../../../archive/names/location.ts";
import { refuse } from "../../../errors.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { waitFor } from "../../../kit/wait.ts";
import { evidenceRef, recallListing } from "./evidence-listing.ts";

const DEADLINE_MS = 15 * 60_000;
const POLL_MS = 500;

const input = z.strictObject({
  target: z.string(),
  /** The source's listing; absent in runs that an earlier version began. */
  baseline: evidenceRef.optional(),
});
type Input = z.infer<typeof input>;
const output = z.object({ base_backup: z.string() });

/** The container makes one by itself once it is out of recovery (dingo.md §3.5): until then a second loss would cost everything since. */
export const waitBaseBackup = defineAction({
  id: "archive.wait-base-backup",
  title: "Wait for the first backup of the recovered database",
  effect: "read",
  input,
  output,
  tell: (found) => `${found.base_backup} is complete`,
  describe: ({ target }) => [{ on: "here", line: quote(["aws", "s3", "ls", `${target}/basebackups_005/`]) }],
  async run(context, request): Promise<z.infer<typeof output>> {
    return await waitFor(context, {
      deadlineMs: DEADLINE_MS,
      pollMs: POLL_MS,
      look: async () => {
        const name = await newBaseBackup(context, request);
        return name === undefined ? { instead: undefined } : { found: { base_backup: name } };
      },
      tell: () => "waiting for the first base backup of the new timeline",
      late: () =>
        refuse("deadline-passed", "the recovered database made no complete base backup within 15 minutes")
          .at(request.target)
          .advise("The data are back; look at the container's log for backup> lines, then resume."),
    });
  },
  async verify(context, request, output) {
    const name = await newBaseBackup(context, request);
    return {
      holds: name !== undefined,
      evidence: name === undefined ? `${output.base_backup} is gone` : `${name} is complete`,
    };
  },
});

/**
 * Complete, none of the source's, and of a timeline above that of the base backup that was restored: the end of a
 * recovery begins a new one (wal-archives.md §2), while an old container that lives on adds to its own.
 */
async function newBaseBackup(context: Context, { target, baseline }: Input): Promise<string | undefined> {
  const source = baseline === undefined ? [] : basesOf(await recallListing(context, baseline));
  const restored = latestBase(source)?.timeline ?? 1;
  const location = parseLocation(target);
  const objects = await context.ports.store.reader().list(location.bucket, `${location.prefix}/`);
  const own = basesOf({ location, objects }).filter(
    ({ name, timeline }) => timeline > restored && !source.some((base) => base.name === name),
  );
  return own.at(-1)?.name;
}

function basesOf({ location, objects }: Baseline): readonly (Completed & { readonly timeline: number })[] {
  return sortEntries(location, objects).flatMap(({ kind, info }) =>
    kind.kind === "sentinel"
      ? [{ name: kind.base.name, timeline: kind.base.start.timeline, completedAt: info.lastModified }]
      : [],
  );
}
