/**
 * Reads a container's start lines, which tell what it is going to do (dingo.md §3.4; real-parts.md §3). The sentences
 * are the same in all images; an image that nobody has seen may say others, and then it stays undecided.
 */
import type { LogPattern } from "../../../kit/log-patterns/log-pattern.ts";
import { saidLine } from "../../../kit/log-patterns/said-line.ts";
import { PATRONI, START_UP } from "../../../kit/log-patterns/start-up.ts";

export type Decision = "restores" | "local-database" | "new-cluster" | "no-backup-archive" | "failed" | "undecided";

export interface StartUp {
  readonly decision: Decision;
  /** The line that says so. */
  readonly line: string;
}

/** The worst sentence first: a container that prepares a restore and then initialises a cluster has failed. */
const DECISIONS: readonly (readonly [Decision, readonly LogPattern[]])[] = [
  ["new-cluster", [START_UP.madeNewCluster, START_UP.nothingToRestore]],
  ["failed", [PATRONI.systemIdMismatch, START_UP.systemIdLacking]],
  ["local-database", [START_UP.localDatabase]],
  ["no-backup-archive", [START_UP.archivesNothing, START_UP.storeUnreachable]],
  ["restores", [START_UP.restores]],
  // With the leader key still alive nothing is prepared, and Patroni restores all the same (real-parts.md §3.3).
  ["restores", [START_UP.joins]],
  ["failed", [START_UP.addressLacking]],
];

export function readStartUp(lines: readonly string[]): StartUp {
  for (const [decision, patterns] of DECISIONS) {
    const line = lines.find((each) => matches(each, patterns));
    if (line !== undefined) return { decision, line: line.trim() };
  }
  return { decision: "undecided", line: "" };
}

function matches(line: string, patterns: readonly LogPattern[]): boolean {
  const { text, quotes } = saidLine(line);
  return !quotes && patterns.some(({ says }) => says.test(text));
}
