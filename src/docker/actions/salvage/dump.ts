import { z } from "zod";
import { defineAction, type Probe } from "../../../action.ts";
import { startOnCopy } from "../../../kit/commands/database-copy-commands.ts";
import { type DumpOrder, dumpTo } from "../../../kit/commands/database-dump-commands.ts";
import { counted } from "../../../kit/text/counted.ts";
import { quoteIdentifier } from "../../../kit/sql/quoting.ts";
import type { CopyServer, DatabaseCopies } from "../../../ports/database-copy.ts";
import { giveUp, type RecoverError } from "../../../errors.ts";
import { onOneLine } from "../../../kit/text/printable.ts";
import { hostInput, typed } from "../storage/host-input.ts";
import { askTables, type DatabaseFacts, tableFacts } from "./ask-database.ts";
import { volumeName } from "./candidate.ts";
import { chosen } from "./choose.ts";
import { serverOf } from "./copied.ts";
import { OwnCopies } from "./own-copies.ts";

const input = z.strictObject({ ...hostInput.shape, chosen, out: z.string() });
type Input = z.infer<typeof input>;
const dumpFile = z.object({
  /** "" for the roles. */
  database: z.string(),
  path: z.string(),
  bytes: z.number(),
  sha256: z.string(),
});
export const dumped = z.object({
  chosen,
  files: z.array(dumpFile),
  /** As the copy had them right then, for the proof. */
  counts: z.array(z.object({ database: z.string(), tables: z.array(tableFacts) })),
  /** Parts that could not be read, and so are in no dump. */
  damaged: z.array(z.object({ database: z.string(), what: z.string() })).default([]),
});
type Output = z.infer<typeof dumped>;

/** Dumps each database to an archive, and the roles with their passwords' hashes to a text. */
export const dumpDatabases = defineAction({
  id: "salvage.dump",
  title: "Dump what was chosen",
  effect: "create",
  input,
  output: dumped,
  undo: { leaves: "the dumps stay where they are: they are what was looked for" },
  describe: (request, run) => {
    const { copy, role } = request.chosen;
    const server = serverOf(run, copy, role);
    const orders = ordersOf(request);
    return typed(request, (words) => [
      startOnCopy(words, server),
      ...orders.map((order) => dumpTo(words, server, order)),
    ]);
  },
  async run(context, request): Promise<Output> {
    const own = await OwnCopies.open(context, request);
    const { copies } = own;
    const { copy, role } = request.chosen;
    const server = serverOf(context.run.id, copy, role);
    const start = async (): Promise<void> => await copies.start(server);
    const made = await own.whileUp(server, start, async () => {
      const made: Omit<Output, "chosen"> = { files: [], counts: [], damaged: [] };
      await own.each(server, ordersOf(request), {
        work: async (order) => {
          context.progress({ message: `dumping ${order.database === "" ? "the roles" : onOneLine(order.database)}` });
          await context.beforeEffect();
          await dumpOne(made, { copies, server, order });
        },
        refused: ({ database }, error) => {
          if (database === "") throw error;
          const { damage = [] } = request.chosen.databases.find(({ name }) => name === database) ?? {};
          made.damaged.push({ database, what: `it could not be dumped: ${damage.join("; ") || error.message}` });
        },
      });
      if (made.counts.length === 0) throw unreadable(made, copy.name);
      return { chosen: request.chosen, ...made };
    });
    const { chosen: _chosen, ...noted } = made;
    await context.record("dumped", noted);
    return made;
  },
  async probe(context, request): Promise<Probe<Output>> {
    const own = await OwnCopies.open(context, request);
    const server = await own.isServed(request.chosen.copy.name);
    const files = await Promise.all(ordersOf(request).map(({ file }) => own.copies.dumped(file)));
    const there = files.filter((file) => file !== undefined).length;
    const evidence = `${there} of ${files.length} dumps are there${server ? ", and a server is left on the copy" : ""}`;
    const noted = dumped.omit({ chosen: true }).safeParse(context.records("dumped").at(-1));
    const isThere = ({ path, sha256 }: z.infer<typeof dumpFile>): boolean =>
      files.some((file) => file?.path === path && file.sha256 === sha256);
    if (noted.success && !server && noted.data.files.every(isThere))
      return { state: "done", output: { chosen: request.chosen, ...noted.data }, evidence };
    return { state: there === 0 && !server ? "not-done" : "partly", evidence };
  },
  async verify(context, request, { files }) {
    const { copies } = await OwnCopies.open(context, request);
    const found = await Promise.all(files.map(({ path }) => copies.dumped(path)));
    const holds = files.every(({ sha256 }, index) => found[index]?.sha256 === sha256);
    return { holds, evidence: holds ? "the dumps are as they were written" : "a dump is gone or has been changed" };
  },
});

function ordersOf({
  chosen: { copy, databases },
  out,
}: Input): readonly { readonly database: string; readonly file: string }[] {
  const folder = `${out}/${fileName(volumeName(copy.original).replace("…", ""))}`;
  return [
    { database: "", file: `${folder}/roles.sql` },
    ...databases.map(({ name }: DatabaseFacts) => ({
      database: name,
      file: `${folder}/database-${fileName(name)}.dump`,
    })),
  ];
}

/** Makes a plain file name for a database of any name. */
const fileName = (name: string): string =>
  [...Buffer.from(name)]
    .map((byte) =>
      /[A-Za-z0-9_.-]/u.test(String.fromCharCode(byte))
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).padStart(2, "0")}`,
    )
    .join("")
    .slice(0, 180);

interface Dumping {
  readonly copies: DatabaseCopies;
  readonly server: CopyServer;
  readonly order: DumpOrder;
}

/** Dumps a database, a damaged table as far as it can be read. It counts first: a damaged page is empty after its first read. */
async function dumpOne(made: Omit<Output, "chosen">, { copies, server, order }: Dumping): Promise<void> {
  const { database } = order;
  if (database === "") {
    made.files.push({ database, ...(await copies.dump(server, order)) });
    return;
  }
  const { tables, damage } = await askTables(copies, server, database);
  const reader = damage.length === 0 ? server : { ...server, isLenient: true };
  const read = damage.length === 0 ? tables : (await askTables(copies, reader, database)).tables;
  const lost = read.filter(({ rows }) => rows < 0).map(nameOf);
  made.files.push({ database, ...(await copies.dump(reader, { ...order, without: lost })) });
  made.counts.push({ database, tables: read.map((table) => ({ ...table, rows: Math.max(0, table.rows) })) });
  const broken = tables.filter(({ rows }) => rows < 0).map(nameOf);
  made.damaged.push(
    ...read
      .filter((table) => broken.includes(nameOf(table)))
      .map((table) => ({ database, what: `${nameOf(table)}: ${readText(table.rows)}` })),
    ...damage.map((what) => ({ database, what })),
  );
}

const nameOf = ({ schema, table }: z.infer<typeof tableFacts>): string =>
  `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;

const readText = (rows: number): string =>
  rows < 0 ? "no row of it can be read" : `${counted(rows, "row")} of it could be read, and the rest not`;

const unreadable = ({ damaged }: Pick<Output, "damaged">, place: string): RecoverError =>
  giveUp("proof-failed", `no database can be dumped: ${onOneLine(damaged.map(({ what }) => what).join("; "))}`)
    .at(place)
    .advise(
      `Look at "docker logs ${place}". The volume itself is as it was. Resume to try once more, or pick another one.`,
    );
