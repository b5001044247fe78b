import { z } from "zod";
import { type Context, defineAction, type Probe, type WayBack } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { query, startOnCopy } from "../../../kit/commands/database-copy-commands.ts";
import { keepRoom } from "../../../kit/commands/kept-room-command.ts";
import { ENDED_FOR_ROOM } from "../../../kit/log-patterns/server-end.ts";
import { giveUp, RecoverError } from "../../../errors.ts";
import { printable } from "../../../kit/text/printable.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { hostInput, placeText } from "../storage/host-input.ts";
import { askDatabases, databaseFacts, type DatabaseFacts, newestOf, rowsOf } from "./ask-database.ts";
import { volumeName } from "./candidate.ts";
import { type Copied, copied, openCopies, serverOf } from "./copied.ts";
import { endServer } from "./remove-copy.ts";
import { whileUp } from "./while-up.ts";
import { wordsOf } from "../../../kit/commands/docker-commands.ts";
import type { DockerPlace } from "../../../ports/docker-host.ts";

const input = z.strictObject({ ...hostInput.shape, copy: copied, database: z.string(), table: z.string() });
type Input = z.infer<typeof input>;
const output = z.object({
  copy: copied,
  /** The superuser that was asked with. */
  role: z.string(),
  databases: z.array(databaseFacts),
  /** Names of those that have the expected database or table. */
  expected: z.array(z.string()),
});
type Output = z.infer<typeof output>;

const leftServer: WayBack<DockerPlace & { readonly copy: Copied }, unknown> = {
  effect: "create",
  cost: "ends the server on the copy, where a kill has left it",
  describe: (request) => [{ on: placeText(request), line: quote([...wordsOf(request), "stop", request.copy.name]) }],
  guard: () => Promise.resolve(),
  async probe(context, { input: request }) {
    const { copies } = await openCopies(context, request);
    const left = await copies.isThere(request.copy.name, context.run.id);
    return {
      state: left ? "not-done" : "done",
      evidence: left ? `the container ${request.copy.name} is there` : "no server is left",
    };
  },
  run: (context, { input: request }) => endServer(context, request, request.copy.name),
};

/** Started with the very release that wrote the data, without network; the role is read out of the copy itself. */
export const inspectCopy = defineAction({
  id: "salvage.inspect",
  title: "Start PostgreSQL on the copy, and see what is in it",
  effect: "create",
  input,
  output,
  undo: leftServer,
  describe: (request, run) => {
    const server = serverOf(run, request.copy, rolesToTry(request.copy)[0] ?? "postgres");
    const words = wordsOf(request);
    return [
      startOnCopy(words, server),
      keepRoom(words, server.volume, ENDED_FOR_ROOM),
      query(words, server, "postgres"),
    ].map((argv) => ({ on: placeText(request), line: quote(argv) }));
  },
  async run(context, request): Promise<Output> {
    const { copies } = await openCopies(context, request);
    const server = serverOf(context.run.id, request.copy, rolesToTry(request.copy)[0] ?? "postgres");
    return await whileUp(context, { at: request, server, start: () => copies.start(server) }, async () => {
      const role = await entry(context, request);
      const databases = await askDatabases(copies, { ...server, role: role.name }, role.database);
      return {
        copy: request.copy,
        role: role.name,
        databases,
        expected: databases.filter((each) => isExpected(each, request)).map(({ name }) => name),
      };
    });
  },
  async probe(context, request): Promise<Probe<Output>> {
    const { copies } = await openCopies(context, request);
    const left = await copies.isThere(request.copy.name, context.run.id);
    return {
      state: left ? "partly" : "not-done",
      evidence: left ? `a server is left on ${request.copy.name}` : "no server runs on the copy",
    };
  },
  verify: (_context, _request, { databases }) =>
    Promise.resolve({ holds: true, evidence: `it had ${counted(databases.length, "database")}` }),
});

/** POSTGRES_USER may mean that there is no "postgres". */
const rolesToTry = ({ original }: Copied): readonly string[] => [...new Set([...original.superusers, "postgres"])];

async function entry(
  context: Context,
  { copy, ...at }: Input,
): Promise<{ readonly name: string; readonly database: string }> {
  const { copies } = await openCopies(context, at);
  const refused: string[] = [];
  for (const name of rolesToTry(copy))
    for (const database of ["postgres", "template1"]) {
      try {
        const { rows } = await copies.sql(
          serverOf(context.run.id, copy, name),
          database,
          "SELECT rolsuper FROM pg_roles WHERE rolname = current_user;",
        );
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
    `  ${printable(name)}${isExpected ? " (what you look for)" : ""}: ${bytesText(bytes)}, ${counted(tables.length, "table")}, ${counted(rowsOf(tables), "row")}${newest === "" ? "" : `, newest ${newest}`}`,
    ...(largest.length === 0
      ? []
      : [
          `    ${printable(largest.map(({ schema, table, rows }) => `${schema}.${table} ${rows < 0 ? "cannot be read" : rows}`).join(", "))}`,
        ]),
    ...damage.map((line) => `    DAMAGED: ${printable(line)}`),
  ];
}
