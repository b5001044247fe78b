import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { databaseAlone } from "../../../kit/commands/connection-string.ts";
import { counted } from "../../../kit/text/counted.ts";
import { named, onOneLine } from "../../../kit/text/printable.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { REINDEX } from "./check-room.ts";
import type { DatabaseFacts } from "./ask-database.ts";
import { volumeName } from "./candidate.ts";
import { linkText, needsReindex } from "./copied.ts";
import { dumped } from "./dump.ts";
import { inspected } from "./inspect.ts";
import { localeFlags } from "./locale.ts";
import { proof } from "./prove.ts";

const input = z.strictObject({
  dumps: z.array(dumped),
  proofs: z.array(proof),
  put_back: z.string(),
  /** All picked volumes, those that could not be read too. */
  found: z.array(inspected).default([]),
  /** Why volumes were left out: sentences. */
  left: z.array(z.string()).default([]),
});
const output = z.object({
  lines: z.array(z.string()),
  /** Parts that were not saved, or are not proved. */
  lacking: z.array(z.string()).default([]),
});

export const summariseSalvage = defineAction({
  id: "salvage.summarise",
  title: "What was saved, and how it is used",
  effect: "read",
  input,
  output,
  // The rest is told by the end of the run.
  tell: ({ lines }) => lines[0] ?? "",
  finds: ({ lacking }) => (lacking.length === 0 ? "nothing" : "warning"),
  describe: () => [],
  run: (_context, { dumps, proofs, put_back, found, left }): Promise<z.infer<typeof output>> => {
    const proved = proofs.flatMap((each) => each.proved);
    const lacking = [
      ...left.map((why) => `LEFT OUT: ${why}`),
      ...found.flatMap(({ copy, failed }) =>
        failed === "" ? [] : [`NOT READ: ${volumeName(copy.original)}: ${failed}`],
      ),
      ...found.flatMap(({ copy }) =>
        copy.links.flatMap((each) =>
          each.path === "" ? [`NOT READ: ${volumeName(copy.original)}: ${linkText(each)}`] : [],
        ),
      ),
      ...dumps.flatMap(({ damaged }) => damaged.map(({ database, what }) => `DAMAGED: ${database}: ${what}`)),
      ...proofs.flatMap(({ unproved }) =>
        unproved.map(({ database, path, why }) => `NOT PROVED: ${database}, in ${path}: ${why}`),
      ),
    ].map(onOneLine);
    return Promise.resolve({
      lacking,
      lines: [
        ...proved.map(
          ({ database, path, tables, rows, before }) =>
            `${named(database)}: ${counted(tables, "table")}, ${counted(rows, "row")}, in ${path}, loaded once to prove it${before === "" ? "" : ", with its extensions made first: see the line below"}`,
        ),
        ...lacking,
        ...dumps.flatMap(({ chosen: { copy, databases }, files }) => [
          `from ${volumeName(copy.original)}, which is as it was: keep it until a backup of the new place stands`,
          ...(needsReindex(copy) || databases.some((each) => each.sorts_otherwise) ? [`  ${REINDEX}`] : []),
          ...files.filter(({ database }) => database === "").map(({ path }) => rolesLine(path)),
          ...files.flatMap(({ database, path }) => {
            const facts = databases.find(({ name }) => name === database);
            const { before = "" } = proved.find((each) => each.path === path) ?? {};
            return facts === undefined ? [] : loadLines(facts, path, before);
          }),
        ]),
        ...(put_back === ""
          ? []
          : [`the files lie in ${put_back}: mount that at the data directory of an image of the same release`]),
        'Then give the stack a place that lasts: "dingo-recover run persist-compose-data", or a named volume in its Compose file.',
        "A prune, a cron job that prunes and down -v still remove the volumes that have no name.",
      ],
    });
  },
});

const rolesLine = (path: string): string =>
  `its roles are in ${path}: make those that you need first, by hand, because psql obeys all that is written in it. The lines below need none: everything belongs to ROLE. With the roles made, leave out --no-owner and --no-acl.`;

function loadLines(facts: DatabaseFacts, path: string, before: string): readonly string[] {
  const { name: database, encoding } = facts;
  const isPlain = /^[A-Za-z_]\w*$/u.test(database);
  const [made, entered] = isPlain ? [[database], database] : [["--", database], databaseAlone(database)];
  // As the proof had it: a database of another encoding may refuse rows.
  const like = ["-T", "template0", "-E", encoding, ...localeFlags(facts)];
  const exec = ["docker", "exec", "-i", "CONTAINER"];
  const restore = ["pg_restore", "--exit-on-error", "--no-owner", "--no-acl", "--no-tablespaces"];
  return [
    `  $ ${quote([...exec, "createdb", "-U", "ROLE", ...like, ...made])}`,
    ...(before === "" ? [] : [`  $ ${quote([...exec, "psql", "-X", "-U", "ROLE", "-d", entered, "-c", before])}`]),
    `  $ ${quote([...exec, ...restore, "-U", "ROLE", "-d", entered])} < ${quote([path])}`,
  ];
}
