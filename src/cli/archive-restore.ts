import { passedOverText } from "../archive/restore/fallback.js";
import type { RestoreProgress } from "../archive/restore/restore.js";
import { parseTime } from "../time.js";
import { createOutput } from "../ui/output.js";
import { pausable } from "../ui/pausable.js";
import { RestoreRate } from "../ui/restore-rate.js";
import { readsKeys } from "../ui/terminal.js";
import { archiveRestore as restore } from "./archive-restoring.js";
import { secrets } from "./failure.js";
import type { ArchiveRestoreArguments, GlobalArguments } from "./options.js";
import { withDecryption } from "./with-decryption.js";
import { withStore } from "./with-store.js";

/** Asks nothing: it writes only where nothing is. */
export async function archiveRestore(given: GlobalArguments & ArchiveRestoreArguments): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const { document, lines, exitCode } = await withStore(given, ({ signal, ...ports }) =>
    withDecryption(given, signal, async (decryption) => {
      const typed = given["target-time"];
      const target = typed === undefined ? undefined : parseTime(typed, ports.clock.now());
      if (target?.bare === true) output.error(`--target-time is read as ${target.text}`);
      const keys = !given.json && !ports.asks && readsKeys() && process.stderr.isTTY;
      const held = keys ? pausable(ports.clock, (line) => output.error(line)) : undefined;
      const { clock = ports.clock } = held?.gate ?? {};
      const rate = new RestoreRate(clock, held?.tell ?? ((line) => output.error(line)));
      held?.open();
      try {
        return await restore({
          store: ports.store,
          decryption,
          clock,
          gate: held?.gate,
          source: given.source,
          directory: given.directory,
          targetTime: target?.at,
          base: given.base,
          passedOver: (passed) => output.error(passedOverText(passed)),
          signal,
          progress: (progress: RestoreProgress) => rate.progress(progress),
        });
      } finally {
        await held?.close();
      }
    }),
  );
  if (given.json) output.json(document);
  else for (const line of lines) output.line(line);
  return exitCode;
}
