/**
 * The end of a run, or how far it has come, as `Closing`: from the journal alone. A sentence about the world is one that
 * `standing/` or a proof in the journal says.
 */
import { type Closing, IN_EARNEST, type NextStep, NOTHING, nextSteps, type Ways } from "../kit/text/closing.ts";
import { type Entry, startOf } from "../engine/journal/entry.ts";
import { lossText } from "../archive/loss.ts";
import { listed } from "../kit/optional.ts";
import { leftBehind, standingOf, standingText, undoneText } from "./standing/standing.ts";
import { counted } from "../kit/text/counted.ts";
import { nameNow } from "./called.ts";
import { endingOf, type Ending, unitsOf } from "./digest.ts";
import { countsText, graveTexts } from "./findings.ts";
import { type Found, foundIn } from "./found.ts";
import { isRecovery } from "./summary.ts";
import { TEST_RUNBOOK } from "./test-runbook.ts";
import { named } from "../kit/text/printable.ts";

/**
 * Undefined before the run has begun. `ways`: of a run that stopped; without them nothing is said of how it goes on.
 * `error`: it ended the process; of a run that had ended before, it says that nothing was begun. `dryRun`: nothing was
 * to be changed, and it is over.
 */
export function closingOf(
  entries: readonly Entry[],
  { error, dryRun, ...ways }: Ways & { readonly error?: unknown; readonly dryRun?: true } = {},
): Closing | undefined {
  const started = startOf(entries);
  if (started === undefined) return undefined;
  const found = foundIn(unitsOf(entries));
  const about = aboutOf(entries, found);
  const ending = endingOf(entries);
  const isOver = ending.kind === "ended";
  if (isOver && error !== undefined) return unchanged(about, entries);
  if (dryRun === true) return looked(about, { found, isWhole: error === undefined });
  const hasSucceeded = isOver && ending.outcome === "succeeded";
  const said = { entries, found, about, ending };
  return {
    says: hasSucceeded ? success(said) : unfinished(said),
    ...(hasSucceeded || isProved(said) ? whatIsBack(found) : { back: [] }),
    found: findings(found),
    done: hasSucceeded ? done(said) : [],
    ...(hasSucceeded ? {} : { world: standingText(entries) }),
    next: hasSucceeded ? nextLines(found, started.rehearsal).map(stepOf) : nextSteps(ways),
    look: isOver && found.agreed === 0 ? lookCloser(started.run) : [],
    aside: hasSucceeded ? found.leftAside : leftBehind(entries),
  };
}

const unchanged = (about: string, entries: readonly Entry[]): Closing => ({
  ...NOTHING,
  says: `Nothing was changed for ${about}.`,
  world: standingText(entries),
});

const looked = (about: string, { found, isWhole }: { readonly found: Found; readonly isWhole: boolean }): Closing => ({
  ...NOTHING,
  says: `This was a dry run for ${about}: nothing was changed.`,
  found: findings(found),
  next: isWhole ? [IN_EARNEST] : [],
});

interface Said {
  readonly entries: readonly Entry[];
  readonly found: Found;
  readonly about: string;
  readonly ending: Ending;
}

function aboutOf(entries: readonly Entry[], found: Found): string {
  const what = isRecovery(entries, found) ? "the service" : `the runbook ${startOf(entries)?.runbook ?? ""}`;
  return named(nameNow(entries) ?? found.name ?? what);
}

function success({ entries, found, about }: Said): string {
  if (found.agreed > 0)
    return `${about}: ${counted(found.agreed, "database")} agreed on. They are brought back one after another.`;
  if (found.recovered.length > 0 && found.guid !== undefined) return `${about} is back.`;
  const [gravest] = found.findings;
  if (gravest?.severity !== "serious") return `${about}: done.`;
  return startOf(entries)?.runbook === TEST_RUNBOOK
    ? `${about}: the backup is bad.`
    : `${about}: something serious was found.`;
}

function unfinished({ entries, found, about, ending, ...rest }: Said): string {
  if (ending.kind === "ended")
    return ending.outcome === "undone" ? undoneText(entries, about) : `The work on ${about} goes on elsewhere.`;
  if (isGoingBack(entries)) return `What was done for ${about} is being taken back.`;
  // Before a deleted instance was found, the typed name may be wrong; that of a living service never went.
  const isFound = found.guid !== undefined || found.reached !== undefined;
  if (!isFound || !isRecovery(entries, found)) return `The work on ${about} is not finished.`;
  if (isProved({ entries, found, about, ending, ...rest }))
    return `${about} is back and can be logged in to; the work on it is not finished.`;
  return found.reached === undefined
    ? `${about} is not back yet.`
    : `${about} is restored, but no log-in to it is proved yet.`;
}

/** Proved twice, inside and through the router, and nobody takes it back. */
function isProved({ entries, found, ending }: Said): boolean {
  return (
    ending.kind !== "ended" && found.readBack !== undefined && found.reached !== undefined && !isGoingBack(entries)
  );
}

function isGoingBack(entries: readonly Entry[]): boolean {
  const resumed = entries.findLast((entry) => entry.type === "run-resumed");
  return resumed?.back === true;
}

function whatIsBack(found: Found): Pick<Closing, "back" | "lost"> {
  const { recovered, readBack = [], reached, unproved, loss } = found;
  const counted = recovered.length === 0 ? readBack : recovered;
  const tables = counted.filter((each) => !GUID.test(each));
  const more = tables.length - MOST_TABLES;
  const shown = [...tables.slice(0, MOST_TABLES), ...(more > 0 ? [`and ${more} more in the report`] : [])];
  return {
    back: [
      ...(shown.length === 0 ? [] : [shown.join(", ")]),
      ...listed(unproved),
      ...(reached === undefined ? [] : [`last transaction ${reached}`]),
    ],
    ...(loss === undefined ? {} : { lost: lossText(loss) }),
  };
}

/** Whose data they are is told by a GUID, which is for the report. */
const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/u;
const MOST_TABLES = 5;

function findings({ findings }: Found): readonly string[] {
  return findings.length === 0 ? [] : [countsText(findings), ...graveTexts(findings)];
}

/** A recovery's done things are told by the facts that came back. */
function done({ entries, found }: Said): readonly string[] {
  if (found.told.length > 0) return found.told;
  if (found.recovered.length > 0 || found.agreed > 0) return [];
  const { done, drifted } = standingOf(entries);
  return [...done, ...drifted];
}

/** The foundation of a rehearsal is gone when its run is over: no command would work there. */
export function nextLines({ next }: Found, isRehearsal: boolean): readonly string[] {
  return isRehearsal ? next.filter((line) => "text" in stepOf(line)) : next;
}

function stepOf(line: string): NextStep {
  const [command = "", why, ...more] = line.split("  # ");
  return why === undefined || more.length > 0 ? { text: line } : { command, why };
}

export const lookCloser = (run: string): readonly string[] => [
  `dingo-recover report ${run} --format html -o report.html`,
  `dingo-recover serve ${run}`,
];
