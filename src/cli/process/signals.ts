/**
 * Ctrl-C asks once, by saying what a second one does; the second stops at once and safely (130). SIGTERM and a closed
 * terminal stop at once.
 */
import { setMaxListeners } from "node:events";
import { giveUp } from "../../errors.ts";

export interface Stopper {
  readonly signal: AbortSignal;
  /** Stops the work for another reason than a signal. */
  stop(reason: unknown): void;
  /** Takes the handlers away again. */
  release(): void;
}

/**
 * Around a batch, and between its runs, where a stop is one at once. A run that asks hears Ctrl-C itself, and it may be the
 * first of two.
 */
export function watchBetween(asks: boolean): Stopper {
  const controller = stopController();
  const stop = (): void => controller.abort();
  const onInterrupt = (): void => {
    if (!asks || process.listenerCount("SIGINT") === 1) stop();
  };
  process.on("SIGINT", onInterrupt).on("SIGTERM", stop).on("SIGHUP", stop);
  return {
    signal: controller.signal,
    stop,
    release: () => {
      process.off("SIGINT", onInterrupt).off("SIGTERM", stop).off("SIGHUP", stop);
    },
  };
}

/** Hundreds of calls may listen to the stop: Node takes more than ten listeners for a leak, and prints so. */
function stopController(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

const GOES_ON =
  "Ctrl-C once more stops at the next safe place: nothing is lost, and the run can be resumed. Until then it goes on.";
const STOPPING =
  "Stopping: what is under way has a few seconds to end, and is looked at again when the run is resumed.";

const RESUMED = "A step that was running is looked at again when the run is resumed.";

/**
 * `asks`: somebody reads what is said; otherwise the first Ctrl-C stops as well. `remedy` is a run's by default. `ended`:
 * the end was told, and nothing that Ctrl-C could stop goes on; it still breaks off what is put away.
 */
export function watchSignals(
  say: (text: string) => void,
  asks: boolean,
  remedy = RESUMED,
): Stopper & { ended(): void } {
  const controller = stopController();
  let told = say;
  const stop = (name: string): void => {
    controller.abort(giveUp("interrupted", `stopped by ${name}`).advise(remedy));
  };
  let asked = false;
  const onInterrupt = (): void => {
    if (controller.signal.aborted) return;
    if (!asks) return stop("Ctrl-C");
    told(asked ? STOPPING : GOES_ON);
    if (asked) stop("Ctrl-C");
    asked = true;
  };
  const onTerminate = (): void => stop("SIGTERM");
  const onHangUp = (): void => stop("SIGHUP");
  process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate).on("SIGHUP", onHangUp);
  return {
    signal: controller.signal,
    stop: (reason) => controller.abort(reason),
    ended: () => {
      told = () => undefined;
    },
    release: () => {
      process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate).off("SIGHUP", onHangUp);
    },
  };
}
