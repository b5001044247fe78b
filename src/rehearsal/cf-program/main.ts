/** The box's `cf` as a process: `box:cf CLOCK WORD…`, CLOCK as `installCfProgram` writes it. */
import { type BoxClock, shown } from "../box/clock.ts";
import { answerCf } from "./program.ts";

export async function main([clock = "", ...words]: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await answerCf({ env: process.env, words }, () =>
    shown(JSON.parse(clock) as BoxClock),
  );
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
}
