import { EXIT } from "../errors.js";
import { verifyJournal } from "../journal/verification.js";
import { createOutput } from "../ui/output.js";
import { secrets } from "./failure.js";
import type { GlobalArguments } from "./options.js";
import { openStateDirectory } from "./state.js";

export async function journalVerify(
  given: GlobalArguments & { readonly run: string; readonly head?: string | undefined },
): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const directory = openStateDirectory({ stateDir: given["state-dir"] });
  const { error, ...found } = verifyJournal(directory.directoryOf(directory.find(given.run)), given.head);
  if (error !== undefined) throw error;
  if (given.json)
    output.json({ schema: "dingo-recover/journal-verify@1", ...found, endProved: given.head !== undefined });
  else {
    output.line(`${found.file}: the chain holds, ${found.lines} lines`, "good");
    if (found.tornBytes > 0)
      output.line(`a torn last line of ${found.tornBytes} bytes is moved aside by the next resume`, "warn");
    output.line(`head: ${found.head}`);
    output.line(
      given.head === undefined
        ? "A tail that was cut off, or a chain that was written anew, is found only against the head that was printed at a stop: --head HASH."
        : "That is the head that was given: nothing was cut off, and nothing was written anew.",
    );
  }
  return await Promise.resolve(EXIT.done);
}
