/** The result of `archive restore` on an archive, started by a real PostgreSQL just as it lies there. */
import { rm } from "node:fs/promises";
import { archiveRestore, type ArchiveRestoreDocument } from "../../../src/cli/commands/archive/archive-restore-core.ts";
import { systemClock } from "../../../src/kit/clock/system-clock.ts";
import { RecoverError } from "../../../src/errors.ts";
import type { Archives } from "./archives.ts";
import { storeOf } from "./judge.ts";
import { Postgres } from "./postgres.ts";
import { type Looked, looked } from "./restore.ts";
import type { Snapshot } from "./snapshot.ts";

/** A data directory that is not started; it is removed with the workshop. */
export interface OwnDirectory {
  readonly server: Postgres;
  readonly document: ArchiveRestoreDocument;
}

export async function restoreByOwnReader(
  { workshop }: Archives,
  snapshot: Snapshot,
  targetTime?: Date,
): Promise<OwnDirectory> {
  const { made, prefix } = snapshot;
  const { archiver, version } = made;
  const home = await workshop.toolsFolder();
  const server = new Postgres({ workshop, archiver, version }, home, "data");
  const { document } = await archiveRestore({
    store: storeOf(workshop.objects),
    clock: systemClock(),
    source: `s3://${workshop.objects.bucket}/${prefix}`,
    directory: server.data,
    targetTime,
  });
  await workshop.ownAll(home);
  return { server, document };
}

/** The server's rows and the tool's words, or the code of the refusal. */
export type OwnOutcome =
  | (Looked & { readonly refused: undefined; readonly document: ArchiveRestoreDocument; readonly log: string })
  | { readonly refused: string };

export async function ownOutcome(archives: Archives, snapshot: Snapshot, targetTime?: Date): Promise<OwnOutcome> {
  try {
    const { server, document } = await restoreByOwnReader(archives, snapshot, targetTime);
    try {
      await server.start();
      return { refused: undefined, document, log: await server.said(), ...(await looked(server)) };
    } finally {
      await server.stop("SIGQUIT");
      await rm(server.home, { recursive: true, force: true });
    }
  } catch (error) {
    if (error instanceof RecoverError) return { refused: error.code };
    throw error;
  }
}
