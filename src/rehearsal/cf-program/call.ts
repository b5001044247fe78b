/** One call of the box's `cf`, answered in the process of the box. */
import { runCf } from "./program.ts";

export interface CfCall {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly words: readonly string[];
}

export interface CfAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Never throws. `now` is the time that tokens are measured by. */
export async function answerCf({ env, words }: CfCall, now: () => number): Promise<CfAnswer> {
  let [stdout, stderr] = ["", ""];
  const streams = {
    env,
    out: (text: string) => {
      stdout += text;
    },
    err: (text: string) => {
      stderr += text;
    },
  };
  const code = await runCf(words, streams, now).catch((error: unknown) => {
    stderr += `panic: ${String(error)}\n`;
    return 2;
  });
  return { code, stdout, stderr };
}
