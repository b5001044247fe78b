import { z } from "zod";
import { defineAction, type Probe } from "../../../action.ts";
import { startOnCopy } from "../../../kit/commands/database-copy-commands.ts";
import { dumpTo } from "../../../kit/commands/database-dump-commands.ts";
import { giveUp, type RecoverError } from "../../../errors.ts";
import { onOneLine } from "../../../kit/text/printable.ts";
import { hostInput } from "../storage/host-input.ts";
import { askTables, type DatabaseFacts, tableFacts } from "./ask-database.ts";
import { volumeName } from "./candidate.ts";
import { chosen } from "./choose.ts";
import { serverOf } from "./copied.ts";
import { OwnCopies, typed } from "./own-copies.ts";
import { wordsOf } from "../../../kit/commands/docker-commands.ts";

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
});
type Output = z.infer<typeof dumped>;

/** An archive for each database, and a text for the roles with their passwords' hashes. */
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
    const words = wordsOf(request);
    const dumps = ordersOf(request).map((order) => dumpTo(words, server, order));
    return typed(request, [startOnCopy(words, server), ...dumps]);
  },
  async run(context, request): Promise<Output> {
    const own = await OwnCopies.open(context, request);
    const { copies } = own;
    const { copy, role, databases } = request.chosen;
    const server = serverOf(context.run.id, copy, role);
    const start = async (): Promise<void> => await copies.start(server);
    const made = await own.whileUp(server, start, async () => {
      const files: z.infer<typeof dumpFile>[] = [];
      for (const order of ordersOf(request)) {
        context.progress({ message: `dumping ${order.database === "" ? "the roles" : onOneLine(order.database)}` });
        await context.beforeEffect();
        files.push({ database: order.database, ...(await copies.dump(server, order)) });
      }
      const counts = [];
      for (const { name } of databases) {
        const { tables, damage } = await askTables(copies, server, name);
        if (damage.length > 0) throw unreadable(name, damage, copy.name);
        counts.push({ database: name, tables: [...tables] });
      }
      return { chosen: request.chosen, files, counts };
    });
    await context.record("dumped", { files: made.files, counts: made.counts });
    return made;
  },
  async probe(context, request): Promise<Probe<Output>> {
    const own = await OwnCopies.open(context, request);
    const server = await own.isServed(request.chosen.copy.name);
    const files = await Promise.all(ordersOf(request).map(({ file }) => own.copies.dumped(file)));
    const there = files.filter((file) => file !== undefined).length;
    const evidence = `${there} of ${files.length} dumps are there${server ? ", and a server is left on the copy" : ""}`;
    const noted = dumped.omit({ chosen: true }).safeParse(context.records("dumped").at(-1));
    if (noted.success && !server && noted.data.files.every(({ sha256 }, index) => files[index]?.sha256 === sha256))
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

function unreadable(database: string, damage: readonly string[], place: string): RecoverError {
  return giveUp(
    "proof-failed",
    `not every table of "${onOneLine(database)}" can be read: ${onOneLine(damage.slice(0, 2).join("; "))}`,
  )
    .at(place)
    .advise(
      `Its pages are damaged. Dump the tables that can be read by hand: docker start ${place}; docker exec ${place} pg_dump -F c -h /tmp -T TABLE …. The volume itself is as it was.`,
    );
}
