/** One process at work on one run: wiring, lease, left-overs, engine, and the way out after any error. */
import type { RunProgram } from "../../kit/spawn/spawn.ts";
import type { Config } from "../../config/settings/config.ts";
import type { EventSink } from "../../engine/state/event.ts";
import type { EngineOptions, RunResult } from "../../engine/state/options.ts";
import { asRecoverError } from "../../errors.ts";
import { evaluate } from "../../engine/expression/expression.ts";
import type { Journal } from "../../engine/journal/journal.ts";
import type { Locks } from "../../engine/journal/key-locks.ts";
import { optional } from "../../kit/optional.ts";
import { orAborted } from "../../kit/or-aborted.ts";
import type { DrillTimes } from "../../ports/settings.ts";
import { resolve } from "../../engine/runbook/resolve.ts";
import { type WiringOptions, wire } from "../../wiring/wiring.ts";
import { HeldRun, type LeaseTerms } from "./held-run.ts";

export interface Work
  extends Pick<
    EngineOptions,
    "runbook" | "clock" | "operator" | "secrets" | "flags" | "carrier" | "signal" | "sink" | "stopRequested"
  > {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly loopbackOnly: boolean;
  readonly runCf?: RunProgram;
  readonly runDocker?: RunProgram;
  readonly placed?: NonNullable<WiringOptions["placed"]>;
  /** Closed at the end. */
  readonly journal: Journal;
  readonly locks: Locks;
  /** Absent: nothing guards the run across machines. */
  readonly lease?: LeaseTerms;
  /** The times of the last drill here; undefined if none has come to its end. Absent: nothing is known of drills. */
  readonly drill?: () => DrillTimes | undefined;
  /** Systems are reached before they are asked. */
  readonly warmUp: boolean;
  /** For people, beside the events. */
  readonly tell: (text: string) => void;
  /** The engine has ended, and connections stand still. */
  readonly ended?: () => Promise<void>;
}

/** Errors: those of the wiring and of the lease; what the engine meets is in its result. */
export async function carryRun(work: Work, engine: (options: EngineOptions) => Promise<RunResult>): Promise<RunResult> {
  const {
    config,
    env,
    loopbackOnly,
    runCf,
    runDocker,
    placed,
    journal,
    locks,
    lease,
    drill,
    warmUp,
    tell,
    ended,
    ...given
  } = work;
  const { secrets, clock, operator, signal, carrier } = given;
  const held = new HeldRun(journal, locks);
  const tellIfAny = (text: string | undefined): void => (text === undefined ? undefined : tell(text));
  let closeRest = (): Promise<void> => Promise.resolve();
  try {
    const { recorder } = held;
    const reach = { config, env, secrets, clock, recorder, operator, signal, loopbackOnly };
    const programs = { ...optional("runCf", runCf), ...optional("runDocker", runDocker) };
    const wired = await wire({ ...reach, asksForSandbox: true, ...programs, ...optional("placed", placed) });
    closeRest = () => wired.close({ takenOver: held.isLost });
    if (lease !== undefined)
      tellIfAny(await untilAborted(signal, held.take(wired, lease, carrier), () => held.letGo()));
    for (const text of await wired.cleanLeftOvers())
      tell(`left over from an earlier process: the temporary SSH user ${text}`);
    const result = await engine({
      ...given,
      ...(warmUp ? { sink: warmingUp(given.sink, () => wired.warmUp()) } : {}),
      ports: {
        ...wired.ports,
        clock,
        settings: { ...wired.ports.settings, ...optional("drill", drill) },
      },
      journal: held.journal,
      locks: held.locks,
      // Wrapped: what evaluates takes a while to load, and a run's first screen needs none of it.
      evaluator: { evaluate: (expression, scope) => evaluate(expression, scope), resolve },
      beforeEnd: () => wired.logOut(),
    });
    tellIfAny(await held.letGo(result.outcome));
    await ended?.();
    return result;
  } finally {
    tellIfAny(await held.letGo());
    // A run that was refused before it began ends without `beforeEnd`; an open connection would keep the process alive.
    await closeRest().catch((thrown: unknown) => {
      const { code, message } = asRecoverError(thrown);
      // That it was taken over was said, and what it left open is its successor's to remove.
      if (code !== "fenced") tell(`closing down: ${message}`);
    });
    await journal.close();
  }
}

/** Waits for `work` or for an abort, whose reason is thrown. `late` puts right what is done after that. */
const untilAborted = <T>(signal: AbortSignal, work: Promise<T>, late: () => Promise<unknown>): Promise<T> =>
  orAborted(signal, work, (reject) => {
    work.then(late, () => undefined);
    reject(asRecoverError(signal.reason));
  });

/** Until then a screen is drawn: what comes later takes the processor from it for as long as all that came before. */
const DRAWN_MS = 100;

/** Once somebody is asked or a step is at work, which leaves the processor to us. */
function warmingUp(sink: EventSink, warmUp: () => void): EventSink {
  let isDue = true;
  return (event) => {
    sink(event);
    if (!isDue || (event.type !== "question" && event.type !== "step-began")) return;
    isDue = false;
    setTimeout(warmUp, DRAWN_MS).unref();
  };
}
