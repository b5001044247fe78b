/** The PostgreSQL of this machine, and the room for a copy: for runs that make one. */
import { bytesText } from "../../kit/text/bytes.ts";
import type { ScratchDatabases } from "../../ports/scratch-database.ts";
import { ok } from "./check.ts";
import type { Looks } from "./looks.ts";

/** Disk space that a copy needs beside the database itself (src/archive/actions/scratch/machine.ts). */
const LEAST_BYTES = 512 * 1024 * 1024;

export async function examinePostgres(
  looks: Looks,
  scratch: ScratchDatabases,
  { programs, place }: { readonly programs: string; readonly place: string },
): Promise<void> {
  const found = await looks.aside("postgres.programs", "the PostgreSQL of this machine", () =>
    scratch.programs(programs),
  );
  if (found !== undefined) {
    const { postgres, postgresPath, pgDump, account, sandbox } = found;
    looks.say(
      "postgres.programs",
      ok(`PostgreSQL ${postgres} (${postgresPath}), pg_dump ${pgDump}; it runs as ${account}`),
    );
    looks.say("postgres.sandbox", ok(`a restored database runs in ${sandbox}`));
  }
  const bytes = await looks.aside("postgres.room", `room at ${place}`, () => scratch.freeBytes(place));
  if (bytes === undefined) return;
  const text = `${bytesText(bytes)} free at ${place}`;
  looks.say(
    "postgres.room",
    bytes >= LEAST_BYTES
      ? ok(text)
      : {
          state: "failed",
          code: "does-not-fit",
          text,
          means: "No copy of a database fits there: the run is refused before anything is fetched.",
          mend: "Make room, or name another directory with --input scratch=DIRECTORY.",
        },
  );
}
