import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { readArchive } from "../../../archive/reading/facts.ts";
import { judgeFresh } from "../../../archive/judgement/fresh.ts";
import {
  type ArchiveLocation,
  formatLocation,
  instanceArchive,
  parseLocation,
  requireApart,
} from "../../../archive/names/location.ts";
import { refuse } from "../../../errors.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { waitFor } from "../../../kit/wait.ts";

/** A fresh instance's first base backup is complete 12–17 s after its container started (real-parts.md §1.3). */
const DEADLINE_MS = 5 * 60_000;
const POLL_MS = 500;

const input = z.strictObject({
  /** The archive that is going to be copied to it; "" if there is none. */
  source: z.string().default(""),
  guid: z.guid(),
  created_at: z.string(),
  bucket: z.string(),
  /** The instance that the broker cloned; "" if it was made empty. */
  clone_from: z.string().default(""),
});
type Input = z.infer<typeof input>;
const output = z.object({ location: z.string(), objects: z.number(), bytes: z.number(), region: z.string() });
type Output = z.infer<typeof output>;

/** Stopping a container in its first base backup leaves an exclusive backup behind; so the backup is waited for. */
export const checkFresh = defineAction({
  id: "archive.check-fresh",
  title: "Wait for the new instance's first backup and see that its archive is fresh",
  effect: "read",
  input,
  output,
  tell: (found) => `${found.location} holds ${found.objects} objects of a fresh instance`,
  describe: ({ guid, bucket }) => [
    { on: "here", line: quote(["aws", "s3", "ls", "--recursive", `s3://${bucket}/backups/${guid}/wal/`]) },
  ],
  async run(context, request): Promise<Output> {
    const target = instanceArchive(request.bucket, request.guid);
    if (request.source !== "") requireApart(parseLocation(request.source), target);
    return await waitFor(context, {
      deadlineMs: DEADLINE_MS,
      pollMs: POLL_MS,
      look: async () => {
        const { complete, output } = await look(context, request, target);
        return complete ? { found: output } : { instead: output };
      },
      tell: () => "waiting for the first base backup of the new instance",
      late: () =>
        refuse(
          "deadline-passed",
          `the new instance made no complete base backup in ${formatLocation(target)} within 5 minutes`,
        )
          .at(formatLocation(target))
          .advise("Look at the container's log: without a working archive nothing can be recovered into it."),
    });
  },
  async verify(context, request, output) {
    const { complete } = await look(context, request, parseLocation(output.location));
    return { holds: complete, evidence: `${output.location} is that of a fresh instance` };
  },
});

/** Throws `target-not-fresh` for an archive that no fresh instance can have. */
async function look(
  context: Context,
  request: Input,
  target: ArchiveLocation,
): Promise<{ complete: boolean; output: Output }> {
  const { store } = context.ports;
  const { entries } = await readArchive(store.reader(), target);
  const freshness = judgeFresh(entries, new Date(request.created_at));
  // A clone holds the old archive already, and is never set aside.
  if (!freshness.fresh && request.clone_from === "") {
    throw refuse(
      "target-not-fresh",
      `${formatLocation(target)} is not the archive of a fresh instance: ${freshness.reasons.join("; ")}`,
    )
      .at(formatLocation(target))
      .advise(
        "Nothing in it was changed. Look at this archive before anything else: it may be the only copy of somebody's data.",
      );
  }
  const has = (kind: string): boolean => entries.some((entry) => entry.kind.kind === kind);
  const output = {
    location: formatLocation(target),
    objects: freshness.objects,
    bytes: freshness.bytes,
    region: await store.region(target.bucket),
  };
  return { complete: has("sentinel") && has("sysid"), output };
}
