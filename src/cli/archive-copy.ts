import { bytesText } from "../bytes.js";
import { counted } from "../counted.js";
import { optimizeLittle } from "../optimizing.js";
import { CopyRate } from "../ui/copy-rate.js";
import { createOutput, type Output } from "../ui/output.js";
import type { Pausable } from "../ui/pausable.js";
import { readsKeys } from "../ui/terminal.js";
import type { Clock } from "../ports/clock.js";
import { archiveCopy as copy, type ArchiveCopyIntent, coldLines } from "./archive-copying.js";
import type { CopyArguments } from "./archive-options.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { parseDuration } from "../time.js";
import { withStore } from "./with-store.js";

export type CopyQuestion = GlobalArguments & CopyArguments & { readonly source: string; readonly destination: string };

/** Creates objects, overwrites and deletes none: on a terminal it asks once, in a script it goes on. */
export async function archiveCopy(given: CopyQuestion): Promise<number> {
  // Requests run a thousand functions some thousand times each: to compile them takes a seventh of 2,000 objects' time.
  optimizeLittle();
  const output = createOutput({ secrets, color: given.color });
  const patienceMs = parseDuration(given.patience);
  const asks = !given.json && process.stdin.isTTY && output.isTerminal;
  let held: Pausable | undefined;
  const approve = async (intent: ArchiveCopyIntent): Promise<boolean> => {
    const { consentOutsideRuns } = await import("./outside-runs.js");
    const answer = await consentOutsideRuns(output).ask({
      kind: "confirm",
      id: "copy",
      prompt: `Copy ${counted(intent.objects, "object")} to ${intent.destination}?`,
      why: "The source is only read; nothing at the destination is overwritten.",
      details: [
        `${bytesText(intent.bytes)}, ${counted(intent.alreadyThere, "object")} of them there already`,
        ...coldLines(intent),
      ],
    });
    if (answer?.value !== "yes") return false;
    held?.open();
    return true;
  };
  const { document, lines, exitCode } = await withStore(given, async (ports) => {
    held = asks && !ports.asks && readsKeys() ? await pausableOn(ports.clock, output) : undefined;
    const { clock = ports.clock } = held?.gate ?? {};
    const tell = held?.tell ?? ((line: string) => output.error(line));
    try {
      return await copy({
        store: ports.store,
        clock,
        gate: held?.gate,
        source: given.source,
        destination: given.destination,
        shared: ports.shared,
        signal: ports.signal,
        patienceMs,
        lost: ({ message }) =>
          tell(
            `${message}: it is looked for and sent again, for up to ${given.patience} without a copy that ends well`,
          ),
        progress: new CopyRate(clock, tell).progress,
        ...(asks ? { approve } : {}),
      });
    } finally {
      await held?.close();
    }
  });
  if (given.json) output.json(document);
  else for (const line of lines) output.line(line);
  return exitCode;
}

/** Loaded on a terminal alone. */
async function pausableOn(clock: Clock, output: Output): Promise<Pausable> {
  const { pausable } = await import("../ui/pausable.js");
  return pausable(clock, (line) => output.error(line));
}
