/** The stage of a run: its screen, its clock, whom to ask, and the flags of the call. */
import { systemClock } from "../../kit/clock/system-clock.ts";
import type { RunFlags } from "../../engine/state/options.ts";
import { refuse } from "../../errors.ts";
import { DECISIONS } from "../../engine/journal/entry.ts";
import type { Clock } from "../../ports/clock.ts";
import { type Operator, OWNER_AGREES } from "../../ports/operator.ts";
import { quoted } from "../../kit/text/printable.ts";
import { parseDuration } from "../../kit/text/time.ts";
import { interactiveRenderer } from "../screen/interactive.ts";
import { jsonRenderer } from "../screen/json-lines.ts";
import { createOutput, type Output } from "../screen/output.ts";
import { plainConversation, plainRenderer } from "../screen/plain.ts";
import { quietRenderer } from "../screen/quiet.ts";
import type { Renderer } from "../screen/renderer.ts";
import { scenarioOperator } from "../screen/scenario-operator.ts";
import { isDumb } from "../screen/terminal.ts";
import { flagsAgain, stateAgain } from "./flags-again.ts";
import { secrets } from "../process/failure.ts";
import type { ConsentArguments, GlobalArguments } from "../options/options.ts";
import { readRehearsalMode, type RehearsalMode } from "../process/rehearsal-mode.ts";
import { somebodyIsThere } from "../process/somebody-is-there.ts";

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
