import { replay } from "../../engine/state/replay.ts";
import { summarize } from "../../engine/state/summary.ts";
import { EXIT } from "../../errors.ts";
import { EventTail } from "../../engine/journal/event-log.ts";
import type { JournalReading } from "../../engine/journal/reading.ts";
import type { StateDirectory } from "../../engine/journal/state-directory.ts";
import { unitsOf } from "../../report/digest.ts";
import { promptLeft } from "../../report/update.ts";
import { nameNow } from "../../report/called.ts";
import { between, lasting, Times } from "../../report/times.ts";
import { standingText } from "../../report/standing/standing.ts";
import { wayOnLines } from "../screen/closing-lines.ts";
import { waysAgain } from "../session/ending.ts";
import { flagsAgain, withFlags } from "../session/flags-again.ts";
import { createOutput, type Output } from "../screen/output.ts";
import { wrap } from "../screen/text.ts";
import { batchStateOf, type BatchState } from "../runs/batch-state.ts";
import { outcomeOf } from "../runs/batch-outcomes.ts";
import { endDocument, endLines } from "../runs/batch.ts";
import { chooseRunOrRehearsal } from "../runs/choose-run.ts";
import { secrets } from "../process/failure.ts";
import { requireNotLost } from "../runs/never-began.ts";
import { isEvent, NowLine } from "../runs/now-line.ts";
import type { GlobalArguments } from "../options/options.ts";
import { playedAt } from "../runs/open-runs.ts";
import { readOnce } from "../runs/read-once.ts";
import { openStateDirectory } from "../process/state.ts";
import { waysOf } from "../runs/ways.ts";

export type StatusArguments = GlobalArguments & { readonly run?: string | undefined };

/** Where a run stands: every step that it came to, when, and how it can go on. */
export async function status(given: StatusArguments): Promise<number> {
  const output = createOutput({ secrets, color: given.color });
  const directory = openStateDirectory({ stateDir: given["state-dir"] });
  const run = chooseRunOrRehearsal(directory, given.run, {
    say: (text) => output.error(text),
    looks: true,
  });
  const now = new NowLine();
  for (const event of new EventTail(directory.directoryOf(run)).read().filter(isEvent)) now.hear(event);
  const standing = standingOf(directory, run);
  const { members } = standing;
  if (given.json) output.json({ ...documentOf(standing), ...(members === undefined ? {} : batchField(members)) });
  else for (const [line, style] of linesOf(standing, output, flagsAgain(given))) output.line(line, style);
  if (standing.carried && !given.json) output.line(now.text(true), "strong");
  if (members !== undefined && !given.json)
    for (const line of batchLines(directory, members, flagsAgain(given))) output.line(line);
  return await Promise.resolve(EXIT.done);
}

const batchField = ({ batch, standings, state, updatedAt }: BatchState): object => ({
  ...{ state, updatedAt },
  batch: endDocument(batch, standings),
});

/** Every database of the batch with its own run, then what is left to do. */
function batchLines(
  directory: StateDirectory,
  { batch, standings }: BatchState,
  flags: readonly string[],
): readonly string[] {
  const width = Math.max(...standings.map(({ member }) => member.name.length));
  return [
    ...standings.map(
      ({ member, state, run = "" }) => `  ${member.name.padEnd(width)}  ${state.replace("-", " ").padEnd(9)}  ${run}`,
    ),
    ...endLines(batch, standings, {
      again: (command) => withFlags(command, flags),
      outcomeOf: (each) => outcomeOf(directory, each),
    }),
  ];
}

interface Standing {
  readonly run: string;
  readonly carried: boolean;
  /** By the clock of this machine. */
  readonly workedAt: number;
  readonly reading: JournalReading;
  readonly state: ReturnType<typeof replay>;
  /** Of the run of a batch: what became of it. */
  readonly members: BatchState | undefined;
}

function standingOf(directory: StateDirectory, run: string): Standing {
  const reading = directory.read(run);
  const { entries } = reading;
  requireNotLost(directory, run, entries);
  const members = batchStateOf(readOnce(directory), entries);
  return {
    run,
    carried: directory.isCarried(run),
    workedAt: playedAt(directory, run),
    reading,
    state: replay(entries),
    members,
  };
}

interface StepStanding {
  readonly unit: string;
  readonly state: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly tookMs?: number;
}

