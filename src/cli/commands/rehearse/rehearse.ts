import { join, resolve } from "node:path";
import { BOX_CONFIG_VARIABLE, calledAs, COMMAND_VARIABLE } from "../../../kit/process/called-as.ts";
import { EXIT, type RecoverError, refuse } from "../../../errors.ts";
import { gone } from "../../../kit/text/gone.ts";
import { errnoOf, inStateDirectory, makeDirectory } from "../../../engine/journal/durable.ts";
import { requireOwnRoot } from "../../../engine/journal/own-file.ts";
import { nearest } from "../../../kit/text/nearest.ts";
import { optional } from "../../../kit/optional.ts";
import { ownProgram } from "../../../kit/process/own-files.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";
import { findScenario, SCENARIOS, START_WITH } from "../../../rehearsal/scenarios/registry.ts";
import type { Scenario } from "../../../rehearsal/scenarios/scenario.ts";
import type { Sitting } from "../../../rehearsal/supervisor/play.ts";
import { findRehearsal } from "../../../rehearsal/supervisor/record.ts";
import { openingLines } from "../../../rehearsal/supervisor/opening-lines.ts";
import type { RehearsalResult } from "../../../rehearsal/supervisor/rehearse.ts";
import { summary } from "../../../rehearsal/supervisor/summary.ts";
import { createOutput, type Output } from "../../screen/output.ts";
import { duration, wrap, wrapUnder } from "../../screen/text.ts";
import { secrets } from "../../process/failure.ts";
import type { ReadyDatabase } from "./real-database.ts";
import type { ConsentArguments, GlobalArguments, ResumeArguments } from "../../options/options.ts";
import { DEFAULT_RUNBOOK } from "../../process/default-runbook.ts";
import { stateAgain, withFlags } from "../../session/flags-again.ts";
import { statePath } from "../../process/state-path.ts";
import { orUncaught } from "../../process/uncaught.ts";

export type RehearseArguments = GlobalArguments &
  ConsentArguments & {
    readonly scenario: string;
    readonly list: boolean;
    readonly all?: boolean;
    readonly undo: boolean;
    readonly "real-database"?: boolean;
    readonly "postgres-bin"?: string | undefined;
    readonly pace: "person" | "max";
  };

type ChildArguments = GlobalArguments & ConsentArguments & Pick<RehearseArguments, "pace">;

/** The supervisor of a rehearsal: hosts the box and starts the ordinary program as its child. */
export async function rehearse(given: RehearseArguments): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  if (given.list || given.all === true) return list(given, output);
  const scenario = findScenario(given.scenario) ?? unknownScenario(given.scenario);
  const real = await realDatabaseFor(given, scenario);
  try {
    return await playOnce(given, { scenario, output, real });
  } finally {
    await real?.remove();
  }
}

interface Playing {
  readonly scenario: Scenario;
  readonly output: Output;
  readonly real: ReadyDatabase | undefined;
}

async function playOnce(given: RehearseArguments, { scenario, output, real }: Playing): Promise<number> {
  const stateDirectory = statePath(given["state-dir"], process.env);
  const directory = join(stateDirectory, "rehearsals");
  inStateDirectory(directory, () => {
    // The tool would refuse it as well, in the middle of the play.
    requireOwnRoot(stateDirectory);
    makeDirectory(directory);
  });
  const at = sitting(given, output, stateDirectory);
  for (const line of openingLines(scenario, at.pace)) at.say(line);
  const { rehearse: play } = await supervisor();
  const result = await playIn(stateDirectory, () =>
    play({ ...at, ...optional("realDatabase", real), scenario, undo: given.undo }),
  );
  return conclude(given, output, result);
}

/** It loads the box with all its servers, which a list does not need, and the first lines need not wait for. */
const supervisor = () => import("../../../rehearsal/supervisor/rehearse.ts");

