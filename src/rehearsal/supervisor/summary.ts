/** The last lines of a rehearsal: its scenario, whether the box agrees, and the one next command. */
import { EXIT } from "../../errors.ts";
import { findScenario, SCENARIOS, START_WITH } from "../scenarios/registry.ts";
import type { Scenario } from "../scenarios/scenario.ts";
import { KILLED } from "./child.ts";
import type { RehearsalResult } from "./play.ts";

export interface SummaryOptions {
  /** Also how often each thing was done. */
  readonly verbose?: boolean;
  /** The length of this sitting by the clock of the machine. */
  readonly took?: string;
}

export function summary(result: RehearsalResult, { verbose = false, took }: SummaryOptions = {}): readonly string[] {
  const { complaints, exitCode } = result;
  const isWell = complaints.length === 0 && exitCode !== KILLED;
  return [
    ...(result.real === undefined ? [] : ["", ...result.real]),
    "",
    `${headOf(result)} Nothing real was touched.${took === undefined ? "" : ` It took ${took} on this machine.`}`,
    ...(verbose || !isWell ? [`What the foundation in the box saw: ${seen(result)}.`] : []),
    ...(isWell ? well(result) : unwell(result)),
  ];
}

/** The run's own end, right above, says how a stopped one goes on: one last word is enough. */
const headOf = ({ title, stoppedByHand }: RehearsalResult): string =>
  stoppedByHand === true
    ? "The rehearsal waits where you stopped it."
    : `Rehearsed: ${title}${title.endsWith("?") ? "" : "."}`;

function seen({ counts }: RehearsalResult): string {
  const shown = Object.entries(counts)
    .filter(([name]) => /^(?:docker (?:start|stop)|broker |host mv)|^Docker host /.test(name))
    .map(([name, count]) => `${name} ${count}×`);
  return shown.length === 0 ? "nothing was changed" : shown.join(", ");
}

function well(result: RehearsalResult): readonly string[] {
  const { exitCode, expected, onDocker } = result;
  if (result.stoppedByHand === true) return [];
  const archive = onDocker === true ? "" : "The source archive is untouched. ";
  const ending = `${archive}The tool called nothing that the box does not know, and ended with ${exitCode}`;
  if (exitCode === EXIT.internal)
    return [`${archive}Exit code ${exitCode}: a defect of the tool, and none of your answers.`];
  if (exitCode !== expected && !isCarriedOn(result))
    return [
      `${archive}Exit code ${exitCode}, because of your answers. The scenario's own answers lead to ${expected}.`,
      "To play it again:",
      `  dingo-recover rehearse ${result.scenario}`,
    ];
  return [`${ending}, as it should.`, ...next(result)];
}

/** Without a person, the scenario stops at a question. A person who goes on may reach its good end. */
const isCarriedOn = ({ exitCode, expected }: RehearsalResult): boolean =>
  exitCode === EXIT.done && expected === EXIT.stopped;

/** The one behind it in a list; undefined if there is none. */
const after = (scenarios: readonly Scenario[], scenario: string): Scenario | undefined => {
  const at = scenarios.findIndex(({ name }) => name === scenario);
  return at < 0 ? undefined : scenarios[at + 1];
};

/** Of the first ones to play, or of the same job. A command stands on a separate line, to be copied. */
function next({ scenario }: RehearsalResult): readonly string[] {
  const job = findScenario(scenario)?.runbook;
  const following =
    after(START_WITH, scenario) ??
    after(
      SCENARIOS.filter(({ runbook }) => runbook === job),
      scenario,
    );
  return following === undefined
    ? ["Next, choose another one:", "  dingo-recover rehearse --list --all"]
    : [`Next: ${following.title}`, `  dingo-recover rehearse ${following.name}`];
}

function unwell({ exitCode, complaints, run = "", journal }: RehearsalResult): readonly string[] {
  return [
    ...(exitCode === KILLED
      ? [
          "The tool was killed (-9) before it ended; its foundation is as it left it. To go on:",
          `  dingo-recover resume ${run}`,
        ]
      : []),
    ...complaints.map((complaint) => `  NOT WELL: ${complaint}`),
    ...(journal === undefined ? [] : ["What the tool wrote down of it:", `  ${journal}`]),
  ];
}
