import { z } from "zod";
import { type Context, defineAction, type Probe, type WayBack } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { startFresh } from "../../../kit/commands/database-copy-commands.ts";
import { keepRoom } from "../../../kit/commands/kept-room-command.ts";
import { ENDED_FOR_ROOM } from "../../../kit/log-patterns/server-end.ts";
import { loadFrom, loadRolesFrom } from "../../../kit/commands/database-dump-commands.ts";
import { RUN_LABEL } from "../../../kit/commands/docker-work-commands.ts";
import { giveUp, type RecoverError, refuse } from "../../../errors.ts";
import { printable, quoted } from "../../../kit/text/printable.ts";
import type { CopyServer } from "../../../ports/database-copy.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { quoteIdentifier, quoteLiteral } from "../../../kit/sql/quoting.ts";
import { hostInput, placeText } from "../storage/host-input.ts";
import { askTables, type DatabaseFacts, rowsOf, type TableFacts } from "./ask-database.ts";
import { dumped } from "./dump.ts";
import { freshName, openCopies, serverOf } from "./copied.ts";
import { ownVolume } from "./own-volume.ts";
import { removeCopy } from "./remove-copy.ts";
import { whileUp } from "./while-up.ts";
import { wordsOf } from "../../../kit/commands/docker-commands.ts";

const input = z.strictObject({ ...hostInput.shape, dumped });
type Input = z.infer<typeof input>;
const output = z.object({
  proved: z.array(z.object({ database: z.string(), path: z.string(), tables: z.number(), rows: z.number() })),
});
type Output = z.infer<typeof output>;

const LOADED = "dingo_recover_proof";

const freshOf = (run: string, { dumped: { chosen } }: Input): CopyServer => ({
  ...serverOf(run, chosen.copy, chosen.role),
  volume: freshName(chosen.copy.name),
});

const undo: WayBack<Input, Output> = {
  effect: "create",
  cost: "removes what is left of the proof: an empty server, and what was loaded into it",
  describe: () => [],
  async guard(context, { input: request }) {
    await ownVolume(context, request, freshName(request.dumped.chosen.copy.name));
  },
  async probe(context, { input: request }) {
    const left = await isLeft(context, request);
    return {
      state: left ? "not-done" : "done",
      evidence: left ? "a server of the proof is left" : "nothing of the proof is left",
    };
  },
  run: (context, { input: request }) => removeCopy(context, request, freshName(request.dumped.chosen.copy.name)),
};

/** A dump is proved by loading it into a server that has not one row: every table and every row has to be there again. */
export const proveDump = defineAction({
  id: "salvage.prove",
  title: "Load each dump into an empty server, and count",
  effect: "create",
  input,
  output,
  undo,
  describe: (request, run) => {
    const server = freshOf(run, request);
    const words = wordsOf(request);
    const loads = request.dumped.files.map(({ database, path }) =>
      database === "" ? loadRolesFrom(words, server, path) : loadFrom(words, server, { database: LOADED, file: path }),
    );
    const begun = [
      startFresh(words, server, request.dumped.chosen.copy.name),
      keepRoom(words, server.volume, ENDED_FOR_ROOM),
    ];
    return [...begun, ...loads].map((argv) => ({ on: placeText(request), line: quote(argv) }));
  },
  async run(context, request): Promise<Output> {
    const { copies } = await openCopies(context, request);
    const server = freshOf(context.run.id, request);
    requireArchives(request);
    await removeCopy(context, request, server.volume);
    await context.beforeEffect();
    await copies.makeVolume(server.volume, { [RUN_LABEL]: context.run.id });
    const { chosen } = request.dumped;
    const proved = await whileUp(
      context,
      { at: request, server, start: () => copies.startFresh(server, chosen.copy.name) },
      async () => {
        await loadRoles(context, request, server);
        const all = [];
        for (const database of chosen.databases) all.push(await proveOne(context, request, { server, database }));
        return all;
      },
    );
    await removeCopy(context, request, server.volume);
    return { proved };
  },
  async probe(context, request): Promise<Probe<Output>> {
    const left = await isLeft(context, request);
    return {
      state: left ? "partly" : "not-done",
      evidence: left ? "a server of the proof is left" : "there is no server of the proof",
    };
  },
  verify: (_context, _request, { proved }) =>
    Promise.resolve({ holds: true, evidence: `${counted(proved.length, "dump")} came back whole` }),
});

