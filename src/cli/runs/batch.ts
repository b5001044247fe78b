/**
 * A batch: the agreement of a `recover-deleted-space` run, and the runs that bring back its databases. Each has its
 * journal and names the batch in its inputs, so that a later process knows how far it is.
 */
import { z } from "zod";
import type { JsonObject } from "../../action.ts";
import { spaceMember, type SpaceMember } from "../../discovery/actions/discovery/space-member.ts";
import { replay } from "../../engine/state/replay.ts";
import { wayOn } from "../../engine/state/way-on.ts";
import { asRecoverError, type RecoverError } from "../../errors.ts";
import { type Entry, endOf, startOf, hasTouched } from "../../engine/journal/entry.ts";
import { quote } from "../../kit/commands/shell-quote.ts";
import type { SavedRuns } from "./read-once.ts";

export const BATCH_RUNBOOK = "recover-deleted-space";
/** The runbook that brings back one database of the batch. */
export const MEMBER_RUNBOOK = "recover-deleted-service";
const AGREE = "recovery.agree-batch";

/** The schema is made at the first call: the report of any other run loads no zod. */
const agreed = () => z.object({ org: z.string(), space: z.string(), members: z.array(spaceMember) });

export interface Batch extends z.infer<ReturnType<typeof agreed>> {
  /** The run that agreed. */
  readonly run: string;
  readonly rehearsal: boolean;
}

/** Undefined for a run that is no batch, and before anybody has agreed. */
export function batchOf(entries: readonly Entry[]): Batch | undefined {
  const began = startOf(entries);
  if (began?.runbook !== BATCH_RUNBOOK || endOf(entries)?.outcome !== "succeeded") return undefined;
  const started = entries.findLast((entry) => entry.type === "step-started" && entry.action === AGREE);
  const step = started?.type === "step-started" ? started.step : undefined;
  const ended = entries.findLast((entry) => entry.type === "step-succeeded" && entry.step === step);
  const output = agreed().safeParse(ended?.type === "step-succeeded" ? ended.output : undefined);
  return output.success ? { ...output.data, run: began.run, rehearsal: began.rehearsal } : undefined;
}

/**
 * The state of one database of the batch. An `undone` one is left alone. So is an `unreadable` one: nobody can tell
 * what its run has done, and a second run might do it again (law 5).
 */
export interface Standing {
  readonly member: SpaceMember;
  readonly state: "not-begun" | "open" | "recovered" | "undone" | "unreadable";
  readonly run?: string;
  /** Why its run stopped, or cannot be read. */
  readonly why?: string;
  /** The command that goes on with it; absent if it is recovered. */
  readonly goOnWith?: string;
  /** Of an unreadable one. */
  readonly error?: RecoverError;
}

/** Rows and last transaction, and the loss; empty texts if the database is not back. */
export interface Outcome {
  readonly back: string;
  readonly lost: string;
  /** It is back, and no row was counted in it. */
  readonly isWithoutRows: boolean;
}

export function standingsOf(directory: SavedRuns, batch: Batch): readonly Standing[] {
  const { read, unreadable } = runsOf(directory, batch);
  return batch.members.map((member) => {
    const own = read.findLast(({ guid }) => guid === member.guid);
    const standing: Standing =
      own === undefined ? { member, state: "not-begun", goOnWith: goOnWithAll(batch) } : standingOf(batch, member, own);
    const hidden = unreadable.findLast(({ run, mayBeOf }) => run > (own?.run ?? "") && mayBeOf(member));
    return hidden === undefined || !isLeft(standing) ? standing : unreadableStanding(member, hidden);
  });
}

interface MemberRun {
  readonly run: string;
  readonly guid: string;
  readonly entries: readonly Entry[];
}

interface UnreadableRun {
  readonly run: string;
  readonly error: RecoverError;
  readonly mayBeOf: (member: SpaceMember) => boolean;
}

interface Runs {
  readonly read: readonly MemberRun[];
  readonly unreadable: readonly UnreadableRun[];
}

/** The runs of the batch's databases, oldest first. One that was killed before its first entry has done nothing, and is left out. */
function runsOf(directory: SavedRuns, batch: Batch): Runs {
  const read: MemberRun[] = [];
  const unreadable: UnreadableRun[] = [];
  for (const run of [...directory.list()].sort()) {
    const reading = readingOf(directory, run);
    if (isRead(reading)) read.push(...memberRun(batch, { run, entries: reading }));
    else unreadable.push({ run, error: reading, mayBeOf: suspectOf(directory, batch, run) });
  }
  return { read, unreadable };
}

function memberRun(batch: Batch, { run, entries }: Omit<MemberRun, "guid">): readonly MemberRun[] {
  const { inputs, runbook } = replay(entries);
  if (runbook !== MEMBER_RUNBOOK || inputs["batch"] !== batch.run) return [];
  const guid = inputs["instance_guid"];
  return typeof guid === "string" ? [{ run, guid, entries }] : [];
}

const isRead = (reading: readonly Entry[] | RecoverError): reading is readonly Entry[] => Array.isArray(reading);

function readingOf(directory: SavedRuns, run: string): readonly Entry[] | RecoverError {
  try {
    return directory.read(run).entries;
  } catch (thrown) {
    return asRecoverError(thrown, directory.directoryOf(run));
  }
}

/**
 * Tells the members to which an unreadable run may belong: those whose GUID its file names. If the file names the batch
 * and no member, or nobody can read it, the run may be that of each member.
 */
