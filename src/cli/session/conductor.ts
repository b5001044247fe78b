/** The common part of `run` and `resume`: screen, clock, flags, wiring, signals, and the way out. */
import { hostname } from "node:os";
import { OWNER_AGREES } from "../../foundation/actions/recovery/ask-owner.ts";
import { systemClock } from "../../kit/clock/system-clock.ts";
import type { RunEvent } from "../../engine/state/event.ts";
import type { Carrier, EngineOptions, RunFlags, RunResult } from "../../engine/state/options.ts";
import { refuse } from "../../errors.ts";
import { type Config, leaseText } from "../../config/settings/config.ts";
import { DECISIONS } from "../../engine/journal/entry.ts";
import type { Journal } from "../../engine/journal/journal.ts";
import type { Locks } from "../../engine/journal/key-locks.ts";
import { NO_HASH } from "../../engine/journal/line.ts";
import { loginName } from "../../kit/process/login-name.ts";
import type { Clock } from "../../ports/clock.ts";
import { optional } from "../../kit/optional.ts";
import type { Operator } from "../../ports/operator.ts";
import type { DrillTimes } from "../../ports/settings.ts";
import { quoted } from "../../kit/text/printable.ts";
import type { Runbook } from "../../engine/runbook/runbook.ts";
import { parseDuration } from "../../kit/text/time.ts";
import { interactiveRenderer } from "../screen/interactive.ts";
import { jsonRenderer } from "../screen/json-lines.ts";
import { createOutput, type Output } from "../screen/output.ts";
import { plainConversation, plainRenderer } from "../screen/plain.ts";
import { quietRenderer } from "../screen/quiet.ts";
import type { Renderer } from "../screen/renderer.ts";
import { scenarioOperator } from "../screen/scenario-operator.ts";
import { isDumb } from "../screen/terminal.ts";
import { carryRun } from "./carry-run.ts";
import { flagsAgain, stateAgain, withClosing } from "./ending.ts";
import { systemsOf } from "./configuration.ts";
import { secrets } from "../process/failure.ts";
import type { ConsentArguments, GlobalArguments } from "../options/options.ts";
import { readRehearsalMode, type RehearsalMode } from "../process/rehearsal-mode.ts";
import { watchSignals } from "../process/signals.ts";
import { somebodyIsThere } from "../process/somebody-is-there.ts";
import type { LeaseTerms } from "./held-run.ts";
import { toolVersion } from "../process/tool-version.ts";

export type ConductArguments = GlobalArguments &
  ConsentArguments & {
    /** Of `cleanup`: whose yes was had. */
    readonly "owner-agrees"?: string | undefined;
    /** Says nothing of what ends with 0, and asks nothing. */
    readonly quiet?: boolean | undefined;
  };

export interface Stage {
  readonly clock: Clock;
  readonly mode: RehearsalMode | undefined;
  readonly output: Output;
  readonly renderer: Renderer;
  readonly operator: Operator;
  /** Somebody is there to answer. */
  readonly asks: boolean;
  /** Nothing is said before it is known how it ends. */
  readonly quiet: boolean;
  /** Flags that name the same foundation and the same runs in printed commands. A rehearsal has its own. */
  readonly flags: readonly string[];
}

/** Where questions go: nobody with --json and --non-interactive, the scenario in a rehearsal, else the terminal. */
export function openStage(given: ConductArguments): Stage {
  const mode = readRehearsalMode(process.env);
  const output = createOutput({
    secrets,
    color: given.color && process.env["NO_COLOR"] === undefined && !isDumb(),
  });
  const clock = systemClock(mode?.clock);
  const chosen = chooseRenderer(given, { mode, output, clock });
  const renderer = given.quiet === true ? quietRenderer(chosen) : chosen;
  return {
    mode,
    output,
    clock,
    renderer,
    operator: withOwner(renderer.operator, given["owner-agrees"]),
    asks: somebodyIsThere(given, output) && mode?.answers === undefined,
    quiet: given.quiet === true,
    // A rehearsal's configuration is its box's, and given by the supervisor.
    flags: mode === undefined ? flagsAgain(given) : stateAgain(given),
  };
}

