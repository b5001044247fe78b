import { writeFile } from "node:fs/promises";
import { RecoverError } from "../errors.js";
import { parseTime } from "../time.js";
import { createOutput } from "../ui/output.js";
import { archiveVerify as verify, type Progress } from "./archive-verification.js";
import type { VerifyArguments } from "./archive-options.js";
import { secrets } from "./failure.js";
import { LookRate } from "../ui/look-rate.js";
import type { GlobalArguments } from "./options.js";
import { withStore } from "./with-store.js";

export async function archiveVerify(
  given: GlobalArguments & VerifyArguments & { readonly location: string },
): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const { document, lines, exitCode, svg } = await withStore(given, (ports) => {
    const time = (text: string | undefined): Date | undefined =>
      text === undefined ? undefined : parseTime(text, ports.clock.now()).at;
    const rate = new LookRate(ports.clock, (line) => output.error(line));
    return verify({
      store: ports.store,
      location: given.location,
      reader: given.reader,
      timeline: given.timeline,
      depth: given.deep,
      targetTime: time(given["target-time"]),
      deletedAt: time(given["deleted-at"]),
      now: ports.clock.now(),
      progress: rate.progress satisfies Progress,
      screen: { width: Math.min(output.columns, 120), unicode: output.isTerminal && speaksUnicode(process.env) },
    });
  });
  if (given.svg !== undefined) await write(given.svg, svg());
  if (given.json) output.json(document);
  else for (const line of lines) output.line(line);
  return exitCode;
}

/** A dumb terminal, a file and a locale without UTF-8 get the picture in ASCII. */
function speaksUnicode({ TERM, LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== "") ?? "";
  return TERM !== "dumb" && /utf-?8/i.test(locale);
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw new RecoverError("usage", `the picture cannot be written to "${file}"`, {
      remedy: "Give --svg a file in a directory that exists and can be written.",
      place: file,
      effect: "none",
      cause: error,
    });
  }
}
