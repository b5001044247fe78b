import { writeFileSync } from "node:fs";
import { EXIT } from "../errors.js";
import { reportMarkdown } from "../report/markdown.js";
import { verifyJournal } from "../journal/verification.js";
import { createOutput } from "../ui/output.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { openStateDirectory } from "./state.js";

export async function report(
  given: GlobalArguments & { readonly run: string; readonly output?: string | undefined },
): Promise<number> {
  const screen = createOutput({ secrets, color: given.color });
  const directory = openStateDirectory({ stateDir: given["state-dir"] });
  const run = directory.find(given.run);
  const { entries, head } = directory.read(run);
  const text = reportMarkdown(entries, { holds: verifyJournal(directory.directoryOf(run)).ok, head });
  if (given.output === undefined) for (const line of text.split("\n")) screen.line(line);
  else {
    writeFileSync(given.output, secrets.mask(text), { mode: 0o600 });
    screen.error(`written to ${given.output}`);
  }
  return await Promise.resolve(EXIT.done);
}
