/**
 * Whether a container that was started over the old archive does what it should. Its log decides while the database is
 * silent; a database with the archive's system identifier is the right one, even if the log says otherwise. An image
 * that nobody knows may never say it: the database is asked from the first look on.
 */
import type { Cell } from "../../../ports/cells.ts";
import { lookAtDatabase } from "../recovery/database-look.ts";
import type { LogPattern } from "../../../kit/log-patterns/log-pattern.ts";
import { saidLine } from "../../../kit/log-patterns/said-line.ts";
import { PATRONI, START_UP } from "../../../kit/log-patterns/start-up.ts";

export type Start =
  | { readonly is: "right"; readonly line: string }
  | { readonly is: "wrong"; readonly line: string }
  | { readonly is: "undecided"; readonly line: "" };

interface Wanted {
  readonly container: string;
  /** The archive's. */
  readonly system_id: string;
  /** The old database that was copied to it; "" when its archive was. */
  readonly database: string;
}

/** Over a copied database it has nothing to restore. */
const wantedDecision = ({ database }: Wanted): Decision => (database === "" ? "restores" : "local-database");

export async function judgeStart(cell: Cell, wanted: Wanted, lines: readonly string[]): Promise<Start> {
  const { decision, line } = readStartUp(lines);
  if (decision === wantedDecision(wanted)) return { is: "right", line };
  const database = await lookAtDatabase(cell.sql, wanted.container);
  if (database.is !== "silent") return judgeIdentity(database.systemId, wanted);
  // A restore that somebody restarted goes on with its present files; its identity shows once the server is up.
  const waits = decision === "undecided" || decision === "local-database";
  return waits ? { is: "undecided", line: "" } : { is: "wrong", line };
}

const judgeIdentity = (found: string, { system_id }: Wanted): Start =>
  found === system_id
    ? { is: "right", line: "its database has the archive's system identifier" }
    : { is: "wrong", line: `the database that answers has system identifier ${found}` };

/**
 * Reads a container's start lines, which tell what it is going to do (dingo.md §3.4; real-parts.md §3). The sentences
 * are the same in all images; an image that nobody has seen may say others, and then it stays undecided.
 */
export type Decision = "restores" | "local-database" | "new-cluster" | "no-backup-archive" | "failed" | "undecided";

interface StartUp {
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
