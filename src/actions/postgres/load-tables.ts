import { createHash } from "node:crypto";
import { z } from "zod";
import { type Context, defineAction, type Probe } from "../../action.js";
import { bytesText } from "../../bytes.js";
import { RecoverError } from "../../errors.js";
import { quote } from "../../shell-quote.js";
import { psqlByKey } from "../cf/printed-credentials.js";
import { guardContainer, guardLiving, targetInput } from "../docker/target-container.js";
import { countsText, countTables, tableRows, type TableRows } from "../scratch/row-counts.js";
import { type Application, awaitWritable, openApplication, rowsOf } from "./application.js";
import { LARGEST_DUMP, loadable } from "./dump-text.js";
import { undoLoad } from "./undo-load.js";

/** Rows and indexes of a whole dump, over whatever way leads to the cell. */
const LOAD_MS = 2 * 60 * 60_000;

const input = z.strictObject({
  ...targetInput,
  /** What the service is called. */
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
 * One transaction, whose COMMIT is the last line: with `psql -1` a text that is cut on its way would be committed as far as
 * it came. All tables come to be at once or not at all, and none that is there is touched.
 */
export const loadTables = defineAction({
  id: "postgres.load-tables",
  title: "Load the tables into the living service as the application",
  effect: "disrupt",
  input,
  output,
  undo: undoLoad,
  describe: ({ key_guid, path }) => {
    const { on, line, variables = [] } = psqlByKey(key_guid, "");
    // All or nothing, and nothing where the file is not there.
    return [{ on, line: line.replace("-c ''", `-1 -v ON_ERROR_STOP=1 -f ${quote([path])}`), variables }];
  },
  async guard(context, request) {
    await guardLiving(context, request.guid, request.name);
    await guardContainer(context, request);
    const application = await openApplication(context, request);
    await awaitWritable(context, application);
    // After an attempt of this run they may be its own: its probe has told.
    if (context.records("loading").length === 0) await requireNone(application, request);
    await dumpOf(context, request, application);
  },
  async run(context, request): Promise<Output> {
    const application = await openApplication(context, request);
    await requireNone(application, request);
    const text = await dumpOf(context, request, application);
    await context.record("loading", { sha256: request.sha256, tables: request.tables });
    await context.beforeEffect();
    const lock = `SELECT pg_catalog.pg_advisory_xact_lock(${lockOf(context)});`;
    const answer = await application.login(["BEGIN;", lock, text, "COMMIT;", ""].join("\n"), LOAD_MS);
    if (!answer.ok)
      throw new RecoverError("command-failed", `the tables were not loaded: ${answer.message}`, {
        remedy: "Nothing of it stays. Look at what the tables need (a role, a type, another table) and resume.",
        place: application.router,
      });
    return { tables: await countsOf(application, request) };
  },
  probe: (context, request) => probeLoad(context, request, context.records("loading").length > 0),
  async probeByHand(context, request) {
    const found = await probeLoad(context, request, true);
    // The way back renames what this note names.
    if (found.state === "done") await context.record("loading", { sha256: request.sha256, tables: request.tables });
    return found;
  },
  async verify(context, request) {
    const tables = await countsOf(await openApplication(context, request), request);
    return { holds: tables.every(({ rows }) => rows !== null), evidence: countsText(tables) };
  },
});

/** `isOwn`: what is there can be the run's. */
async function probeLoad(context: Context, request: Input, isOwn: boolean): Promise<Probe<Output>> {
  const application = await openApplication(context, request);
  const [[free = ""] = []] = await rowsOf(application, `SELECT pg_try_advisory_xact_lock(${lockOf(context)});`);
  if (free !== "t") return { state: "partly", evidence: "the load of this run is still going on" };
  const tables = await countsOf(application, request);
  const evidence = countsText(tables);
  if (tables.every(({ rows }) => rows === null)) return { state: "not-done", evidence };
  const same = tables.every(({ rows }, index) => rows !== null && rows === request.tables[index]?.rows);
  if (same && isOwn) return { state: "done", output: { tables }, evidence };
  return { state: "unknown", evidence: `${evidence}; ${countsText(request.tables)} were to be loaded, all or none` };
}

/** Of this run: whoever asks for it knows whether its transaction has ended. */
function lockOf({ run }: Context): string {
  const hash = createHash("sha256").update(`dingo-recover ${run.id}`).digest();
  return `${hash.readInt32BE(0)}, ${hash.readInt32BE(4)}`;
}

const countsOf = (application: Application, { tables }: Input): Promise<TableRows[]> =>
  countTables((sql) => rowsOf(application, sql), tables);

async function requireNone(application: Application, request: Input): Promise<void> {
  const there = (await countsOf(application, request)).filter(({ rows }) => rows !== null);
  if (there.length === 0) return;
  throw new RecoverError("guard-refused", `the living database has ${countsText(there)}`, {
    remedy: "Nothing is overwritten: begin anew with --input into_schema=NAME, or move the table aside by hand.",
    place: application.router,
    effect: "none",
  });
}

async function dumpOf(context: Context, request: Input, application: Application): Promise<string> {
  const { place, sha256, bytes, path } = request;
  if (bytes > LARGEST_DUMP)
    throw new RecoverError("does-not-fit", `a dump of ${bytesText(bytes)} is more than is sent in one piece`, {
      remedy: `Load ${path} by hand with the printed command, then resume and say that it was done by hand.`,
      place: path,
      effect: "none",
    });
  const text = await context.ports.scratch.readDump(place);
  if (createHash("sha256").update(text).digest("hex") !== sha256)
    throw new RecoverError("guard-refused", `"${path}" is not the dump that this run made`, {
      remedy: "Somebody has changed it: begin anew.",
      place: path,
      effect: "none",
    });
  const known = (await rowsOf(application, "SELECT name FROM pg_settings;")).map(([name = ""]) => name);
  return loadable(text, new Set(known));
}
