import { growLittle } from "../../../kit/process/optimizing.ts";
import type { Decryption } from "../../../ports/decryption.ts";
import { parseTime } from "../../../kit/text/time.ts";
import { createOutput, type Output } from "../../screen/output.ts";
import { type ArchiveVerifyResult, archiveVerify, type Progress } from "./archive-verify-core.ts";
import type { VerifyArguments } from "../../options/archive-options.ts";
import { secrets } from "../../process/failure.ts";
import { writeOwnText } from "../../process/own-text.ts";
import { lookRate } from "../../screen/rate.ts";
import type { GlobalArguments } from "../../options/options.ts";
import { withDecryption } from "../../session/with-decryption.ts";
import { type StorePorts, withStore } from "../../session/with-store.ts";

const REMEDY = "Give --svg a file in a directory that exists and can be written.";

export type VerifyQuestion = GlobalArguments & VerifyArguments & { readonly location: string };

export async function verifyCommand(given: VerifyQuestion): Promise<number> {
  // The answers of a store are garbage once their rows are packed. A deep look is faster with a heap that grows as usual.
  if (given.deep === undefined) growLittle(70);
  const output = createOutput({ secrets, color: given.color });
  const { document, lines, exitCode, svg } = await withStore(
    given,
    (ports) => withDecryption(given, ports.signal, (decryption) => look(given, { ports, decryption, output })),
    "Run the same command again: it begins anew.",
  );
  if (given.svg !== undefined && writeOwnText(given.svg, svg(), REMEDY))
    output.error(`written to ${given.svg}, in place of the file that was there`);
  if (given.json) output.json(document);
  else for (const line of lines) output.line(line);
  return exitCode;
}

interface Looking {
  readonly ports: StorePorts;
  readonly decryption: Decryption | undefined;
  readonly output: Output;
}

async function look(given: VerifyQuestion, { ports, decryption, output }: Looking): Promise<ArchiveVerifyResult> {
  const { clock, signal, store } = ports;
  const now = clock.now();
  const time = (text: string | undefined): Date | undefined =>
    text === undefined ? undefined : parseTime(text, now).at;
  const times = { targetTime: time(given["target-time"]), deletedAt: time(given["deleted-at"]), now };
  const rate = lookRate(clock, (line) => output.error(line));
  const verified = await archiveVerify({
    ...times,
    store,
    decryption,
    location: given.location,
    reader: given.reader,
    timeline: given.timeline,
    depth: given.deep,
    progress: rate satisfies Progress,
    screen: { width: Math.min(output.columns, 120), unicode: output.isTerminal && speaksUnicode(process.env) },
  });
  // A look that was cut short tells nothing of the archive.
  signal.throwIfAborted();
  return verified;
}

/** A dumb terminal, a file and a locale without UTF-8 get the picture in ASCII. */
function speaksUnicode({ TERM, LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== "") ?? "";
  return TERM !== "dumb" && /utf-?8/i.test(locale);
}
