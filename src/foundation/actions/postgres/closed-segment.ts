/** An open WAL segment, closed and seen in the archive: writes in an open segment alone cannot be restored. */
import type { Context } from "../../../action.ts";
import { instanceArchive, keyIn } from "../../../archive/names/location.ts";
import { segmentKey } from "../../../archive/names/layout.ts";
import { giveUp } from "../../../errors.ts";
import { openTarget, type Target } from "../docker/target-container.ts";
import { waitFor } from "../../../kit/wait.ts";

/** An archiver takes a closed segment at once; a busy store lets it wait (dingo.md §3.5). */
const DEADLINE_MS = 5 * 60_000;
const POLL_MS = 500;
/** PostgreSQL 10 renamed it. */
const RENAMED_IN = 10;

export interface Archiving extends Target {
  readonly bucket: string;
}

export const switchSql = (version: string): string =>
  Number.parseInt(version, 10) >= RENAMED_IN
    ? "SELECT pg_walfile_name(pg_switch_wal());"
    : "SELECT pg_xlogfile_name(pg_switch_xlog());";

/** The segment that was closed, as PostgreSQL names it. Closing one more does no harm. */
export async function closeSegment(context: Context, target: Target): Promise<string> {
  const { cell } = await openTarget(context, target);
  const [[version = ""] = []] = await cell.sql.socket(target.container, "SHOW server_version;");
  await context.beforeEffect();
  const [[segment = ""] = []] = await cell.sql.socket(target.container, switchSql(version));
  if (!/^[0-9A-F]{24}$/.test(segment))
    throw giveUp("answer-malformed", `PostgreSQL named no segment, but "${segment}"`)
      .at(target.container)
      .advise("Look at the container's log, then resume.");
  await context.record("segment-closed", { segment });
  return segment;
}

export function closedSegment(context: Context): string | undefined {
  const segment = context.records("segment-closed").at(-1)?.["segment"];
  return typeof segment === "string" ? segment : undefined;
}

export async function isArchived(
  context: Context,
  { bucket, guid }: Pick<Archiving, "bucket" | "guid">,
  segment: string,
): Promise<boolean> {
  const key = keyIn(instanceArchive(bucket, guid), segmentKey(segment));
  const found = await context.ports.store.reader().list(bucket, key);
  return found.some((each) => each.key === key);
}

export async function awaitArchived(context: Context, request: Archiving, segment: string): Promise<void> {
  await waitFor(context, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => ((await isArchived(context, request, segment)) ? { found: segment } : { instead: undefined }),
    tell: () => `waiting for ${segment} in the archive`,
    late: () =>
      giveUp("deadline-passed", `the segment ${segment} was not archived within 5 minutes`)
        .at(request.container)
        .advise("Look at the container's log: without a working archive nothing can be recovered. Then resume."),
  });
}
