import { bytesText } from "../../../kit/text/bytes.ts";
import { counted } from "../../../kit/text/counted.ts";
import { createOutput } from "../../screen/output.ts";
import { copyRate } from "../../screen/rate.ts";
import { archiveCopy, type ArchiveCopyIntent, coldLines } from "./archive-copy-core.ts";
import type { CopyArguments } from "../../options/archive-options.ts";
import { secrets } from "../../process/failure.ts";
import type { GlobalArguments } from "../../options/options.ts";
import { parseDuration } from "../../../kit/text/time.ts";
import { withStore } from "../../session/with-store.ts";

export type CopyQuestion = GlobalArguments & CopyArguments & { readonly source: string; readonly destination: string };

/** Creates objects, overwrites and deletes none: on a terminal it asks once, in a script it goes on. */
export async function copyCommand(given: CopyQuestion): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const patienceMs = parseDuration(given.patience);
  const asks = !given.json && process.stdin.isTTY && output.isTerminal;
  const approve = async (intent: ArchiveCopyIntent): Promise<boolean> => {
    const { consentOutsideRuns } = await import("../../process/outside-runs.ts");
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
    return answer?.value === "yes";
  };
  const { document, lines, exitCode } = await withStore(given, ({ store, clock, shared, signal }) => {
    const tell = (line: string): void => output.error(line);
    return archiveCopy({
      ...{ store, clock, shared, signal },
      source: given.source,
      destination: given.destination,
      patienceMs,
      lost: ({ message }) =>
        tell(`${message}: it is looked for and sent again, for up to ${given.patience} without a copy that ends well`),
      progress: copyRate(clock, tell),
      ...(asks ? { approve } : {}),
    });
  });
  if (given.json) output.json(document);
  else for (const line of lines) output.line(line);
  return exitCode;
}
