import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { startFresh } from "../../../kit/commands/database-copy-commands.ts";
import { keepRoom } from "../../../kit/commands/kept-room-command.ts";
import { ENDED_FOR_ROOM } from "../../../kit/log-patterns/server-end.ts";
import { loadFrom, loadRolesFrom } from "../../../kit/commands/database-dump-commands.ts";
import { giveUp, RecoverError, refuse } from "../../../errors.ts";
import { onOneLine, quoted } from "../../../kit/text/printable.ts";
import type { CopyServer, DatabaseCopies } from "../../../ports/database-copy.ts";
import { quoteIdentifier, quoteLiteral } from "../../../kit/sql/quoting.ts";
import { hostInput, typed } from "../storage/host-input.ts";
import { askTables, beforeLoad, type DatabaseFacts, rowsOf, type TableFacts } from "./ask-database.ts";
import { dumped } from "./dump.ts";
import { freshName, serverOf } from "./copied.ts";
import { localeClause } from "./locale.ts";
import { leftServer } from "./left-server.ts";
import { OwnCopies } from "./own-copies.ts";

const input = z.strictObject({ ...hostInput.shape, dumped });
type Input = z.infer<typeof input>;
export const proof = z.object({
  proved: z.array(
    z.object({
      ...{ database: z.string(), path: z.string(), tables: z.number(), rows: z.number() },
      /** SQL that the database needs before the load; "" for none. */
      before: z.string().default(""),
    }),
  ),
  /** Dumps that do not come back whole, and why. */
  unproved: z.array(z.object({ database: z.string(), path: z.string(), why: z.string() })).default([]),
});
type Output = z.infer<typeof proof>;

const LOADED = "dingo_recover_proof";

const freshOf = (run: string, { dumped: { chosen } }: Input): CopyServer => ({
  ...serverOf(run, chosen.copy, chosen.role),
  volume: freshName(chosen.copy.name),
});

const left = leftServer<Input, Output>({
  nameOf: ({ dumped: { chosen } }) => freshName(chosen.copy.name),
  keepsVolume: false,
  cost: "removes what is left of the proof: an empty server, and what was loaded into it",
});

/** Loads a dump into an empty server: each table and each row must be there again. */
export const proveDump = defineAction({
  id: "salvage.prove",
  title: "Load each dump into an empty server, and count",
  effect: "create",
  input,
  output: proof,
  ...left,
  describe: (request, run) => {
    const server = freshOf(run, request);
    return typed(request, (words) => [
      startFresh(words, server, request.dumped.chosen.copy.name),
      keepRoom(words, server.volume, ENDED_FOR_ROOM),
      ...request.dumped.files.map(({ database, path }) =>
        database === ""
          ? loadRolesFrom(words, server, path)
          : loadFrom(words, server, { database: LOADED, file: path }),
      ),
    ]);
  },
  async run(context, request): Promise<Output> {
    const own = await OwnCopies.open(context, request);
    const { copies } = own;
    const { chosen } = request.dumped;
    const server = freshOf(context.run.id, request);
    requireArchives(request);
    await own.remove(server.volume);
    await own.make(server.volume);
    const start = async (): Promise<void> => await copies.startFresh(server, chosen.copy.name);
    const proved = await own.whileUp(server, start, async () => {
      await loadRoles(context, copies, { request, server });
      const all: Output = { proved: [], unproved: [] };
      const refusals: RecoverError[] = [];
      const dumps = chosen.databases.filter(({ name }) => request.dumped.files.some((each) => each.database === name));
      const prove = async (database: DatabaseFacts, before: string): Promise<void> =>
        void all.proved.push(await proveOne(context, copies, { request, server, database, before }));
      const unprove = async (database: DatabaseFacts, refused: RecoverError): Promise<void> => {
        const rest = await restOf(context, copies, { request, server, database });
        if (rest.whole === 0) refusals.push(refused);
        all.unproved.push({ database: database.name, path: rest.path, why: `${refused.message}; ${rest.text}` });
      };
      await own.each(server, dumps, {
        work: (database) => prove(database, ""),
        refused: async (database, refused) => {
          const before = beforeLoad(database);
          if (before === "") return await unprove(database, refused);
          await own.each(server, [database], {
            work: () => prove(database, before),
            refused: () => unprove(database, refused),
          });
        },
      });
      const [first] = refusals;
      if (first !== undefined && refusals.length === dumps.length) throw first;
      return all;
    });
    await own.remove(server.volume);
    return proved;
  },
  verify: (_context, _request, { proved, unproved }) =>
    Promise.resolve({
      holds: true,
      evidence: `${counted(proved.length, "dump")} came back whole${unproved.length === 0 ? "" : `, and ${unproved.length} not`}`,
    }),
});

/** Refuses plain texts: psql would load them, and obey commands that a stranger may have written into them. */
function requireArchives({ dumped: { files } }: Input): void {
  const text = files.find(({ database, path }) => database !== "" && path.endsWith(".sql"));
  if (text === undefined) return;
  throw refuse("guard-refused", `${quoted(text.path)} is a dump as plain text, of an earlier version`)
    .at(text.path)
    .advise("It is not loaded: psql would obey what is written in it. Begin a new run, which dumps to archives.");
}

