import { z } from "zod";
import { defineAction } from "../../../action.ts";
import { counted } from "../../../kit/text/counted.ts";
import { type Finding, gravest } from "../../audit/finding.ts";
import { judge } from "../../audit/judge.ts";
import type { StorageSurvey } from "../../audit/survey.ts";
import { type RecoverError, refuse } from "../../../errors.ts";

const input = z.strictObject({
  survey: z.custom<StorageSurvey>(),
  /** Names of volumes, directories, containers, services and projects that have a backup elsewhere. */
  backed_up: z.array(z.string()),
});
const output = z.object({
  findings: z.array(z.custom<Finding>()),
  /** One sentence for each place that could not be looked at. */
  unlooked: z.array(z.string()),
});

export const judgeStorage = defineAction({
  id: "storage.judge",
  title: "What is wrong, and how it is put right",
  effect: "read",
  input,
  output,
  tell: ({ findings, unlooked }) => [...told(findings, unlooked), counts(findings)].join("\n"),
  finds: ({ findings }) => gravest(findings),
  describe: () => [],
  run(_context, { survey, backed_up }) {
    const { findings, unlooked } = judge(survey, { backedUp: backed_up });
    if (unlooked.length > 0 && gravest(findings) === "nothing") throw incomplete(survey, unlooked);
    return Promise.resolve({ findings: [...findings], unlooked: [...unlooked] });
  },
  verify: () => Promise.resolve({ holds: true, evidence: "it follows from what was seen" }),
});

/** The size up to which findings are told: it fits in a line of the journal and on a screen. The output has all. */
const MOST_TOLD_BYTES = 16 * 1024;
const MOST_WHOLE_BYTES = 10 * 1024;

function told(findings: readonly Finding[], unlooked: readonly string[]): readonly string[] {
  const all = [...findings.map(findingLines), ...unlooked.map((text) => [`not looked at: ${text}`])];
  // The gravest findings stand first and are told whole. The next are told by their first lines, the rest by their number.
  const whole = fitting(all, MOST_WHOLE_BYTES);
  const short = all.slice(whole.length).map((lines) => lines.slice(0, 2));
  const more = fitting(short, MOST_TOLD_BYTES - MOST_WHOLE_BYTES);
  const left = short.length - more.length;
  return [
    ...whole.flat(),
    ...(more.length === 0 ? [] : ["the rest without its commands, which the report of this run has:", ...more.flat()]),
    ...(left === 0 ? [] : [`and ${left} more: they stand in the report of this run`]),
  ];
}

function fitting(all: readonly (readonly string[])[], most: number): readonly (readonly string[])[] {
  let bytes = 0;
  const over = all.findIndex((lines) => {
    bytes += Buffer.byteLength(lines.join("\n")) + 1;
    return bytes > most;
  });
  return over === -1 ? all : all.slice(0, over);
}

function findingLines({ severity, subject, at, what, fix, commands }: Finding): readonly string[] {
  const head = `${severity.toUpperCase()}: ${subject}${at === "" ? "" : ` (${at})`}`;
  return [head, `  ${what}`, ...commands.map((line) => `  $ ${line}`), `  ${fix}`];
}

function counts(findings: readonly Finding[]): string {
  const of = (severity: Finding["severity"]): number => findings.filter((each) => each.severity === severity).length;
  return `${counted(findings.length, "finding")}: ${of("serious")} serious, ${counted(of("warning"), "warning")}, ${counted(of("note"), "note")}`;
}

const MOST_NAMED = 10;

/** The error of a judgement without findings, when not everything was looked at (law 5). */
function incomplete({ host }: StorageSurvey, unlooked: readonly string[]): RecoverError {
  return refuse(
    "coverage-incomplete",
    `nothing is wrong with what was looked at, and this was not: ${unlooked.slice(0, MOST_NAMED).join("; ")}${unlooked.length > MOST_NAMED ? `, and ${unlooked.length - MOST_NAMED} more` : ""}`,
  )
    .at(host)
    .advise(
      "Audit again as root on the engine's own machine (--input sudo=true), with the volumes' containers running.",
    );
}
