/**
 * As `withPorts`, for commands that only ask the object store. Parts for other systems are not loaded, unless the way
 * to the store leads through the gateway.
 */
import { systemClock } from "../../kit/clock/system-clock.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ArchiveStore } from "../../ports/object-store.ts";
import { REHEARSAL_VARIABLE } from "../../rehearsal/variable.ts";
import type { SharedPlace } from "../../ports/shared-place.ts";
import { openStore } from "../../wiring/store-wiring.ts";
import { createOutput } from "../screen/output.ts";
import { configOf } from "./configuration.ts";
import { secrets } from "../process/failure.ts";
import type { GlobalArguments } from "../options/options.ts";
import { watchSignals } from "../process/signals.ts";

export interface StorePorts {
  readonly clock: Clock;
  readonly store: ArchiveStore;
  /** A folder of the store for small objects, outside every archive. */
  readonly shared: (at: { readonly bucket: string; readonly prefix: string }) => SharedPlace;
  readonly signal: AbortSignal;
}

const ONCE_MORE = "Run the same command again: what is copied or restored already is not done twice.";

/** `remedy`: told to the operator who stopped it. */
export async function withStore<T>(
  given: GlobalArguments,
  work: (opened: StorePorts) => Promise<T>,
  remedy = ONCE_MORE,
): Promise<T> {
  const config = await configOf(given, ["s3"]);
  const output = createOutput({ secrets, color: given.color });
  if (config.s3.viaGateway === true) {
    const { withPorts } = await import("./with-ports.ts");
    return withPorts(given, config, (wired, signal) => {
      const { clock, store } = wired.ports;
      return work({ clock, store, shared: (at) => wired.shared(at), signal });
    });
  }
  const rehearsed = process.env[REHEARSAL_VARIABLE] !== undefined;
  const mode = rehearsed ? (await import("../process/rehearsal-mode.ts")).readRehearsalMode(process.env) : undefined;
  const stopper = watchSignals((text) => output.error(text), false, remedy);
  const clock = systemClock(mode?.clock);
  const { signal } = stopper;
  const opened = openStore({
    config,
    env: process.env,
    secrets,
    clock,
    signal,
    loopbackOnly: mode !== undefined,
    readsUntil: signal,
  });
  try {
    return await work({ clock, store: opened.store, shared: (at) => opened.store.shared(at), signal });
  } finally {
    opened.close();
    stopper.release();
  }
}
