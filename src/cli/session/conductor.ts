/** The common part of `run`, `resume`, `undo` and `cleanup`: wiring, signals, and the way out. */
import { hostname } from "node:os";
import type { RunEvent } from "../../engine/state/event.ts";
import type { Carrier, EngineOptions, RunFlags, RunResult } from "../../engine/state/options.ts";
import { type Config, leaseText } from "../../config/settings/config.ts";
import type { Journal } from "../../engine/journal/journal.ts";
import type { Locks } from "../../engine/journal/key-locks.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { NO_HASH } from "../../engine/journal/line.ts";
import { loginName } from "../../kit/process/login-name.ts";
import { optional } from "../../kit/optional.ts";
import type { DrillTimes } from "../../ports/settings.ts";
import type { Runbook } from "../../engine/runbook/runbook.ts";
import { carryRun } from "./carry-run.ts";
import { withClosing } from "./ending.ts";
import { systemsOf } from "./configuration.ts";
import { secrets } from "../process/failure.ts";
import { watchSignals } from "../process/signals.ts";
import type { LeaseTerms } from "./held-run.ts";
import { sayForOwnActions } from "./own-console.ts";
import { LateFaults } from "./late-faults.ts";
import type { Stage } from "./stage.ts";
import { toolVersion } from "../process/tool-version.ts";

export interface Conduct {
  readonly stage: Stage;
  readonly runbook: Runbook;
  /** Has the journal; absent if that is thrown away. */
  readonly state?: StateDirectory;
  readonly journal: Journal;
  readonly locks: Locks;
  readonly flags: RunFlags;
  readonly config: Config;
  /** Absent: nothing guards the run across machines. */
  readonly lease?: LeaseTerms;
  /** The times of the last drill here; undefined if none has come to its end. Absent: nothing is known of drills. */
  readonly drill?: () => DrillTimes | undefined;
  /** Adds to each event before anybody sees it. */
  readonly told?: (event: RunEvent) => RunEvent;
  /** Beside the screen: the run's events.jsonl. */
  readonly alsoTo?: (event: RunEvent) => void;
}

/** Lets the engine work with screen and signals, and says how it ended. */
export async function conduct(
  { stage, state, journal, locks, lease, told = (event) => event, alsoTo, ...rest }: Conduct,
  work: (options: EngineOptions) => Promise<RunResult>,
): Promise<number> {
  const { mode, renderer, clock, operator } = stage;
  const stopper = watchSignals((text) => renderer.say(text), stage.asks);
  const sayNoMore = sayForOwnActions((line) => renderer.say(line));
  const late = new LateFaults(state, journal.run, (error) => stopper.stop(error));
  try {
    const result = await carryRun(
      {
        ...rest,
        ...optional("lease", lease),
        ...{ clock, operator, secrets, journal },
        env: process.env,
        loopbackOnly: mode !== undefined,
        locks: mode === undefined ? locks : apart(locks, journal.run),
        carrier: carrier(mode !== undefined, lease),
        signal: stopper.signal,
        warmUp: systemsOf(rest.runbook).size > 0,
        tell: (text) => (stage.quiet ? renderer.say(text) : stage.output.error(text)),
        sink: (event) => {
          if (event.type === "run-ended") stopper.ended();
          if (event.type === "run-ended" && !hasBegun(journal)) return;
          const whole = withClosing(told(event), journal, stage.flags);
          renderer.sink(whole);
          alsoTo?.(whole);
        },
        ended: () => renderer.close(),
      },
      work,
    );
    late.wasTold(result.error);
    // Before a run has begun, an error is that of a command (docs/exit-codes.md).
    if (result.error !== undefined && !hasBegun(journal)) throw result.error;
    return result.exitCode;
  } finally {
    try {
      // After any error, the terminal is restored.
      await renderer.close();
    } finally {
      late.runIsOver();
      sayNoMore();
      stopper.release();
    }
  }
}

/** Nothing was made durable yet: there is nothing to resume. */
export const hasBegun = (journal: Journal): boolean => journal.head !== NO_HASH;

/** Every box has the same GUIDs: a rehearsal's locks are its own, and it never stands in anybody's way. */
function apart(locks: Locks, run: string): Locks {
  return {
    acquire: (keys) => locks.acquire(keys.map((key) => `rehearsal ${run} ${key}`)),
    release: () => locks.release(),
  };
}

function carrier(rehearsal: boolean, lease: LeaseTerms | undefined): Carrier {
  const who = { operator: loginName(), host: hostname(), toolVersion: toolVersion(), rehearsal };
  return lease === undefined ? who : { ...who, lease: leaseText(lease.at) };
}
