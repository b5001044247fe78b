/** The box's `cf` as a process: `main CLOCK WORD…`, CLOCK as `installCfProgram` writes it. */
import { runCf } from "./program.ts";
import { shownTime } from "./clock.ts";

const [clock = "", ...words] = process.argv.slice(2);

const streams = {
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
};
// A program that waited at its top level could not be put into the single executable.
void runCf(words, streams, () => shownTime(clock, Date.now())).then((code) => {
  process.exitCode = code;
});
