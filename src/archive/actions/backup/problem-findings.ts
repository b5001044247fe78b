/** Turns the problems that `archive verify` finds in a restorable archive into findings about a living backup. Pure. */
import type { ProblemCode } from "../../judgement/problem.ts";
import type { ArchiveVerdict } from "../../judgement/verdict.ts";
import { type Finding, found, type Severity } from "./finding.ts";

/**
 * A living archive must give back the newest writes, so a gap and a broken newest base backup are serious. A code that
 * is absent here is ordinary: the trace of a failover, of a push that was cut off, of a delta.
 */
const SEVERITIES: Readonly<Partial<Record<ProblemCode, Severity>>> = {
  "wal-gap": "serious",
  "newest-base-broken": "serious",
  "segment-damaged": "serious",
  "part-damaged": "serious",
  "several-clusters": "serious",
  "sysid-differs": "warning",
  "other-cluster": "warning",
  "wal-aside": "warning",
  "partial-segment": "warning",
  "latest-not-newest": "warning",
  "older-base-broken": "warning",
  "wrong-branch": "warning",
  expires: "note",
};

export function problemFindings({ problems }: Pick<ArchiveVerdict, "problems">): readonly Finding[] {
  return problems.flatMap(({ code, message }) => {
    const severity = (SEVERITIES as Readonly<Record<string, Severity | undefined>>)[code];
    return severity === undefined ? [] : [found({ severity, code, message })];
  });
}
