import { passedOverText } from "../../../archive/restore/fallback.ts";
import type { RestoreProgress } from "../../../archive/restore/restore.ts";
import { parseTime } from "../../../kit/text/time.ts";
import { createOutput } from "../../screen/output.ts";
import { restoreRate } from "../../screen/rate.ts";
import { archiveRestore } from "./archive-restore-core.ts";
import { secrets } from "../../process/failure.ts";
import type { ArchiveRestoreArguments, GlobalArguments } from "../../options/options.ts";
import { withDecryption } from "../../session/with-decryption.ts";
import { withStore } from "../../session/with-store.ts";

/** Asks nothing: it writes only to a free place. */
export async function restoreCommand(given: GlobalArguments & ArchiveRestoreArguments): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const { document, lines, exitCode } = await withStore(given, ({ signal, clock, store }) =>
    withDecryption(given, signal, async (decryption) => {
      const typed = given["target-time"];
      const target = typed === undefined ? undefined : parseTime(typed, clock.now());
      if (target?.bare === true) output.error(`--target-time is read as ${target.text}`);
      const rate = restoreRate(clock, (line) => output.error(line));
      return await archiveRestore({
        store,
        decryption,
        clock,
        source: given.source,
        directory: given.directory,
        targetTime: target?.at,
        base: given.base,
        passedOver: (passed) => output.error(passedOverText(passed)),
        signal,
        progress: rate satisfies (progress: RestoreProgress) => void,
      });
    }),
  );
  if (given.json) output.json(document);
  else for (const line of lines) output.line(line);
  return exitCode;
}