async function isLeft(context: Context, request: Input): Promise<boolean> {
  const name = freshName(request.dumped.chosen.copy.name);
  const { copies } = await openCopies(context, request);
  return (await copies.isThere(name, context.run.id)) || (await ownVolume(context, request, name)) !== undefined;
}

/** A plain text is loaded by psql, which obeys commands that a stranger may have written into it. */
function requireArchives({ dumped: { files } }: Input): void {
  const text = files.find(({ database, path }) => database !== "" && path.endsWith(".sql"));
  if (text === undefined) return;
  throw refuse("guard-refused", `${quoted(text.path)} is a dump as plain text, of an earlier version`)
    .at(text.path)
    .advise("It is not loaded: psql would obey what is written in it. Begin a new run, which dumps to archives.");
}

async function loadRoles(context: Context, { dumped: { files }, ...at }: Input, server: CopyServer): Promise<void> {
  const roles = files.find(({ database }) => database === "");
  if (roles === undefined) return;
  const { copies } = await openCopies(context, at);
  await context.beforeEffect();
  const complaints = await copies.loadRoles(server, roles.path);
  if (complaints.length > 0)
    throw unproved(`the roles do not load: ${printable(complaints.slice(0, 2).join("; "))}`, roles.path);
}

async function proveOne(
  context: Context,
  request: Input,
  { server, database }: { readonly server: CopyServer; readonly database: DatabaseFacts },
): Promise<Output["proved"][number]> {
  const { copies } = await openCopies(context, request);
  const file = request.dumped.files.find((each) => each.database === database.name);
  const before = request.dumped.counts.find((each) => each.database === database.name);
  if (file === undefined || before === undefined)
    throw unproved(`there is no dump of ${quoted(database.name)}`, server.volume);
  context.progress({ message: `loading the dump of ${printable(database.name)}` });
  await context.beforeEffect();
  const made = await copies.sql(
    server,
    "postgres",
    `DROP DATABASE IF EXISTS ${LOADED};\nCREATE DATABASE ${LOADED} TEMPLATE template0 ${localeOf(database)};`,
  );
  if (made.failed.length > 0)
    throw unproved(
      `no database can be made like ${quoted(database.name)}: ${printable(made.failed[0] ?? "")}`,
      file.path,
    );
  await context.beforeEffect();
  const complaints = await copies.load(server, { database: LOADED, file: file.path });
  if (complaints.length > 0)
    throw unproved(`the dump of ${quoted(database.name)} does not load: ${printable(complaints[0] ?? "")}`, file.path);
  const { tables } = await askTables(copies, server, LOADED);
  requireSame(before.tables, tables, { database: database.name, path: file.path });
  return { database: database.name, path: file.path, tables: tables.length, rows: rowsOf(tables) };
}

const localeOf = ({ encoding, collate, ctype }: DatabaseFacts): string =>
  [
    `ENCODING ${quoteLiteral(encoding)}`,
    ...(collate === "" ? [] : [`LC_COLLATE ${quoteLiteral(collate)}`]),
    ...(ctype === "" ? [] : [`LC_CTYPE ${quoteLiteral(ctype)}`]),
  ].join(" ");

function requireSame(
  before: readonly TableFacts[],
  after: readonly TableFacts[],
  { database, path }: { readonly database: string; readonly path: string },
): void {
  const key = ({ schema, table }: TableFacts): string => `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
  const found = new Map(after.map((each) => [key(each), each.rows]));
  const other = before.find((each) => found.get(key(each)) !== each.rows);
  if (other === undefined && found.size === before.length) return;
  const what =
    other === undefined
      ? "there are other tables"
      : `${printable(key(other))} had ${counted(other.rows, "row")}, and has ${found.get(key(other)) ?? "not come back"}`;
  throw unproved(`the dump of ${quoted(database)} does not bring everything back: ${what}`, path);
}

function unproved(message: string, place: string): RecoverError {
  return giveUp("proof-failed", message)
    .at(place)
    .advise(
      "Look at what it says and at the dump; the copy and the volume are as they were. Resume to dump and prove once more.",
    );
}