function stepsOf({ state, reading }: Standing): readonly StepStanding[] {
  const digests = new Map(unitsOf(reading.entries).map((digest) => [digest.name, digest]));
  return [...state.units].map(([unit, step]) => {
    const { startedAt, endedAt, tookMs } = digests.get(unit) ?? {};
    return {
      unit,
      state: step.kind,
      ...(startedAt === undefined ? {} : { startedAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
      ...(tookMs === undefined ? {} : { tookMs }),
    };
  });
}

function documentOf(standing: Standing): object {
  const { reading, carried } = standing;
  const summary = summarize(reading.entries, { carried });
  const world = standingText(reading.entries);
  return { schema: "dingo-recover/status@1", ...summary, world, head: reading.head, steps: stepsOf(standing) };
}

type Styled = readonly [text: string, style?: Parameters<Output["line"]>[1]];

function linesOf(standing: Standing, output: Output, flags: readonly string[]): readonly Styled[] {
  const { run, carried, reading, state, members } = standing;
  const summary = summarize(reading.entries, { carried });
  const width = Math.min(output.columns, 120);
  const error = state.phase.kind === "stopped" ? state.phase.error : undefined;
  const ways = waysAgain(waysOf(run, reading.entries), (command) => withFlags(command, flags));
  return [
    [`${run}  ${members?.state ?? summary.state}${summary.rehearsal ? "  (rehearsal)" : ""}`, "strong"],
    [`${summary.runbook}  target: ${nameNow(reading.entries) || "not fixed yet"}`],
    ...spanOf(standing).flatMap((text) => wrap(text, width).map((line): Styled => [line])),
    ...stepsOf(standing).map((step) => stepLine(step, carried)),
    ...(error === undefined || carried ? [] : wrap(`${error.message} (${error.code})`, width)).map(
      (line): Styled => [line],
    ),
    ...questionLines(standing, width),
    ...worldLines(standing, width).map((line): Styled => [line]),
    [`journal head: ${reading.head}`],
    ...(carried ? [] : wayOnLines(ways, width)).map(({ text, style }): Styled => [text, style]),
  ];
}

/** The question at which the run stopped, or stands: an error that was no answer to it tells it in other words, or not at all. */
function questionLines({ reading, state }: Standing, width: number): readonly Styled[] {
  const prompt = state.phase.kind === "ended" ? undefined : promptLeft(reading.entries);
  return prompt === undefined
    ? []
    : wrap(`It waits for an answer: ${prompt}`, width).map((line): Styled => [line, "strong"]);
}

/** While a process is at work the next moment may say otherwise. */
function worldLines({ state, carried, members, reading }: Standing, width: number): readonly string[] {
  const isOver = state.phase.kind === "ended" && state.phase.outcome === "succeeded";
  return carried || isOver || members !== undefined ? [] : wrap(standingText(reading.entries), width);
}

/** Begin and end, in UTC and in the reader's time zone. A rehearsal has a clock that runs faster than the machine's. */
function spanOf({ state, carried, members, workedAt }: Standing): readonly string[] {
  if (state.startedAt === "") return [carried ? "not begun yet" : "killed before its first entry: it changed nothing"];
  const times = new Times();
  const isEnded = members === undefined ? state.phase.kind === "ended" : members.state === "succeeded";
  const at = members?.updatedAt ?? state.updatedAt;
  const took = carried ? "" : `, after ${between(state.startedAt, at)}`;
  const span = `begun ${times.both(state.startedAt)}, ${isEnded ? "ended" : "last entry"} ${times.both(at)}${took}`;
  if (!state.rehearsal) return [span];
  const worked = times.both(new Date(workedAt).toISOString());
  return [`last at work ${worked}, by the clock of this machine`, `By the rehearsal's own clock: ${span}`];
}

/** Without a process nothing is running: what had begun has no end. */
function stepLine({ unit, state: journaled, startedAt, tookMs }: StepStanding, carried: boolean): Styled {
  const state = journaled === "running" && !carried ? "begun" : journaled;
  const began = startedAt === undefined ? " ".repeat(9) : `${new Date(startedAt).toISOString().slice(11, 19)}Z`;
  const took = tookMs === undefined ? "" : `  ${lasting(tookMs)}`;
  const good = state === "succeeded" || state === "skipped";
  return [`  ${state.padEnd(10)} ${began}  ${unit}${took}`, good ? undefined : "warn"];
}
