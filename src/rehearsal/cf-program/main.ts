/** The box's `cf` as a process: `main CLOCK WORD…`, CLOCK as `installCfProgram` writes it. */
import { runCf } from "./program.js";
import { shownTime } from "./clock.js";

const [clock = "", ...words] = process.argv.slice(2);

process.exitCode = await runCf(
  words,
  { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) },
  () => shownTime(clock, Date.now()),
);
