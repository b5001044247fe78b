/** Whether this machine has the room and the PostgreSQL for a copy, and where the copy will lie. */
import { z } from "zod";
import type { Context, PrintedCommand } from "../../../action.ts";
import { bytesText } from "../../../kit/text/bytes.ts";
import { type RecoverError, refuse } from "../../../errors.ts";
import { majorOf } from "../../../kit/sql/major-release.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";

/** WAL that the server writes itself, and the dump beside the copy. */
const MORE_ROOM = 512 * 1024 * 1024;
const COPIES = 1.3;

export const machine = z.object({
  place: z.string(),
  postgres: z.string(),
  pg_dump: z.string(),
  postgres_path: z.string(),
  pg_dump_path: z.string(),
  psql_path: z.string(),
  account: z.string(),
  /** Runs of earlier versions had none. */
  sandbox: z.string().exactOptional(),
  needed_bytes: z.number(),
  free_bytes: z.number(),
});
export type Machine = z.infer<typeof machine>;

export const machineText = (found: Machine): string =>
  `PostgreSQL ${found.postgres} as ${found.account}, in ${found.sandbox ?? "no sandbox"}, pg_dump ${found.pg_dump}; ${bytesText(found.needed_bytes)} needed below ${found.place}, ${bytesText(found.free_bytes)} free`;

export const machineInput = z.strictObject({
  /** Directory with `postgres`; "" for PATH. */
  postgres_bin: z.string(),
  /** Directory for the copy; "" for one of the run's own. */
  scratch: z.string(),
  /** `9.6` */
  postgres_version: z.string(),
  expanded_bytes: z.number(),
});
type Wanted = z.infer<typeof machineInput>;

export const machineCommands = ({
  postgres_bin: bin,
  scratch,
}: Pick<Wanted, "postgres_bin" | "scratch">): PrintedCommand[] => [
  { on: "here", line: quote([`${bin === "" ? "" : `${bin}/`}postgres`, "--version"]) },
  { on: "here", line: quote(["df", "-B1", "--output=avail", "--", scratch || "/var/tmp"]) },
];

/** Errors: `does-not-fit`, `target-not-fresh`, `input-invalid`, `program-missing`. */
export async function lookAtMachine(context: Context, wanted: Wanted): Promise<Machine> {
  const { scratch } = context.ports;
  const place = await freePlace(context, wanted);
  const found = await scratch.programs(wanted.postgres_bin);
  requireVersions(found, wanted);
  const needed = Math.round(wanted.expanded_bytes * COPIES) + MORE_ROOM;
  const free = await scratch.freeBytes(place);
  if (free < needed) throw tooSmall({ needed, free, place });
  return {
    ...{ place, postgres: found.postgres, pg_dump: found.pgDump, account: found.account, sandbox: found.sandbox },
    ...{ postgres_path: found.postgresPath, pg_dump_path: found.pgDumpPath, psql_path: found.psqlPath },
    ...{ needed_bytes: needed, free_bytes: free },
  };
}

async function freePlace(context: Context, { scratch: given }: Wanted): Promise<string> {
  const { scratch } = context.ports;
  if (given !== "" && !given.startsWith("/"))
    throw refuse("input-invalid", `"${given}" is not an absolute path`)
      .at("scratch")
      .advise("Give --input scratch=/DIRECTORY.");
  const place = given === "" ? scratch.placeOf(context.run.id) : given;
  const { state, ...found } = await scratch.look(place, context.run.id);
  const closed = await scratch.closedAbove(place);
  if (closed !== undefined) throw notReached(place, closed);
  if (state !== "foreign") return place;
  throw refuse("target-not-fresh", `"${place}" is not for this run: ${"evidence" in found ? found.evidence : ""}`)
    .at(place)
    .advise("Name a directory that does not exist, in one that nobody else writes to, with --input scratch=DIRECTORY.");
}

function notReached(place: string, closed: string): RecoverError {
  return refuse("does-not-fit", `the server's account cannot go to "${place}": "${closed}" is closed to it`)
    .at(closed)
    .advise("Name a directory below one that everybody may pass, such as /var/tmp, with --input scratch=DIRECTORY.");
}

function requireVersions(
  found: { readonly postgres: string; readonly pgDump: string },
  { postgres_version: wanted }: Wanted,
): void {
  if (majorOf(found.postgres) !== majorOf(wanted))
    throw refuse("does-not-fit", `the archive is of PostgreSQL ${wanted}, and here is ${found.postgres}`)
      .at("postgres_bin")
      .advise(`Install PostgreSQL ${wanted} on this machine, and name its directory with --input postgres_bin=….`);
  if (Number.parseFloat(majorOf(found.pgDump)) < Number.parseFloat(majorOf(wanted)))
    throw refuse("does-not-fit", `pg_dump ${found.pgDump} is older than the archive's ${wanted}`)
      .at("pg_dump")
      .advise(`Install the client of PostgreSQL ${wanted} or later.`);
}

function tooSmall({ needed, free, place }: { readonly needed: number; readonly free: number; readonly place: string }) {
  return refuse("does-not-fit", `the copy needs ${bytesText(needed)}, and ${bytesText(free)} are free`)
    .at(place)
    .advise("Name a directory on a larger disk with --input scratch=DIRECTORY.");
}