function suspectOf(directory: SavedRuns, batch: Batch, run: string): (member: SpaceMember) => boolean {
  const text = directory.textOf(run);
  if (text === undefined) return () => secondOf(run) >= secondOf(batch.run);
  const named = batch.members.filter(({ guid }) => text.includes(guid));
  if (named.length === 0) return () => text.includes(batch.run);
  return (member) => named.includes(member);
}

/** The second at the beginning of a run's name: no member begins before all were agreed on. */
const secondOf = (run: string): string => run.slice(0, "20261121-120000".length);

function unreadableStanding(member: SpaceMember, { run, error }: UnreadableRun): Standing {
  const place = error.place === undefined ? "" : `, ${error.place}`;
  return {
    ...{ member, run, state: "unreadable", error },
    why: `run ${run} cannot be read${place}: ${error.message} (${error.code}). ${error.remedy}`,
    goOnWith: quote(["dingo-recover", "journal", "verify", run]),
  };
}

/** The command that goes on with the rest. */
export const goOnWithAll = ({ run }: Batch): string => quote(["dingo-recover", "resume", run]);

/** How a member's run stands. An open one is resumed through the batch, with the batch's consent. */
function standingOf(batch: Batch, member: SpaceMember, { run, entries }: MemberRun): Standing {
  const end = endOf(entries);
  if (end?.outcome === "succeeded") return { member, run, state: "recovered" };
  if (end !== undefined) return { member, run, state: "undone" };
  const state = replay(entries);
  const error = state.phase.kind === "stopped" ? state.phase.error : undefined;
  const way = wayOn(state, { run, code: error?.code, place: error?.place, touched: hasTouched(entries) });
  const isResumed = "resumeWith" in way && !state.undoAsked && !state.back;
  const command = isResumed
    ? goOnWithAll(batch)
    : "resumeWith" in way
      ? way.resumeWith
      : "beginAnewWith" in way
        ? way.beginAnewWith
        : undefined;
  return {
    member,
    run,
    state: "open",
    ...(error === undefined ? {} : { why: `${error.message} (${error.code})` }),
    ...(command === undefined ? {} : { goOnWith: command }),
  };
}

/** The inputs of the run that brings a member back. clone-from finds nothing in another space. */
export function inputsOf({ org, space, run }: Batch, member: SpaceMember): JsonObject {
  return {
    ...{ service: member.name, org, space, instance_guid: member.guid, batch: run },
    ...{ around: member.deleted_at, apps: member.apps, clone_from: "never" },
  };
}

export const targetOf = ({ org, space }: Batch, { name }: SpaceMember): string => `${org}/${space}/${name}`;

/** Batches with something left to do, and the runs that belong to them. */
export function unfinishedBatches(
  directory: SavedRuns,
): readonly { readonly batch: Batch; readonly runs: readonly string[] }[] {
  return directory.list().flatMap((run) => {
    const reading = readingOf(directory, run);
    const batch = isRead(reading) ? batchOf(reading) : undefined;
    const standings = batch === undefined ? [] : standingsOf(directory, batch);
    if (batch === undefined || !standings.some(isLeft)) return [];
    return [{ batch, runs: standings.flatMap((each) => each.run ?? []) }];
  });
}

export const isLeft = ({ state }: Standing): boolean =>
  state === "not-begun" || state === "open" || state === "unreadable";

/** The number of databases that are back. */
export const backOf = (standings: readonly Standing[]): number =>
  standings.filter(({ state }) => state === "recovered").length;

/** Success is a proof: a database whose rows nobody counted is told apart. `where`: the space, behind a blank. */
export function backText(standings: readonly (Standing & { readonly outcome?: Outcome })[], where = ""): string {
  const back = backOf(standings);
  const bare = standings.filter(({ outcome }) => outcome?.isWithoutRows === true).length;
  const proved = bare === 0 ? "" : `, ${back - bare} of them proved by rows`;
  return `${back} of ${standings.length} databases${where} are back${proved}`;
}

/** How a batch ends, for a person. `again` gives a command the flags of this call; `outcomeOf` looks into a run. */
export function endLines(
  batch: Batch,
  standings: readonly Standing[],
  { again, outcomeOf }: { readonly again: (command: string) => string; readonly outcomeOf: (one: Standing) => Outcome },
): readonly string[] {
  const left = standings.filter(({ state }) => state !== "recovered");
  const outcomes = standings.map((each) => ({ ...each, outcome: outcomeOf(each) }));
  return [
    `${backText(outcomes, ` of ${batch.org}/${batch.space}`)}.`,
    ...outcomes.flatMap((each) => {
      if (each.state === "recovered") return backLines(each.member.name, each.outcome);
      const { member, state, why, goOnWith } = each;
      return [
        `  "${member.name}" (${member.guid}): ${why ?? state.replace("-", " ")}`,
        ...(goOnWith === undefined || goOnWith === goOnWithAll(batch) ? [] : [`    ${again(goOnWith)}`]),
      ];
    }),
    ...(left.some(isLeft) ? [`To go on with every database that is left: ${again(goOnWithAll(batch))}`] : []),
  ];
}

const backLines = (name: string, { back, lost }: Outcome): readonly string[] => [
  `  "${name}" is back${back === "" ? "" : `: ${back}`}`,
  ...(lost === "" ? [] : [`    ${lost}`]),
];

export function endDocument(batch: Batch, standings: readonly Standing[]): JsonObject {
  return {
    schema: "dingo-recover/batch@1",
    run: batch.run,
    recovered: backOf(standings),
    members: standings.map(({ member: { name, guid }, state, run = "", why = "", goOnWith = "" }) => ({
      ...{ name, guid, state, run, why, goOnWith },
    })),
  };
}
