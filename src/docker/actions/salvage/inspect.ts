import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { query, startOnCopy } from "../../../kit/commands/database-copy-commands.ts";
import { keepRoom } from "../../../kit/commands/kept-room-command.ts";
import { ENDED_FOR_ROOM, NO_START } from "../../../kit/log-patterns/server-end.ts";
import { listed } from "../../../kit/optional.ts";
import { giveUp, RecoverError } from "../../../errors.ts";
import { named, onOneLine, quoted } from "../../../kit/text/printable.ts";
import { hostInput } from "../storage/host-input.ts";
import { askDatabases, databaseFacts, type DatabaseFacts, lackingLibraries, newestOf, rowsOf } from "./ask-database.ts";
import { volumeName } from "./candidate.ts";
import { type Copied, copied, serverOf } from "./copied.ts";
import { leftServer } from "./left-server.ts";
import { OwnCopies, typed } from "./own-copies.ts";
import { wordsOf } from "../../../kit/commands/docker-commands.ts";
import type { CopyServer, DatabaseCopies } from "../../../ports/database-copy.ts";

const input = z.strictObject({
  ...hostInput.shape,
  copy: copied,
  database: z.string(),
  table: z.string(),
  /** One that does not start leaves the others alone. */
  is_one_of_several: z.boolean().default(false),
});
type Input = z.infer<typeof input>;
export const inspected = z.object({
  copy: copied,
  /** The superuser that was asked with. */
  role: z.string(),
  databases: z.array(databaseFacts),
  /** Names of those that have the expected database or table. */
  expected: z.array(z.string()),
  /** Why it could not be asked; "" if it was. */
  failed: z.string().default(""),
});
type Output = z.infer<typeof inspected>;

const left = leftServer<Input, Output>({
  nameOf: ({ copy }) => copy.name,
  keepsVolume: true,
  cost: "ends the server on the copy, where a kill has left it",
});

/** Started with the very release that wrote the data, without network; the role is read out of the copy itself. */
export const inspectCopy = defineAction({
  id: "salvage.inspect",
  title: "Start PostgreSQL on the copy, and see what is in it",
  effect: "create",
  input,
  output: inspected,
  ...left,
  describe: (request, run) => {
    const words = wordsOf(request);
    const server = firstOf(run, request.copy);
    return typed(request, [
      startOnCopy(words, server),
      keepRoom(words, server.volume, ENDED_FOR_ROOM),
      query(words, server, "postgres"),
    ]);
  },
  async run(context, request): Promise<Output> {
    const own = await OwnCopies.open(context, request);
    try {
      return await withTheBest(own, context, request);
    } catch (error) {
      if (!request.is_one_of_several || !(error instanceof RecoverError) || error.code !== "proof-failed") throw error;
      await own.end(request.copy.name);
      return { copy: request.copy, role: "", databases: [], expected: [], failed: error.message };
    }
  },
  verify: (_context, _request, { databases, failed }) =>
    Promise.resolve({
      holds: true,
      evidence: failed === "" ? `it had ${counted(databases.length, "database")}` : onOneLine(failed),
    }),
});

/** The first image that has all libraries; else the one that lacks the fewest. */
async function withTheBest(own: OwnCopies, context: Context, request: Input): Promise<Output> {
  const { others, ...first } = request.copy;
  const tried: string[] = [];
  let best: (Output & Lacking) | undefined;
  let ended: unknown;
  for (const each of [first, ...others]) {
    tried.push(each.programs_text);
    try {
      const found = await inspectOne(own, context, { ...request, copy: { ...request.copy, ...each } });
      if (best === undefined || found.lacking.length < best.lacking.length) best = found;
      if (found.lacking.length === 0) break;
    } catch (error) {
      if (!(error instanceof RecoverError) || error.code !== "proof-failed") throw error;
      ended ??= error;
    }
  }
  const preloads = preloadedIn(ended);
  if (best === undefined && preloads === undefined) throw ended;
  best ??= await inspectOne(own, context, { ...request, copy: { ...request.copy, is_bare: true } });
  await own.end(request.copy.name);
  const { lacking, ...found } = best;
  const all = new Set([...(found.copy.is_bare ? listed(preloads) : []), ...lacking]);
  const what = [...all].map((library) => `the library ${quoted(library)} is in none of ${tried.join(", ")}`);
  return { ...found, databases: found.databases.map((each) => ({ ...each, damage: [...each.damage, ...what] })) };
}