interface Proof {
  readonly request: Input;
  readonly server: CopyServer;
}

async function loadRoles(context: Context, copies: DatabaseCopies, { request, server }: Proof): Promise<void> {
  const roles = request.dumped.files.find(({ database }) => database === "");
  if (roles === undefined) return;
  await context.beforeEffect();
  const complaints = await copies.loadRoles(server, roles.path);
  if (complaints.length > 0)
    throw unproved(`the roles do not load: ${onOneLine(complaints.slice(0, 2).join("; "))}`, roles.path);
}

async function proveOne(
  context: Context,
  copies: DatabaseCopies,
  { request, server, database, before: ready }: Proof & { readonly database: DatabaseFacts; readonly before: string },
): Promise<Output["proved"][number]> {
  const file = request.dumped.files.find((each) => each.database === database.name);
  const before = request.dumped.counts.find((each) => each.database === database.name);
  if (file === undefined || before === undefined)
    throw unproved(`there is no dump of ${quoted(database.name)}`, server.volume);
  context.progress({ message: `loading the dump of ${onOneLine(database.name)}` });
  await context.beforeEffect();
  const made = await copies.sql(
    server,
    "postgres",
    anew(`ENCODING ${quoteLiteral(database.encoding)} ${localeClause(database)}`),
  );
  if (made.failed.length > 0)
    throw unproved(
      `no database can be made like ${quoted(database.name)}: ${onOneLine(made.failed[0] ?? "")}`,
      file.path,
    );
  await context.beforeEffect();
  const { failed: [unready] = [] } = ready === "" ? {} : await copies.sql(server, LOADED, ready);
  if (unready !== undefined)
    throw unproved(`${quoted(database.name)} cannot be made ready: ${onOneLine(unready)}`, file.path);
  const complaints = await copies.load(server, { database: LOADED, file: file.path });
  if (complaints.length > 0)
    throw unproved(`the dump of ${quoted(database.name)} does not load: ${onOneLine(complaints[0] ?? "")}`, file.path);
  const { tables } = await askTables(copies, server, LOADED);
  requireSame(before.tables, tables, { database: database.name, path: file.path });
  return { database: database.name, path: file.path, tables: tables.length, rows: rowsOf(tables), before: ready };
}

const anew = (like: string): string =>
  `DROP DATABASE IF EXISTS ${LOADED};\nCREATE DATABASE ${LOADED} TEMPLATE template0 ${like};`;

interface Rest {
  readonly path: string;
  readonly whole: number;
  readonly text: string;
}

/** The tables of a dump that come back if the load goes on behind each error, for a dump that does not load whole. */
async function restOf(
  context: Context,
  copies: DatabaseCopies,
  { request, server, database }: Proof & { readonly database: DatabaseFacts },
): Promise<Rest> {
  const { path = "" } = request.dumped.files.find((each) => each.database === database.name) ?? {};
  const before = request.dumped.counts.find((each) => each.database === database.name)?.tables ?? [];
  try {
    await context.beforeEffect();
    await copies.sql(
      server,
      "postgres",
      anew(`ENCODING ${quoteLiteral(database.encoding)} LC_COLLATE 'C' LC_CTYPE 'C'`),
    );
    await context.beforeEffect();
    await copies.load(server, { database: LOADED, file: path, goesOn: true });
    const { tables } = await askTables(copies, server, LOADED);
    const isWhole = (each: TableFacts): boolean =>
      tables.some((table) => keyOf(table) === keyOf(each) && table.rows === each.rows);
    const lacking = before.filter((each) => !isWhole(each)).map(keyOf);
    const names =
      lacking.length === 0
        ? ""
        : `, all but ${onOneLine(lacking.slice(0, 8).join(", "))}${lacking.length > 8 ? " …" : ""}`;
    const whole = before.length - lacking.length;
    return {
      path,
      whole,
      text: `${whole} of ${counted(before.length, "table")} come back without --exit-on-error${names}`,
    };
  } catch (error) {
    if (!(error instanceof RecoverError) || error.code !== "command-failed") throw error;
    return { path, whole: 0, text: `nor does a part of it: ${error.message}` };
  }
}

const keyOf = ({ schema, table }: TableFacts): string => `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;

function requireSame(
  before: readonly TableFacts[],
  after: readonly TableFacts[],
  { database, path }: { readonly database: string; readonly path: string },
): void {
  const found = new Map(after.map((each) => [keyOf(each), each.rows]));
  const other = before.find((each) => found.get(keyOf(each)) !== each.rows);
  if (other === undefined && found.size === before.length) return;
  const what =
    other === undefined
      ? "there are other tables"
      : `${onOneLine(keyOf(other))} had ${counted(other.rows, "row")}, and has ${found.get(keyOf(other)) ?? "not come back"}`;
  throw unproved(`the dump of ${quoted(database)} does not bring everything back: ${what}`, path);
}

function unproved(message: string, place: string): RecoverError {
  return giveUp("proof-failed", message)
    .at(place)
    .advise(
      "Look at what it says and at the dump; the copy and the volume are as they were. Resume to dump and prove once more.",
    );
}
