import { z } from "zod";
import { type Context, defineAction } from "../../action.js";
import { bytesText } from "../../bytes.js";
import { RecoverError } from "../../errors.js";
import { quote } from "../../shell-quote.js";
import { tableNames } from "./table-names.js";

/** WAL that the server writes itself, and the dump beside the copy. */
const MORE_ROOM = 512 * 1024 * 1024;
const COPIES = 1.3;

const input = z.strictObject({
  postgres_bin: z.string(),
  /** Directory for the copy; "" for one of the run's own. */
  scratch: z.string(),
  /** `9.6` */
  postgres_version: z.string(),
  expanded_bytes: z.number(),
  tables: z.array(z.string()),
  into_schema: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({
  place: z.string(),
  postgres: z.string(),
  pg_dump: z.string(),
  postgres_path: z.string(),
  pg_dump_path: z.string(),
  psql_path: z.string(),
  account: z.string(),
  needed_bytes: z.number(),
  free_bytes: z.number(),
});
type Output = z.infer<typeof output>;

/** Told before anything is fetched: another release of PostgreSQL does not start a copy (wal-archives.md §5). */
export const checkPrograms = defineAction({
  id: "scratch.check-programs",
  title: "See that this machine has the room and the PostgreSQL for a copy",
  effect: "read",
  input,
  output,
  tell: (found) =>
    `PostgreSQL ${found.postgres} as ${found.account}, pg_dump ${found.pg_dump}; ${bytesText(found.needed_bytes)} needed below ${found.place}, ${bytesText(found.free_bytes)} free`,
  describe: ({ postgres_bin, scratch }) => [
    { on: "here", line: quote([`${postgres_bin === "" ? "" : `${postgres_bin}/`}postgres`, "--version"]) },
    { on: "here", line: quote(["df", "-B1", "--output=avail", "--", scratch || "/var/tmp"]) },
  ],
  async run(context, request): Promise<Output> {
    tableNames(request.tables, request.into_schema);
    const { scratch } = context.ports;
    const place = await freePlace(context, request);
    const found = await scratch.programs(request.postgres_bin);
    requireVersions(found, request);
    const needed = Math.round(request.expanded_bytes * COPIES) + MORE_ROOM;
    const free = await scratch.freeBytes(place);
    if (free < needed) throw tooSmall({ needed, free, place });
    return {
      ...{ place, postgres: found.postgres, pg_dump: found.pgDump, account: found.account },
      ...{ postgres_path: found.postgresPath, pg_dump_path: found.pgDumpPath, psql_path: found.psqlPath },
      ...{ needed_bytes: needed, free_bytes: free },
    };
  },
  // Room comes and goes; the restore looks at it again.
  async verify(context, request, { postgres }) {
    const found = await context.ports.scratch.programs(request.postgres_bin);
    return { holds: found.postgres === postgres, evidence: `PostgreSQL ${found.postgres} is there` };
  },
});

async function freePlace(context: Context, { scratch: given }: Input): Promise<string> {
  const { scratch } = context.ports;
  if (given !== "" && !given.startsWith("/"))
    throw new RecoverError("input-invalid", `"${given}" is not an absolute path`, {
      remedy: "Give --input scratch=/DIRECTORY.",
      place: "scratch",
      effect: "none",
    });
  const place = given === "" ? scratch.placeOf(context.run.id) : given;
  const { state, ...found } = await scratch.look(place, context.run.id);
  if (state !== "foreign") return place;
  throw new RecoverError("target-not-fresh", `"${place}" is there: ${"evidence" in found ? found.evidence : ""}`, {
    remedy: "Name a directory that does not exist with --input scratch=DIRECTORY.",
    place,
    effect: "none",
  });
}

function requireVersions(
  found: { readonly postgres: string; readonly pgDump: string },
  { postgres_version: wanted }: Input,
): void {
  if (majorOf(found.postgres) !== majorOf(wanted))
    throw new RecoverError("does-not-fit", `the archive is of PostgreSQL ${wanted}, and here is ${found.postgres}`, {
      remedy: `Install PostgreSQL ${wanted} on this machine, and name its directory with --input postgres_bin=….`,
      place: "postgres_bin",
      effect: "none",
    });
  if (Number.parseFloat(majorOf(found.pgDump)) < Number.parseFloat(majorOf(wanted)))
    throw new RecoverError("does-not-fit", `pg_dump ${found.pgDump} is older than the archive's ${wanted}`, {
      remedy: `Install the client of PostgreSQL ${wanted} or later.`,
      place: "pg_dump",
      effect: "none",
    });
}

/** Two numbers until 9.6, one from 10 on. */
function majorOf(version: string): string {
  const [first = "", second = ""] = version.split(".");
  return Number(first) >= 10 ? first : `${first}.${second}`;
}

function tooSmall({ needed, free, place }: { readonly needed: number; readonly free: number; readonly place: string }) {
  return new RecoverError("does-not-fit", `the copy needs ${bytesText(needed)}, and ${bytesText(free)} are free`, {
    remedy: "Name a directory on a larger disk with --input scratch=DIRECTORY.",
    place,
    effect: "none",
  });
}
