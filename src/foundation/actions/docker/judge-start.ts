/**
 * Whether a container that was started over the old archive does what it should. Its log decides while the database is
 * silent; a database with the archive's system identifier is the right one, even if the log says otherwise. An image
 * that nobody knows may never say it: the database is asked from the first look on.
 */
import type { Cell } from "../../../ports/cells.ts";
import { lookAtDatabase } from "../recovery/database-look.ts";
import { type Decision, readStartUp } from "./start-up-lines.ts";

export type Start =
  | { readonly is: "right"; readonly line: string }
  | { readonly is: "wrong"; readonly line: string }
  | { readonly is: "undecided"; readonly line: "" };

export interface Wanted {
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
