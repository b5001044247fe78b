import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import type { TextQuestion } from "../../../ports/operator.ts";
import { onOneLine, quoted } from "../../../kit/text/printable.ts";
import { volumeName } from "./candidate.ts";
import { databaseLines, inspected } from "./inspect.ts";
import { named } from "./named.ts";

type Looked = z.infer<typeof inspected>;
const input = z.strictObject({
  found: z.array(inspected),
  /** Names of databases, or "all"; empty for all. */
  dump: z.array(z.string()),
});
export const chosen = inspected.omit({ expected: true, failed: true });
const output = z.object({ chosen: z.array(chosen), lines: z.array(z.string()) });
type Output = z.infer<typeof output>;

export const chooseDatabases = defineAction({
  id: "salvage.choose",
  title: "Choose the databases that are dumped",
  effect: "read",
  input,
  output,
  tell: ({ lines, chosen: all }) =>
    [
      ...lines,
      `dumped: ${onOneLine(all.flatMap(({ databases }) => databases.map(({ name }) => name)).join(", "))}`,
    ].join("\n"),
  describe: () => [],
  run: async (context, { found, dump }): Promise<Output> => ({
    chosen: await named(context, {
      given: dump.length === 0 ? ["all"] : dump,
      question: questionOf(found),
      divide: wordsOf,
      read: (words) => chosenOf(words, found),
      // The copies are made by then: another answer goes on with them.
      unattended: `Go on at a terminal: "dingo-recover resume ${context.run.id}" asks which of these are dumped.`,
    }),
    lines: linesOf(found),
  }),
  verify: () => Promise.resolve({ holds: true, evidence: "it was chosen by name" }),
});

const linesOf = (found: readonly Looked[]): string[] =>
  found.flatMap(({ copy, role, databases, expected, failed }) => [
    `${volumeName(copy.original)}, ${failed === "" ? `asked as ${onOneLine(role)}:` : `NOT READ: ${onOneLine(failed)}`}`,
    ...databases.flatMap((each) => databaseLines(each, expected.includes(each.name))),
  ]);

function questionOf(found: readonly Looked[]): TextQuestion {
  return {
    kind: "text",
    id: "databases",
    prompt: 'Which databases are dumped? Names divided by commas, or "all"',
    needed: true,
    why: `Each is dumped, and the dump is loaded into an empty server to see that it is whole.\n${linesOf(found).join("\n")}`,
  };
}

const wordsOf = (answer: string): string[] =>
  answer
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

function chosenOf(words: readonly string[], found: readonly Looked[]): Output["chosen"] {
  const failed = found.map((each) => each.failed);
  if (failed.length > 0 && !failed.includes(""))
    throw refuse("not-restorable", `no picked volume can be read: ${onOneLine(failed.join("; "))}`)
      .at("input volumes")
      .advise(`Undo this run, and begin anew with other volumes. Each volume is as it was.`);
  const wantsAll = words.length === 1 && words[0] === "all";
  const isThere = (word: string): boolean => found.some(({ databases }) => databases.some(({ name }) => name === word));
  const missing = wantsAll ? [] : words.filter((word) => !isThere(word));
  if (missing.length > 0 || words.length === 0) throw absent(missing, found);
  const all = found.map(({ copy, role, databases }) => ({
    copy,
    role,
    databases: databases.filter(({ name, tables }) =>
      wantsAll
        ? !/^(?:postgres|template1)$/u.test(name) || databases.length === 1 || tables.length > 0
        : words.includes(name),
    ),
  }));
  return all.filter(({ databases }) => databases.length > 0);
}

function absent(missing: readonly string[], found: readonly Looked[]): RecoverError {
  const there = found.flatMap(({ databases }) => databases.map(({ name }) => name));
  const what =
    missing.length === 0
      ? "no database was chosen"
      : `${missing.map(quoted).join(", ")} ${missing.length === 1 ? "is" : "are"} in no picked volume`;
  return refuse("nothing-found", `${what}: there ${there.length === 1 ? "is" : "are"} ${onOneLine(there.join(", "))}`)
    .at("input dump")
    .advise('Name some of these, or "all".');
}
