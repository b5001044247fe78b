import { z } from "zod";
import { type Context, defineAction } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { ageText, archiveAges, copiedAge, pointTooOld } from "./ages.ts";
import { readingDepth } from "./read-rows.ts";
import { byGravity, type Finding, finding, findingText, gravityOf } from "./finding.ts";

const input = z.strictObject({
  archive: z.string(),
  /** Codes of findings that count as serious here. */
  serious: z.array(z.string()),
  max_recovery_point_age: z.string().default(""),
});
/** Names of a backup test's outcome. Histories rely on them. */
export const conclusion = z.object({
  verdict: z.enum(["good", "bad"]),
  archive: z.string(),
  base: z.string(),
  postgres_version: z.string(),
  store_time: z.string(),
  base_age_seconds: z.number(),
  recovery_point: z.string(),
  recovery_point_age_seconds: z.number(),
  fetched_bytes: z.number(),
  expanded_bytes: z.number(),
  restore_seconds: z.number(),
  replay_seconds: z.number(),
  last_transaction: z.string(),
  rows: z.number(),
  value: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  depth: readingDepth,
  findings: z.array(finding),
});
export type Conclusion = z.infer<typeof conclusion>;

/** All that the steps before found, weighed: serious is a bad backup (21), a warning is 20. */
export const conclude = defineAction({
  id: "backup.conclude",
  title: "What the test says of the backup",
  effect: "read",
  input,
  output: conclusion,
  finds: ({ findings }) => gravityOf(findings),
  tell: (found) => [headOf(found), ...testLines(found), ...byGravity(found.findings).map(findingText)].join("\n"),
  describe: () => [],
  run: (context, { archive, serious, max_recovery_point_age }): Promise<Conclusion> => {
    const tested = tried.parse(outputOf(context, "backup.restore-test") ?? {});
    const known = outputOf(context, "backup.judge");
    const { seen, older } = sinceLast(known, tested.last_transaction, max_recovery_point_age);
    const findings = raised(context, older, serious);
    return Promise.resolve({
      verdict: gravityOf(findings) === "serious" ? "bad" : "good",
      ...{ archive, ...seen, ...tested },
      findings: [...byGravity(findings)],
    });
  },
});

const { findings: _, verdict: __, archive: ___, ...facts } = conclusion.shape;
const judged = z
  .object(facts)
  .omit({ restore_seconds: true, replay_seconds: true, last_transaction: true, rows: true, value: true, depth: true });
/** The defaults stand when the backup cannot be restored: nothing was tried. */
const tried = z.object({
  restore_seconds: z.number().default(-1),
  replay_seconds: z.number().default(-1),
  last_transaction: z.string().default(""),
  rows: z.number().default(-1),
  value: conclusion.shape.value.default(null),
  depth: conclusion.shape.depth,
});

const outputOf = (context: Context, action: string) => context.journaled(action).at(-1)?.output;

/** The store tells how old the recovery point is, but for an archive that was copied. */
function sinceLast(known: unknown, lastTransaction: string, limit: string) {
  const stored = judged.parse(known);
  const age = copiedAge(archiveAges.parse(known), lastTransaction);
  if (age === undefined) return { seen: stored, older: [] };
  const older = pointTooOld(stored, limit).length > 0 ? [] : pointTooOld({ recovery_point_age_seconds: age }, limit);
  return {
    seen: { ...stored, recovery_point: lastTransaction, recovery_point_age_seconds: age },
    older: older.map((each) => ({ ...each, ...ofCopy(age, limit) })),
  };
}

const ofCopy = (age: number, limit: string) => ({
  message: `the last transaction is ${ageText(age)} old, more than ${limit}`,
  cause: "the archive was copied: its objects are as young as the copy, and its data are not",
});

const SOURCES = [
  "backup.find-archive",
  "backup.judge",
  "backup.look-at-rights",
  "backup.compare-secondary",
  "backup.restore-test",
];
const findings = z.object({ findings: z.array(finding) });

function raised(context: Context, more: readonly Finding[], serious: readonly string[]): Finding[] {
  const all = SOURCES.flatMap((action) => {
    const output = outputOf(context, action);
    return output === undefined ? [] : findings.parse(output).findings;
  });
  return [...all, ...more].map((each) => (serious.includes(each.code) ? { ...each, severity: "serious" } : each));
}

function headOf({ verdict, archive, findings: all }: Conclusion): string {
  if (verdict === "bad") return `the backup in ${archive} is bad`;
  const warnings = all.filter(({ severity }) => severity === "warning").length;
  return `the backup in ${archive} is good${warnings === 0 ? "" : ", with warnings"}`;
}

/** The parts that such a test does not come to. */
const UNREAD: Readonly<Record<Conclusion["depth"], string>> = {
  query:
    "read: what the recovery and the query needed, no more; a damaged page elsewhere does not show (depth=rows reads every row, depth=all more)",
  rows: "read: every row; not read: indexes, large objects, definitions and sums of pages (depth=all reads them)",
  all: "read: every row, all that pg_dump reads, and the indexes and sums of pages but for those that are named here",
};

function testLines(found: Conclusion): readonly string[] {
  if (found.replay_seconds < 0) return [];
  const { base, base_age_seconds: age, fetched_bytes: fetched, rows, value } = found;
  const asked = rows < 0 ? "" : `; the query returned ${counted(rows, "row")}, the first ${JSON.stringify(value)}`;
  return [
    `${base}, ${ageText(age)} old: ${bytesText(fetched)} restored in ${ageText(found.restore_seconds)}, recovered in ${ageText(found.replay_seconds)}${asked}`,
    `last transaction ${found.last_transaction || "not named"}; the archive reaches ${found.recovery_point}, ${ageText(found.recovery_point_age_seconds)} ago`,
    UNREAD[found.depth],
  ];
}
