import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { query, startOnCopy } from "../../../kit/commands/database-copy-commands.ts";
import { keepRoom } from "../../../kit/commands/kept-room-command.ts";
import { ENDED_FOR_ROOM } from "../../../kit/log-patterns/server-end.ts";
import { giveUp, RecoverError } from "../../../errors.ts";
import { named, onOneLine, quoted } from "../../../kit/text/printable.ts";
import { hostInput, typed } from "../storage/host-input.ts";
import {
  askDatabases,
  databaseFacts,
  type DatabaseFacts,
  isOfLocale,
  type Lack,
  lackingIn,
  lacksIn,
  newestOf,
  rowsOf,
} from "./ask-database.ts";
import { volumeName } from "./candidate.ts";
import { type Copied, copied, serverOf } from "./copied.ts";
import { programsFor, servedBy } from "./find-programs.ts";
import { pullsOf, wayToLocale } from "./locale.ts";
import { leftServer } from "./left-server.ts";
import { OwnCopies } from "./own-copies.ts";
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
  cost: "ends the server on the copy, if a kill has left it",
});

/** Starts the copy with the very release that wrote the data, without network, as a role that the copy itself has. */
export const inspectCopy = defineAction({
  id: "salvage.inspect",
  title: "Start PostgreSQL on the copy, and see what is in it",
  effect: "create",
  input,
  output: inspected,
  ...left,
  describe: (request, run) => {
    const server = firstOf(run, request.copy);
    return typed(request, (words) => [
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

/** The answer of the first image that has all libraries and locales; else of the one that lacks the fewest. */
async function withTheBest(own: OwnCopies, context: Context, request: Input): Promise<Output> {
  const tried: Tried[] = [];
  let best: (Output & Lacking) | undefined;
  let ended: unknown;
  for await (const each of servers(own, context.run.id, request.copy)) {
    const text = each.programs_text;
    try {
      const found = await inspectOne(own, context, { ...request, copy: { ...request.copy, ...each } });
      tried.push({ text, lacking: found.lacking, why: "" });
      if (best === undefined || found.lacking.length < best.lacking.length) best = found;
      if (found.lacking.length === 0) break;
    } catch (error) {
      if (!(error instanceof RecoverError) || error.code !== "proof-failed") throw error;
      tried.push({ text, lacking: lacksIn("", [error.message]), why: error.message });
      ended ??= error;
    }
  }
  const all = ended instanceof RecoverError ? lacksIn("", [ended.message]) : [];
  const [first] = all;
  if (best === undefined && first === undefined) throw ended;
  if (best === undefined && first?.kind === "locale") {
    const { copy } = request;
    const what = told({ copy, tried, pulls: await pullsFor(own, copy) }, first);
    throw giveUp("proof-failed", `no database can be entered: ${what}`)
      .at(request.copy.name)
      .advise("Do that, then resume: images are looked for once more. The volume that was copied is as it was.");
  }
  best ??= await inspectOne(own, context, { ...request, copy: { ...request.copy, is_bare: true } });
  await own.end(request.copy.name);
  const { lacking, ...found } = best;
  const lacks = [...(found.copy.is_bare ? all : []), ...lacking];
  const trial = { copy: found.copy, tried, pulls: lacks.length === 0 ? [] : await pullsFor(own, found.copy) };
  const databases = found.databases.map((each) => {
    const mine = lacks.filter(({ database }) => database === "" || database === each.name);
    const what = mine.map((lack) => told(trial, lack));
    return { ...each, damage: [...new Set([...each.damage.filter((line) => !isOfLocale(line)), ...what])] };
  });
  return { ...found, databases };
}

/** Servers of the images found at the beginning, then of those that somebody has pulled or made since. */
async function* servers({ host, copies }: OwnCopies, run: string, { others, ...first }: Copied) {
  const known = [first, ...others];
  yield* known;
  if (first.programs.directory !== "") return;
  const now = await programsFor(first.original, { host, copies, run, directory: "" });
  yield* now.map(servedBy).filter(({ programs }) => known.every((each) => each.programs.image !== programs.image));
}

interface Tried extends Lacking {
  readonly text: string;
  /** Why it does not start; "" if it does. */
  readonly why: string;
}

const lackText = ({ kind, name }: Lack): string => `the ${kind} ${quoted(name)}`;

interface Trial {
  readonly copy: Copied;
  readonly tried: readonly Tried[];
  readonly pulls: readonly string[];
}

const pullsFor = async ({ host }: OwnCopies, { programs, original }: Copied): Promise<readonly string[]> =>
  programs.directory === "" ? pullsOf(original, await host.images()) : [];

/** Sentences about the missing part, the images that were tried, and the way to one that has it. */
function told({ copy, tried, pulls }: Trial, lack: Lack): string {
  const what = lackText(lack);
  const without = tried.filter(({ lacking }) => lacking.some((each) => lackText(each) === what));
  const others = tried.filter((each) => !without.includes(each));
  const is = [
    `${what} is in none of ${without.map(({ text }) => text).join(", ")}`,
    ...others.map(({ text, lacking, why }) => `${text}: ${why || `it lacks ${lacking.map(lackText).join(", ")}`}`),
  ].join("; ");
  if (copy.programs.directory !== "") return is;
  if (lack.kind === "locale") return `${is}: ${wayToLocale(lack.name, copy.programs_text, pulls)}`;
  return pulls.length === 0 ? is : `${is}: run ${pulls.join(" or ")}`;
}

interface Lacking {
  readonly lacking: readonly Lack[];
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
      lacking: await lackingIn(copies, asked, databases),
    };
  });
}

/** Roles to log in as: with POSTGRES_USER there may be no "postgres". */
const rolesToTry = ({ original }: Copied): readonly string[] => [...new Set([...original.superusers, "postgres"])];

const firstOf = (run: string, copy: Copied): CopyServer => serverOf(run, copy, rolesToTry(copy)[0] ?? "postgres");

async function entry(
  copies: Pick<DatabaseCopies, "sql">,
  server: CopyServer,
  copy: Copied,
): Promise<{ readonly name: string; readonly database: string }> {
  const refused: string[] = [];
  for (const name of rolesToTry(copy))
    for (const database of new Set(["postgres", "template1", ...copy.original.databases])) {
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
      `Its server runs: look with "docker exec -it ${copy.name} psql -h /tmp -U ROLE -l". The copy may be changed by hand (ALTER ROLE … LOGIN in single-user mode).`,
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
