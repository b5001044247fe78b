import { EXIT, refuse } from "../../errors.ts";
import { verifyJournal } from "../../engine/journal/verification.ts";
import { quoted } from "../../kit/text/printable.ts";
import { createOutput } from "../screen/output.ts";
import { secrets } from "../process/failure.ts";
import { requireNotLost } from "../runs/never-began.ts";
import type { GlobalArguments } from "../options/options.ts";
import { openStateDirectory } from "../process/state.ts";

export async function journalVerify(
  given: GlobalArguments & { readonly run: string; readonly head?: string | undefined },
): Promise<number> {
  if (given.head !== undefined) requireHash(given.head);
  const output = createOutput({ secrets, color: given.color });
  const directory = openStateDirectory({ stateDir: given["state-dir"] });
  const run = directory.find(given.run);
  const { error, ...found } = verifyJournal(directory.directoryOf(run), given.head);
  if (error !== undefined) throw error;
  if (found.lines === 0) requireNotLost(directory, run, []);
  const isSigned = directory.read(run).entries.some((entry) => entry.type === "approved" && entry.second !== undefined);
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
    if (isSigned)
      output.line("Two persons' signatures stand in it, of a former version: they are not looked at.", "warn");
  }
  return EXIT.done;
}

/** A part of one would prove nothing, and what is no hash is nobody's damage. */
function requireHash(head: string): void {
  if (/^[0-9a-f]{64}$/iu.test(head)) return;
  throw refuse("usage", `--head ${quoted(head)} is no hash of a journal line`).advise(
    "Give all 64 hexadecimal digits, as they were printed at the stop.",
  );
}