async function realDatabaseFor(
  given: Pick<RehearseArguments, "real-database" | "postgres-bin">,
  { name, real }: Scenario,
): Promise<ReadyDatabase | undefined> {
  if (given["real-database"] !== true) {
    if (given["postgres-bin"] === undefined) return undefined;
    throw notWithout("--postgres-bin is for a real database", "Add --real-database.");
  }
  if (real === undefined) {
    const others = SCENARIOS.filter((each) => each.real !== undefined).map((each) => each.name);
    throw notWithout(`the scenario "${name}" has no real database`, `Rehearse ${others.join(" or ")} with it.`);
  }
  return await (await import("./real-database.ts")).readyDatabase(absolute(given["postgres-bin"]));
}

const absolute = (directory: string | undefined): string => (directory === undefined ? "" : resolve(directory));

/** Of a rehearsal that was begun with one. */
async function realDatabaseOf(stateDirectory: string, run: string): Promise<ReadyDatabase | undefined> {
  const real = findRehearsal(stateDirectory, run)?.record.real;
  return real === undefined ? undefined : await (await import("./real-database.ts")).readyDatabase(real.given);
}

function notWithout(message: string, remedy: string): RecoverError {
  return refuse("usage", message).advise(remedy);
}

/** A rehearsal goes on in its own box and nowhere else: with a real foundation its facts would be lies. */
export async function resumeRehearsed(
  given: GlobalArguments & ConsentArguments & ResumeArguments,
  run: string,
): Promise<number> {
  return await continueRehearsed(given, { command: "resume", run });
}

/** Also if it is undone. */
export async function continueRehearsed(
  given: GlobalArguments & ConsentArguments & ResumeArguments,
  { command, run }: { readonly command: "resume" | "undo"; readonly run: string },
): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const stateDirectory = statePath(given["state-dir"], process.env);
  const { resumeRehearsal } = await supervisor();
  const at = sitting({ ...given, pace: "person" }, output, stateDirectory);
  const real = await realDatabaseOf(stateDirectory, run);
  const options = { ...at, args: [...at.args, ...resumeFlags(given)], ...optional("realDatabase", real), run, command };
  let result: RehearsalResult | undefined;
  try {
    result = await playIn(stateDirectory, () => resumeRehearsal(options));
  } finally {
    await real?.remove();
  }
  if (result !== undefined) return conclude(given, output, result);
  throw boxGone(run);
}

/** Throws `run-ended` for a rehearsal whose box is gone: nothing of it can be taken back, nor shown what would be. */
export function requireBox(given: GlobalArguments, run: string): void {
  if (findRehearsal(statePath(given["state-dir"], process.env), run) === undefined) throw boxGone(run);
}

function boxGone(run: string): RecoverError {
  return refuse("run-ended", `run ${run} was a rehearsal, and its foundation in a box is gone`)
    .at(run)
    .advise('It cannot go on, nor be taken back. To see an undo: "dingo-recover rehearse SCENARIO --undo".');
}

function conclude(given: GlobalArguments, output: Output, result: RehearsalResult): number {
  if (given.json) {
    for (const line of result.real ?? []) output.error(line);
    for (const complaint of result.complaints) output.error(`NOT WELL: ${complaint}`);
  } else
    for (const line of summary(result, { verbose: given.verbose, took: duration(1000 * process.uptime()) }))
      for (const part of COMMAND.test(line)
        ? [`  ${withFlags(line.trim(), stateAgain(given))}`]
        : wrapUnder(line, Math.min(output.columns, 120)))
        output.line(part);
  return exitCodeOf(result);
}

/** It is copied, and broken by the terminal alone. */
const COMMAND = /^ {2}dingo-recover /u;

/** The tool's own exit code. If the box is not well, an ending that claims to be the right one is none. */
function exitCodeOf({ complaints, exitCode, expected }: RehearsalResult): number {
  const claimsWell = exitCode === EXIT.done || exitCode === expected;
  return complaints.length > 0 && claimsWell ? EXIT.stepFailed : exitCode;
}

function sitting(given: ChildArguments, output: Output, stateDirectory: string): Sitting {
  return {
    pace: given.pace,
    stateDirectory,
    program: ownProgram(),
    args: handedOn(given),
    interactive: process.stdin.isTTY && output.isTerminal && !given.json && !given["non-interactive"],
    caller: process.env,
    own: { [COMMAND_VARIABLE]: calledAs() },
    configIn: BOX_CONFIG_VARIABLE,
    say: (line) => {
      if (!given.json) for (const part of wrapUnder(line, Math.min(output.columns, 120))) output.line(part);
    },
  };
}

