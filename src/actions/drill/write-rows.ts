import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../action.js";
import { psqlByKey } from "../cf/printed-credentials.js";
import { instanceArchive, keyIn, formatLocation } from "../../archive/names/location.js";
import { segmentKey } from "../../archive/names/layout.js";
import { RecoverError } from "../../errors.js";
import { printedWithInput, psqlSocket } from "../../host-commands.js";
import { guardTarget, openTarget, targetInput } from "../docker/target-container.js";
import { type Application, awaitWritable, openApplication, rowsOf } from "../postgres/application.js";
import { waitFor } from "../wait.js";
import { expectedRows, HAS_TABLE, READ_BACK, type Rows, rowsText, sameRows, TABLE, writeSql } from "./rows.js";

/** An archiver takes a closed segment at once; a busy store lets it wait (dingo.md §3.5). */
const DEADLINE_MS = 5 * 60_000;
const POLL_MS = 500;
/** PostgreSQL 10 renamed it. */
const RENAMED_IN = 10;

const input = z.strictObject({
  ...targetInput,
  key_guid: z.string(),
  bucket: z.string(),
  rows: z.number().int().min(1).max(100_000),
  /** This run, for the printed commands. */
  run: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({
  table: z.string(),
  rows: z.number(),
  checksum: z.string(),
  /** The segment that holds them, and where it is archived. */
  segment: z.string(),
  archive: z.string(),
});
type Output = z.infer<typeof output>;

/** Rows that are only in an open segment would be lost with the container: the segment is closed, and seen in the archive. */
export const writeRows = defineAction({
  id: "drill.write-rows",
  title: "Write the drill's rows and see them in the archive",
  effect: "create",
  input,
  output,
  undo: { leaves: "the rows stay in the drill's own service, which nobody else uses" },
  describe: ({ container, rows, run, key_guid }) => [
    psqlByKey(key_guid, writeSql(run, rows)),
    { on: "the cell", line: printedWithInput(psqlSocket(container), switchSql("9.6")) },
  ],
  guard: async (context, target) => {
    await guardTarget(context, target);
  },
  async run(context, request): Promise<Output> {
    const application = await openApplication(context, request);
    await awaitWritable(context, application);
    const wanted = expectedRows(context.run.id, request.rows);
    if ((await rowsIn(application)) === undefined) {
      await context.record("rows-meant", { table: TABLE, ...wanted });
      await context.beforeEffect();
      await rowsOf(application, writeSql(context.run.id, request.rows));
    }
    const found = await rowsIn(application);
    if (found === undefined || !sameRows(found, wanted)) throw otherRows(found, wanted, application);
    const segment = await closeSegment(context, request);
    await awaitArchived(context, request, segment);
    return outputOf(request, wanted, segment);
  },
  async probe(context, request): Promise<Probe<Output>> {
    const application = await openApplication(context, request);
    const wanted = expectedRows(context.run.id, request.rows);
    const found = await rowsIn(application);
    if (found === undefined) return { state: "not-done", evidence: `there is no table ${TABLE}` };
    const evidence = `${TABLE} has ${rowsText(found)}`;
    if (!sameRows(found, wanted)) return { state: "unknown", evidence: `${evidence}, not ${rowsText(wanted)}` };
    const segment = closedSegment(context);
    if (segment === undefined || !(await isArchived(context, request, segment)))
      return { state: "partly", evidence: `${evidence}; they are not seen in the archive yet` };
    return {
      state: "done",
      output: outputOf(request, wanted, segment),
      evidence: `${evidence}; ${segment} is archived`,
    };
  },
  async verify(context, request, output) {
    const archived = await isArchived(context, request, output.segment);
    return { holds: archived, evidence: `${output.segment} is ${archived ? "" : "not "}in ${output.archive}` };
  },
});

/** Undefined where there is no such table. */
async function rowsIn(application: Application): Promise<Rows | undefined> {
  const tables = await rowsOf(application, HAS_TABLE);
  if (!tables.some(([, name]) => name === TABLE)) return undefined;
  const [[count = "", checksum = ""] = []] = await rowsOf(application, READ_BACK);
  return { rows: Number(count), checksum };
}

const switchSql = (version: string): string =>
  Number.parseInt(version, 10) >= RENAMED_IN
    ? "SELECT pg_walfile_name(pg_switch_wal());"
    : "SELECT pg_xlogfile_name(pg_switch_xlog());";

/** The segment that was closed, as PostgreSQL names it. Closing one more does no harm. */
async function closeSegment(context: Context, target: Input): Promise<string> {
  const { cell } = await openTarget(context, target);
  const [[version = ""] = []] = await cell.sql.socket(target.container, "SHOW server_version;");
  await context.beforeEffect();
  const [[segment = ""] = []] = await cell.sql.socket(target.container, switchSql(version));
  if (!/^[0-9A-F]{24}$/.test(segment))
    throw new RecoverError("answer-malformed", `PostgreSQL named no segment, but "${segment}"`, {
      remedy: "Look at the container's log, then resume.",
      place: target.container,
    });
  await context.record("segment-closed", { segment });
  return segment;
}

function closedSegment(context: Context): string | undefined {
  const segment = context.records("segment-closed").at(-1)?.["segment"];
  return typeof segment === "string" ? segment : undefined;
}

async function isArchived(context: Context, { bucket, guid }: Input, segment: string): Promise<boolean> {
  const key = keyIn(instanceArchive(bucket, guid), segmentKey(segment));
  const found = await context.ports.store.reader().list(bucket, key);
  return found.some((each) => each.key === key);
}

async function awaitArchived(context: Context, request: Input, segment: string): Promise<void> {
  await waitFor(context, {
    deadlineMs: DEADLINE_MS,
    pollMs: POLL_MS,
    look: async () => ((await isArchived(context, request, segment)) ? { found: segment } : { instead: undefined }),
    tell: () => `waiting for ${segment} in the archive`,
    late: () =>
      new RecoverError("deadline-passed", `the segment ${segment} was not archived within 5 minutes`, {
        remedy: "Look at the container's log: without a working archive nothing can be recovered. Then resume.",
        place: request.container,
      }),
  });
}

function outputOf({ bucket, guid }: Input, { rows, checksum }: Rows, segment: string): Output {
  return { table: TABLE, rows, checksum, segment, archive: formatLocation(instanceArchive(bucket, guid)) };
}

function otherRows(found: Rows | undefined, wanted: Rows, { router }: Application): RecoverError {
  const there = found === undefined ? "no such table" : rowsText(found);
  return new RecoverError("proof-failed", `${TABLE} should have ${rowsText(wanted)}, and there are ${there}`, {
    remedy: "Somebody else writes to the drill's service: begin another drill.",
    place: router,
  });
}
