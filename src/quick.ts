/**
 * What needs next to nothing of the tool and is wanted at once: `discover` in log files. Bundled into one file
 * (build/bundle.mjs), which bin.cts tries first.
 */
import { DirectSink } from "./cli/direct-sink.js";
import { linger, toItsEnd } from "./cli/manners.js";
import { quickDiscover, readQuestion } from "./cli/quick-discover.js";
import { REHEARSAL_VARIABLE } from "./rehearsal/variable.js";

/** False where `main` has to see to it, before anything was done: in a rehearsal, and for all other command lines. */
export async function quick(words: readonly string[]): Promise<boolean> {
  const asked = process.env[REHEARSAL_VARIABLE] === undefined ? readQuestion(words) : undefined;
  if (asked === undefined) return false;
  const streams = { stdout: new DirectSink(1), stderr: new DirectSink(2) };
  try {
    process.exitCode = await toItsEnd(() => quickDiscover(asked, streams));
  } finally {
    linger();
  }
  // Nothing is on its way: Node takes longer to take itself apart than a small log takes to search.
  if (streams.stdout.isDirect && streams.stderr.isDirect) process.exit();
  return true;
}