/** A disk that fills up, or a directory that may not be written, is no defect of ours. */
async function playIn<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await orUncaught(work);
  } catch (thrown) {
    const refused = ["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM"].includes(errnoOf(thrown) ?? "");
    if (!refused) throw thrown;
    return inStateDirectory(place, () => {
      throw thrown;
    });
  }
}

/** In the order in which one would play them: a few to begin with, or all, by runbook. */
function list(given: RehearseArguments, output: Output): number {
  if (given.json) {
    const scenarios = SCENARIOS.map((each) => {
      const { name, title, teaches } = each;
      return { name, runbook: runbookOf(each), title, teaches };
    });
    output.json({ schema: "dingo-recover/scenarios@1", scenarios });
    return EXIT.done;
  }
  const others = given.all === true ? SCENARIOS.filter((each) => !START_WITH.includes(each)) : [];
  const runbooks = [...new Set(others.map(runbookOf))];
  const groups: readonly (readonly [string, readonly Scenario[]])[] = [
    ["Start with these", START_WITH],
    ...runbooks.map((runbook) => [runbook, others.filter((each) => runbookOf(each) === runbook)] as const),
  ];
  const width = Math.min(output.columns, 120);
  for (const line of groups.flatMap(([head, scenarios]) => groupLines(head, scenarios, width))) output.line(line);
  output.line("dingo-recover rehearse SCENARIO plays one.");
  if (given.all !== true) output.line(`dingo-recover rehearse --list --all shows all ${SCENARIOS.length}.`);
  return EXIT.done;
}

function groupLines(head: string, scenarios: readonly Scenario[], width: number): readonly string[] {
  const lines = scenarios.flatMap(({ name, title, teaches }) => {
    const [first = "", ...rest] = wrap(`${name}  ${title}`, width, "    ");
    return [first.slice(2), ...rest, ...wrap(teaches, width, "    ")];
  });
  return [`${head}:`, ...lines, ""];
}

const runbookOf = ({ runbook = DEFAULT_RUNBOOK }: Scenario): string => runbook;

/** Flags of `run` that the child is given as they are. */
function handedOn(given: GlobalArguments & ConsentArguments): string[] {
  return [
    ...(given.json ? ["--json"] : []),
    ...(given.color ? [] : ["--no-color"]),
    ...(given.verbose ? ["--verbose"] : []),
    ...(given["non-interactive"] ? ["--non-interactive"] : []),
    ...(given.yes ? ["--yes"] : []),
    ...(given.confirm === undefined ? [] : ["--confirm", given.confirm]),
    ...stateAgain(given),
    "--patience",
    given.patience,
    ...(given["accept-loss"] === undefined ? [] : ["--accept-loss", String(given["accept-loss"])]),
  ];
}

function resumeFlags(given: ResumeArguments): string[] {
  return [
    ...given.decide.flatMap((decision) => ["--decide", decision]),
    ...(given["accept-runbook"] ? ["--accept-runbook"] : []),
    ...(given["take-over"] ? ["--take-over"] : []),
  ];
}

function unknownScenario(name: string): never {
  const names = SCENARIOS.map((each) => each.name);
  const near = SCENARIOS.find((each) => runbookOf(each) === name)?.name ?? nearest(name, names);
  const known = gone("scenario", name);
  if (known !== undefined) throw refuse("usage", known.message).advise(known.remedy);
  const unknown = refuse("usage", `there is no scenario ${quoted(name)}`);
  if (/[/.]/u.test(name))
    throw unknown.advise(
      `A rehearsal plays shipped scenarios alone. ${quote(["dingo-recover", "run", name, "--dry-run"])} tries a runbook of yours and changes nothing.`,
    );
  throw unknown.advise(
    near === undefined
      ? `dingo-recover rehearse --list --all shows all ${names.length}, each with what it teaches.`
      : `Did you mean "${near}"? dingo-recover rehearse --list --all shows all.`,
  );
}