/** The library for which no server comes up. */
const preloadedIn = (error: unknown): string | undefined =>
  error instanceof RecoverError ? NO_START.libraryLacking.says.exec(error.message)?.[1] : undefined;

interface Lacking {
  readonly lacking: readonly string[];
}

async function inspectOne(own: OwnCopies, context: Context, request: Input): Promise<Output & Lacking> {
  const { copies } = own;
  const server = firstOf(context.run.id, request.copy);
  const start = async (): Promise<void> => await copies.start(server);
  return await own.whileUp(server, start, async () => {
    const role = await entry(copies, server, request.copy);
    const asked = { ...server, role: role.name };
    const databases = await askDatabases(copies, asked, role.database);
    return {
      copy: request.copy,
      role: role.name,
      databases,
      expected: databases.filter((each) => isExpected(each, request)).map(({ name }) => name),
      failed: "",
      lacking: await lackingLibraries(copies, asked, databases),
    };
  });
}

/** POSTGRES_USER may mean that there is no "postgres". */
const rolesToTry = ({ original }: Copied): readonly string[] => [...new Set([...original.superusers, "postgres"])];

const firstOf = (run: string, copy: Copied): CopyServer => serverOf(run, copy, rolesToTry(copy)[0] ?? "postgres");

async function entry(
  copies: Pick<DatabaseCopies, "sql">,
  server: CopyServer,
  copy: Copied,
): Promise<{ readonly name: string; readonly database: string }> {
  const refused: string[] = [];
  for (const name of rolesToTry(copy))
    for (const database of ["postgres", "template1"]) {
      try {
        const asked = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user;";
        const { rows } = await copies.sql({ ...server, role: name }, database, asked);
        if (rows[0]?.[0] === "t") return { name, database };
        refused.push(`${name} is no superuser`);
      } catch (thrown) {
        if (!(thrown instanceof RecoverError) || thrown.code !== "command-failed") throw thrown;
        refused.push(thrown.message);
      }
    }
  throw giveUp(
    "proof-failed",
    `no superuser of ${volumeName(copy.original)} may log in: ${refused.slice(-2).join("; ")}`,
  )
    .at(copy.name)
    .advise(
      `Its server runs: look with "docker exec -it ${copy.name} psql -h /tmp -U ROLE -l"; the copy may be changed by hand (ALTER ROLE … LOGIN in single-user mode).`,
    );
}

function isExpected({ name, tables }: DatabaseFacts, { database, table }: Input): boolean {
  if (database === "" && table === "") return false;
  return (
    (database === "" || name === database) &&
    (table === "" || tables.some((each) => each.table === table || `${each.schema}.${each.table}` === table))
  );
}

const MOST_TABLES = 5;

export function databaseLines({ name, bytes, tables, damage }: DatabaseFacts, isExpected: boolean): readonly string[] {
  const newest = newestOf(tables);
  const largest = [...tables]
    .sort((a, b) => b.rows - a.rows)
    .slice(0, MOST_TABLES)
    .filter(({ rows }) => rows !== 0);
  return [
    `  ${named(name)}${isExpected ? " (what you look for)" : ""}: ${bytesText(bytes)}, ${counted(tables.length, "table")}, ${counted(rowsOf(tables), "row")}${newest === "" ? "" : `, newest ${newest}`}`,
    ...(largest.length === 0
      ? []
      : [
          `    ${largest.map(({ schema, table, rows }) => `${named(`${schema}.${table}`)} ${rows < 0 ? "cannot be read" : rows}`).join(", ")}`,
        ]),
    ...damage.map((line) => `    DAMAGED: ${onOneLine(line)}`),
  ];
}
