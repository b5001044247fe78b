/** The box's `cf` as a process: `box:cf CLOCK WORD…`, CLOCK as `installCfProgram` writes it. */
import { runCf } from "./program.ts";
import { shownTime } from "./clock.ts";

export async function main([clock = "", ...words]: readonly string[]): Promise<void> {
  const streams = {
    out: (text: string) => process.stdout.write(text),
    err: (text: string) => process.stderr.write(text),
  };
  process.exitCode = await runCf(words, streams, () => shownTime(clock, Date.now()));
}
