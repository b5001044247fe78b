import { createOutput } from "../ui/output.js";
import { archiveCopy as copy, type ArchiveCopyIntent, coldLines } from "./archive-copying.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { withStore } from "./with-store.js";

/** Creates objects, overwrites and deletes none: on a terminal it asks once, in a script it goes on. */
export async function archiveCopy(
  given: GlobalArguments & { readonly source: string; readonly destination: string },
): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const asks = !given.json && process.stdin.isTTY && output.isTerminal;
  const approve = async (intent: ArchiveCopyIntent): Promise<boolean> => {
    const { promptingOperator } = await import("../ui/prompts.js");
    const answer = await promptingOperator(output).ask({
      kind: "confirm",
      id: "copy",
      prompt: `Copy ${intent.objects} objects to ${intent.destination}?`,
      why: "The source is only read; nothing at the destination is overwritten.",
      details: [`${intent.bytes} bytes, ${intent.alreadyThere} objects are there already`, ...coldLines(intent)],
    });
    return answer?.value === "yes";
  };
  const { document, lines, exitCode } = await withStore(given, (ports) =>
    copy({
      store: ports.store,
      clock: ports.clock,
      source: given.source,
      destination: given.destination,
      shared: ports.shared,
      signal: ports.signal,
      ...(asks ? { approve } : {}),
    }),
  );
  if (given.json) output.json(document);
  else for (const line of lines) output.line(line);
  return exitCode;
}
