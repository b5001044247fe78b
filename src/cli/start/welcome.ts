/** Without a command, on a terminal: open runs first, then "what happened?". */
import { EXIT } from "../../errors.ts";
import type { ChoiceQuestion, Operator, TextQuestion } from "../../ports/operator.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import { createOutput, type Output } from "../screen/output.ts";
import { offeredRuns, type OfferedRun } from "../runs/choose-run.ts";
import { secrets } from "../process/failure.ts";
import { askOutsideRuns } from "../process/outside-runs.ts";
import { shippedNames } from "../process/runbook-files.ts";
import { openStateDirectory } from "../process/state.ts";
import { type Happening, HAPPENINGS } from "./what-happened.ts";

const NOTHING_GIVEN = {
  config: undefined,
  "state-dir": undefined,
  confirm: undefined,
  "accept-loss": undefined,
  inputs: undefined,
  json: false,
  color: true,
  verbose: false,
  "non-interactive": false,
  yes: false,
  patience: "10m",
};

const REHEARSE = {
  value: "rehearse",
  label: "show me a recovery first",
  consequence: "nothing real is touched",
};
const LEAVE = { value: "leave", label: "nothing", consequence: "--help has all commands" };

export async function welcome(): Promise<number> {
  const output = createOutput({ secrets, color: process.env["NO_COLOR"] === undefined });
  const runs = offeredRuns(openStateDirectory({}));
  const shipped = shippedNames();
  const happenings = HAPPENINGS.filter(({ runbook }) => shipped.includes(runbook));
  const operator = askOutsideRuns(output);
  const answer = await operator.ask(questionOf(runs, happenings));
  const run = runs.find((_, index) => String(index + 1) === answer?.value);
  if (run !== undefined) return await goOn(run, output);
  const happening = happenings.find(({ value }) => value === answer?.value);
  if (happening !== undefined) return await begin(happening, output, await inputsOf(happening, operator));
  return answer?.value === REHEARSE.value ? await rehearse(output) : EXIT.done;
}

/** Open runs are numbered: their names are long to type. */
export function questionOf(runs: readonly OfferedRun[], happenings: readonly Happening[]): ChoiceQuestion {
  const open = runs.map(({ run, runbook, target, state, step, carried }, index) => ({
    value: `${index + 1}`,
    label: `${carried ? "look at" : "go on with"} the open run ${run}`,
    consequence: `${runbook}, ${target || "no target yet"}; ${carried ? "at work" : state} at ${step || "the beginning"}`,
  }));
  return {
    kind: "choice",
    id: "welcome",
    prompt: "What happened?",
    why: "It decides which runbook is begun. Each begins with looking, says what it would change, and can be left at any question.",
    choices: [...open, ...happenings, REHEARSE, LEAVE],
  };
}

async function goOn({ run, carried }: OfferedRun, output: Output): Promise<number> {
  if (carried) {
    saySame(output, `status ${run}`);
    return await (await import("../commands/status.ts")).status({ ...NOTHING_GIVEN, run });
  }
  saySame(output, `resume ${run}`);
  const { resumeBatch } = await import("../commands/run-batch.ts");
  return await resumeBatch({ ...NOTHING_GIVEN, run, decide: [], "accept-runbook": false, "take-over": false });
}

async function begin({ runbook }: Happening, output: Output, input: readonly string[]): Promise<number> {
  const words = runbook === "drill" ? [runbook] : ["run", runbook];
  saySame(output, quote([...words, ...input.flatMap((each) => ["--input", each])]));
  const { runBatch } = await import("../commands/run-batch.ts");
  return await runBatch({ ...NOTHING_GIVEN, runbook, input: [...input], "dry-run": false });
}

const DOCKER_HOST: TextQuestion = {
  kind: "text",
  id: "host",
  prompt: "On which Docker host, as [USER@]HOST[:PORT] (nothing: this machine)?",
  why: "The engine is asked there, over SSH if it is another machine. Enter takes this one.",
};

/** The inputs that have a default in the runbook, though it is seldom right at such an hour. */
export async function inputsOf(
  happening: Pick<Happening, "onDockerHost">,
  operator: Operator,
): Promise<readonly string[]> {
  if (happening.onDockerHost !== true) return [];
  const host = (await operator.ask(DOCKER_HOST))?.value.trim() ?? "";
  return host === "" ? [] : [`host=${host}`];
}

async function rehearse(output: Output): Promise<number> {
  saySame(output, "rehearse");
  const { rehearse: play } = await import("../commands/rehearse/rehearse.ts");
  const scenario = { scenario: "happy-last-era", list: false, undo: false, pace: "person", seed: 1 } as const;
  return await play({ ...NOTHING_GIVEN, ...scenario });
}

/** Shows the command for the next time. */
function saySame(output: Output, words: string): void {
  output.line(`dingo-recover ${words}`, "faint");
  output.line();
}
