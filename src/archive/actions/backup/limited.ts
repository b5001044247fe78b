/** Work with a limit by the clock: a restore or a recovery that does not come to its end must end, and say that it did. */
import type { Context } from "../../../action.ts";
import type { Keeper } from "../scratch/while-running.ts";

/**
 * What `work` is given stops at the first sign of progress behind the limit, with `late` for its reason, or when the run is
 * stopped. Silence has limits of its own, in the adapters.
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
    // Whatever the abort broke off: the reason is the limit.
    if (over.signal.aborted && !context.signal.aborted) throw over.signal.reason;
    throw thrown;
  }
}
