/**
 * Notes which server runs in a sandbox, so that a later process can find it. The server could have written any file of
 * its data directory, so the note lies beside that directory, and no program inside can see it.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { livenessOf, type ProcessIdentity, processOf, thisProcess } from "../../../kit/process/process-identity.ts";

const identity = z.object({
  host: z.string(),
  pid: z.number().int().min(2),
  started: z.string().nullable(),
  namespace: z.string().exactOptional(),
});
/** The tool itself is process 1 in a container that runs nothing else. */
const keeper = identity.extend({ pid: z.number().int().min(1) });
const note = z.object({ server: identity, keeper });

const noteOf = (place: string): string => join(place, "sandbox.json");

/** `pid`: of the first process inside, as this machine counts. */
export function noteServer(place: string, pid: number): void {
  const own = `${noteOf(place)}.new`;
  writeFileSync(own, JSON.stringify({ server: processOf(pid), keeper: thisProcess() }), { mode: 0o600 });
  renameSync(own, noteOf(place));
}

/** Forgets the note when the last server at the place runs without a sandbox. */
export const forgetServer = (place: string): void => rmSync(noteOf(place), { force: true });

export interface Noted {
  readonly server: ProcessIdentity;
  readonly isAlive: boolean;
  /** The process that began it is dead, so that the server is about to end. */
  readonly isOrphan: boolean;
}

/**
 * Undefined if no sandbox was ever begun. A server without a start time had ended before it could be noted: who has its
 * number now is a stranger.
 */
export function notedServer(place: string): Noted | undefined {
  const found = readNote(noteOf(place));
  if (found === undefined) return undefined;
  const { server } = found;
  return {
    server,
    isAlive: server.started !== null && livenessOf(server) === "alive",
    isOrphan: livenessOf(found.keeper) === "dead",
  };
}

function readNote(path: string): z.infer<typeof note> | undefined {
  try {
    return note.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/**
 * `at-once` ends the first process inside, and the kernel everything else there. `fast` asks the server, as PostgreSQL's
 * "Shutting Down the Server" says; it is the first process inside.
 */
export function signalNoted({ server, isAlive }: Noted, how: "fast" | "at-once"): void {
  if (!isAlive) return;
  try {
    process.kill(server.pid, how === "fast" ? "SIGINT" : "SIGKILL");
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "ESRCH")) throw thrown;
  }
}
