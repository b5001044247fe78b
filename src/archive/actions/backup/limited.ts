/** Work with a limit by the clock: a restore or a recovery that does not come to its end must end, and say that it did. */
import type { Context } from "../../../action.ts";
import type { Keeper } from "../scratch/while-running.ts";

/**
 * Runs `work` until the first sign of progress after `ms`, or until the run is stopped. The signal that `work` gets is
 * then aborted, and `late` gives the reason. The adapters have their own limits for silence.
 */
export async function limited<T>(
  context: Context,
  { ms, late }: { readonly ms: number; readonly late: () => Error },
  work: (within: Keeper) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const { clock } = context.ports;
  const until = clock.monotonicMs() + ms;
  try {
    return await work({
      ports: context.ports,
      signal: AbortSignal.any([context.signal, over.signal]),
      progress: (progress) => {
        if (clock.monotonicMs() > until) over.abort(late());
        context.progress(progress);
      },
      beforeEffect: () => context.beforeEffect(),
    });
  } catch (thrown) {
    // The abort may have raised any error: the reason is the limit.
    if (over.signal.aborted && !context.signal.aborted) throw over.signal.reason;
    throw thrown;
  }
}
