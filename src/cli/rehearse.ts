import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT, RecoverError } from "../errors.js";
import { errnoOf, inStateDirectory, makeDirectory } from "../journal/durable.js";
import { nearest } from "../nearest.js";
import { quoted } from "../printable.js";
import { findScenario, SCENARIOS } from "../rehearsal/scenarios/registry.js";
import type { CrashPoint } from "../rehearsal/supervisor/child.js";
import { rehearse as play, type RehearsalResult, type RehearseOptions } from "../rehearsal/supervisor/rehearse.js";
import { summary } from "../rehearsal/supervisor/summary.js";
import { createOutput, type Output } from "../ui/output.js";
import { wrap } from "../ui/text.js";
import { secrets } from "./failure.js";
import type { ConsentArguments, GlobalArguments } from "./options.js";
import { statePath } from "./state.js";

export type RehearseArguments = GlobalArguments &
  ConsentArguments & {
    readonly scenario: string;
    readonly list: boolean;
    readonly "crash-at"?: string | undefined;
    readonly pace: "person" | "max";
    readonly seed: number;
  };

/** The supervisor of a rehearsal: hosts the box and starts the ordinary program as its child. */
export async function rehearse(given: RehearseArguments): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  if (given.list) return list(given, output);
  const scenario = findScenario(given.scenario) ?? unknownScenario(given.scenario);
  const stateDirectory = statePath(given["state-dir"], process.env);
  const directory = join(stateDirectory, "rehearsals");
  inStateDirectory(directory, () => makeDirectory(directory));
  const result = await playIn(stateDirectory, {
    scenario,
    seed: wholeSeed(given.seed),
    pace: given.pace,
    stateDirectory,
    program: [process.execPath, fileURLToPath(new URL("../bin.cjs", import.meta.url))],
    args: handedOn(given),
    ...(given["crash-at"] === undefined ? {} : { crashAt: crashPoint(given["crash-at"]) }),
    interactive: process.stdin.isTTY && output.isTerminal && !given.json && !given["non-interactive"],
    caller: process.env,
    say: (line) => {
      if (!given.json) for (const part of wrap(line, Math.min(output.columns, 120))) output.line(part);
    },
  });
  if (given.json) for (const complaint of result.complaints) output.error(`NOT WELL: ${complaint}`);
  else for (const line of summary(result)) output.line(line);
  return result.complaints.length === 0 ? result.exitCode : EXIT.stepFailed;
}

/** A disk that fills up, or a directory that may not be written, is no defect of ours. */
async function playIn(place: string, options: RehearseOptions): Promise<RehearsalResult> {
  try {
    return await play(options);
  } catch (thrown) {
    const refused = ["ENOSPC", "EDQUOT", "EROFS", "EACCES", "EPERM"].includes(errnoOf(thrown) ?? "");
    if (!refused) throw thrown;
    return inStateDirectory(place, () => {
      throw thrown;
    });
  }
}

function list(given: GlobalArguments, output: Output): number {
  const scenarios = SCENARIOS.map(({ name, title, teaches }) => ({ name, title, teaches }));
  if (given.json) output.json({ schema: "dingo-recover/scenarios@1", scenarios });
  else
    for (const { name, title, teaches } of scenarios)
      output.line(`${name.padEnd(18)} ${title}\n${" ".repeat(19)}${teaches}`);
  return EXIT.done;
}

/** Flags of `run` that the child is given as they are. */
function handedOn(given: RehearseArguments): string[] {
  return [
    ...(given.json ? ["--json"] : []),
    ...(given.color ? [] : ["--no-color"]),
    ...(given.verbose ? ["--verbose"] : []),
    ...(given["non-interactive"] ? ["--non-interactive"] : []),
    ...(given.yes ? ["--yes"] : []),
    ...(given.confirm === undefined ? [] : ["--confirm", given.confirm]),
    ...(given["accept-loss"] === undefined ? [] : ["--accept-loss", String(given["accept-loss"])]),
  ];
}

/** yargs makes NaN of what is no number. */
function wholeSeed(seed: number): number {
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new RecoverError("usage", "--seed is not a whole number", {
    remedy: "Give a whole number such as 1: the same one plays the same rehearsal.",
    effect: "none",
  });
}

function crashPoint(text: string): CrashPoint {
  const match = /^(\d{1,6})(?::(before|torn|after))?$/.exec(text);
  const append = Number(match?.[1]);
  if (match !== null && append > 0) return { append, when: (match[2] ?? "after") as CrashPoint["when"] };
  throw new RecoverError("usage", `${quoted(text)} is no point to crash at`, {
    remedy: "Write N, N:before, N:torn or N:after, N being the number of a journal append from 1.",
    effect: "none",
  });
}

function unknownScenario(name: string): never {
  const names = SCENARIOS.map((each) => each.name);
  const near = nearest(name, names);
  throw new RecoverError("usage", `there is no scenario ${quoted(name)}`, {
    remedy:
      near === undefined
        ? `There are ${names.join(", ")}.`
        : `Did you mean "${near}"? dingo-recover rehearse --list shows all.`,
    effect: "none",
  });
}
