import { createHash } from "node:crypto";
import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { giveUp, refuse } from "../../../errors.ts";
import { restoreByKey } from "../cf/printed-credentials.ts";
import { guardService, targetInput } from "../docker/target-container.ts";
import { countsText, countTables, tableRows, type TableRows } from "../../../archive/actions/scratch/row-counts.ts";
import { type Application, awaitWritable, openApplication, rowsOf } from "./application.ts";
import { formatIn, formatOf } from "./archive-format.ts";
import { quoteLiteral } from "../../../kit/sql/quoting.ts";
import { undoLoad } from "./undo-load.ts";

/** The largest dump, which is sent in one piece. Bytes. */
const LARGEST_DUMP = 200 * 1024 * 1024;
/** Rows and indexes of a whole dump, over any way to the cell. Milliseconds. */
const LOAD_MS = 2 * 60 * 60_000;

const input = z.strictObject({
  ...targetInput,
  /** The service's name. */
  name: z.string(),
  key_guid: z.string(),
  database: z.string(),
  place: z.string(),
  path: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  /** As they will be called there. */
  tables: z.array(tableRows),
});
type Input = z.infer<typeof input>;
const output = z.object({ tables: z.array(tableRows) });
type Output = z.infer<typeof output>;

/**
 * One transaction of pg_restore, which ends an archive that is cut with an error. All tables come to be at once or not
 * at all, and none that is there is touched. It knows no commands but SQL: a stranger's text in the dump leads nowhere
 * else.
 */
export const loadTables = defineAction({
  id: "postgres.load-tables",
  title: "Load the tables into the living service as the application",
  effect: "disrupt",
  input,
  output,
  undo: undoLoad,
  describe: ({ key_guid, path }) => [restoreByKey(key_guid, path)],
  async guard(context, request) {
    await guardService(context, request);
    const application = await openApplication(context, request);
    await awaitWritable(context, application);
    // After an attempt of this run they may be its own: its probe has told.
    if (context.records("loading").length === 0) await requireNone(application, request);
    await requireReadable(application, await dumpOf(context, request), request.path);
  },
  async run(context, request): Promise<Output> {
    const application = await openApplication(context, request);
    await requireNone(application, request);
    const archive = await dumpOf(context, request);
    await context.record("loading", { sha256: request.sha256, tables: request.tables });
    await context.beforeEffect();
    const answer = await application.restore(archive, { application: nameOf(context), timeoutMs: LOAD_MS });
    if (!answer.ok)
      throw giveUp("command-failed", `the tables were not loaded: ${answer.message}`)
        .at(application.router)
        .advise("Nothing of it stays. Look at what the tables need (a role, a type, another table) and resume.");
    return { tables: await countsOf(application, request) };
  },
  probe: (context, request) => probeLoad(context, request, context.records("loading").length > 0),
  async probeByHand(context, request) {
    const found = await probeLoad(context, request, true);
    // The way back renames the tables of this note.
    if (found.state === "done") await context.record("loading", { sha256: request.sha256, tables: request.tables });
    return found;
  },
  async verify(context, request) {
    const tables = await countsOf(await openApplication(context, request), request);
    return { holds: tables.every(({ rows }) => rows !== null), evidence: countsText(tables) };
  },
});

/** `isOwn`: the present table can be the run's. */
async function probeLoad(context: Context, request: Input, isOwn: boolean): Promise<Probe<Output>> {
  const application = await openApplication(context, request);
  const going = `SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE application_name = ${quoteLiteral(nameOf(context))};`;
  const [[count = ""] = []] = await rowsOf(application, going);
  if (count !== "0") return { state: "partly", evidence: "the load of this run is still going on" };
  const tables = await countsOf(application, request);
  const evidence = countsText(tables);
  if (tables.every(({ rows }) => rows === null)) return { state: "not-done", evidence };
  const same = tables.every(({ rows }, index) => rows !== null && rows === request.tables[index]?.rows);
  if (same && isOwn) return { state: "done", output: { tables }, evidence };
  return { state: "unknown", evidence: `${evidence}; ${countsText(request.tables)} were to be loaded, all or none` };
}

/** The name of the connection of this run's load: a later look tells by it whether the load has ended. */
const nameOf = ({ run }: Context): string => `dingo-recover ${run.id}`;

const countsOf = (application: Application, { tables }: Input): Promise<TableRows[]> =>
  countTables((sql) => rowsOf(application, sql), tables);

async function requireNone(application: Application, request: Input): Promise<void> {
  const there = (await countsOf(application, request)).filter(({ rows }) => rows !== null);
  if (there.length === 0) return;
  throw refuse("guard-refused", `the living database has ${countsText(there)}`)
    .at(application.router)
    .advise("Nothing is overwritten: begin anew with --input into_schema=NAME, or move the table aside by hand.");
}

/** A plain text is loaded by psql, which obeys commands that a stranger may have written into it. */
function requireArchive(path: string): void {
  if (!path.endsWith(".sql")) return;
  throw refuse("guard-refused", `"${path}" is a dump as plain text, of an earlier version`)
    .at(path)
    .advise("It is not loaded: psql would obey what is written in it. Begin a new run, which dumps to an archive.");
}

async function requireReadable(application: Application, archive: Uint8Array, path: string): Promise<void> {
  const restores = await application.restores();
  if ((formatIn(archive) ?? Infinity) <= formatOf(restores)) return;
  throw refuse("does-not-fit", `pg_restore ${restores} of the service does not read "${path}"`)
    .at(path)
    .advise(
      `Load it with the printed command, by a pg_restore as new as the pg_dump that wrote it. Then resume and say that it was done by hand.`,
    );
}

async function dumpOf(context: Context, { place, sha256, bytes, path }: Input): Promise<Uint8Array> {
  requireArchive(path);
  if (bytes > LARGEST_DUMP)
    throw refuse("does-not-fit", `a dump of ${bytesText(bytes)} is more than is sent in one piece`)
      .at(path)
      .advise(`Load ${path} by hand with the printed command, then resume and say that it was done by hand.`);
  const archive = await context.ports.scratch.readDump(place);
  if (createHash("sha256").update(archive).digest("hex") === sha256) return archive;
  throw refuse("guard-refused", `"${path}" is not the dump that this run made`)
    .at(path)
    .advise("Somebody has changed it: begin anew.");
}
