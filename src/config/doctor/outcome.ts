/** How `doctor` ends: with the exit code of the worst check. */
import { CATALOGUE, EXIT } from "../../errors.ts";
import type { Check, Section, State } from "./check.ts";

export interface Outcome {
  readonly exitCode: number;
  readonly counts: Readonly<Record<State, number>>;
}

export function outcomeOf(sections: readonly Section[]): Outcome {
  const checks = sections.flatMap((section) => section.checks);
  const count = (state: State): number => checks.filter((check) => check.state === state).length;
  const counts = {
    ok: count("ok"),
    note: count("note"),
    warning: count("warning"),
    failed: count("failed"),
    unknown: count("unknown"),
  };
  return { counts, exitCode: exitCodeOf(checks) };
}

/**
 * 10 if the configuration is wrong or incomplete. 15 if a system, a program or a log-in is absent, refuses us or could
 * not be looked at. 21 for anything else that would stop a run; 20 for warnings.
 */
function exitCodeOf(checks: readonly Check[]): number {
  const ends = checks.filter(({ state }) => state === "failed").map(({ code }) => exitNameOf(code));
  if (ends.includes("invalid")) return EXIT.invalid;
  if (ends.includes("unreachable") || checks.some(({ state }) => state === "unknown")) return EXIT.unreachable;
  if (ends.length > 0) return EXIT.serious;
  return checks.some(({ state }) => state === "warning") ? EXIT.warning : EXIT.done;
}

const exitNameOf = (code: Check["code"]): string => (code === undefined ? "serious" : CATALOGUE[code].exit);

/** The document of `--json`: scripts rely on its names. */
export function documentOf(runbook: string, sections: readonly Section[]) {
  const { exitCode, counts } = outcomeOf(sections);
  const checks = sections.flatMap(({ id: system, checks }) => checks.map((check) => ({ system, ...check })));
  return { schema: "dingo-recover/doctor@1", runbook, exitCode, counts, checks } as const;
}