/** `--owner-agrees NAME` answers that one question, and is journaled as a flag's answer. */
function withOwner(operator: Operator, owner: string | undefined): Operator {
  if (owner === undefined) return operator;
  return {
    ask: (question, signal) =>
      question.id === OWNER_AGREES ? Promise.resolve({ value: owner, by: "flag" }) : operator.ask(question, signal),
  };
}

function chooseRenderer(
  given: ConductArguments,
  { mode, output, clock }: { mode: RehearsalMode | undefined; output: Output; clock: Clock },
): Renderer {
  const answers = mode?.answers;
  if (given.json) return jsonRenderer(output, answers === undefined ? undefined : scenarioOperator(answers, undefined));
  if (answers !== undefined)
    return plainRenderer(output, { verbose: given.verbose, operator: scenarioOperator(answers, output) });
  if (!somebodyIsThere(given, output)) return plainRenderer(output, { verbose: given.verbose });
  return isDumb()
    ? plainConversation(output, { verbose: given.verbose })
    : interactiveRenderer(output, { verbose: given.verbose, clock });
}

export interface Conduct {
  readonly stage: Stage;
  readonly runbook: Runbook;
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
  { stage, journal, locks, lease, told = (event) => event, alsoTo, ...rest }: Conduct,
  work: (options: EngineOptions) => Promise<RunResult>,
): Promise<number> {
  const { mode, renderer, clock, operator } = stage;
  const stopper = watchSignals((text) => renderer.say(text), stage.asks);
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
          if (event.type === "run-ended" && !hasBegun(journal)) return;
          const whole = withClosing(told(event), journal, stage.flags);
          renderer.sink(whole);
          alsoTo?.(whole);
        },
        ended: () => renderer.close(),
      },
      work,
    );
    // Before a run has begun, an error is that of a command (DESIGN §4, "JSON documents").
    if (result.error !== undefined && !hasBegun(journal)) throw result.error;
    return result.exitCode;
  } finally {
    try {
      // After any error, the terminal is restored.
      await renderer.close();
    } finally {
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

export function flagsOf(
  given: ConductArguments,
  resume: { readonly decide: readonly string[]; readonly acceptRunbook: boolean; readonly takeOver: boolean },
): RunFlags {
  const lost = given["accept-loss"];
  if (lost !== undefined && !(Number.isInteger(lost) && lost >= 0)) {
    throw refuse("usage", "--accept-loss is not a number of segments").advise("Give a whole number such as 2.");
  }
  return {
    yes: given.yes,
    acceptLoss: lost ?? 0,
    patienceMs: parseDuration(given.patience),
    decide: decisions(resume.decide),
    acceptRunbook: resume.acceptRunbook,
    takeOver: resume.takeOver,
    ...(given.confirm === undefined ? {} : { confirm: given.confirm }),
  };
}

/** Whether a value is one that can be given is told by the run (`requireDecidable`). */
function decisions(given: readonly string[]): Map<string, string> {
  const map = new Map<string, string>();
  for (const text of given) {
    const split = text.lastIndexOf("=");
    const [name, value] = [text.slice(0, split), text.slice(split + 1)];
    if (split < 1 || value === "" || (map.get(name) ?? value) !== value) {
      const what = map.has(name) ? `decides ${quoted(name)} in two ways` : "is no decision";
      throw refuse("usage", `${quoted(text)} ${what}`).advise(
        `Write --decide STEP=VALUE or STEP[ITEM]=VALUE once for each: ${DECISIONS.join("|")} of a step in doubt, or a choice that the step asked for.`,
      );
    }
    map.set(name, value);
  }
  return map;
}
