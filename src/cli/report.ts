import { writeFileSync } from "node:fs";
import { EXIT, RecoverError } from "../errors.js";
import { reportMarkdown } from "../report/markdown.js";
import { reasonOf } from "../journal/durable.js";
import { verifyJournal } from "../journal/verification.js";
import { quoted } from "../printable.js";
import { createOutput } from "../ui/output.js";
import { batchStateOf, reportedBatch } from "./batch-state.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { readOnce } from "./read-once.js";
import { openStateDirectory } from "./state.js";

export async function report(
  given: GlobalArguments & { readonly run: string; readonly output?: string | undefined },
): Promise<number> {
  const screen = createOutput({ secrets, color: given.color });
  const directory = openStateDirectory({ stateDir: given["state-dir"] });
  const run = directory.find(given.run);
  const { entries, head } = directory.read(run);
  const holds = verifyJournal(directory.directoryOf(run)).ok;
  const batch = batchStateOf(readOnce(directory), entries);
  const text = reportMarkdown(
    entries,
    { holds, head },
    { batch: batch === undefined ? undefined : reportedBatch(batch) },
  );
  if (given.output !== undefined) {
    write(given.output, secrets.mask(text));
    screen.error(`written to ${given.output}`);
  }
  if (given.json)
    screen.json({ schema: "dingo-recover/report@1", run, head, chainHolds: holds, format: "markdown", text });
  else if (given.output === undefined) for (const line of text.split("\n")) screen.line(line);
  return await Promise.resolve(EXIT.done);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600 });
  } catch (cause) {
    throw new RecoverError("usage", `${quoted(file)} cannot be written: ${reasonOf(cause)}`, {
      remedy: "Name a file with -o that can be written, or leave -o out: then the report goes to stdout.",
      place: file,
      cause,
      effect: "none",
    });
  }
}
