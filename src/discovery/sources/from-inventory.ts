/**
 * Discovery in the files of `inventory`. An instance that was there at one survey and no more at the next was deleted
 * in between, however long ago. The files also tell every instance's name and place, and who was bound to it.
 */
import type { Coverage, InstanceDescription, KnownInstance, Sighting, SourceReport } from "../judgement/candidate.ts";
import { isGuid } from "../lines/guid.ts";
import { isCovered, parseInventoryLine, type InventoryInstance, type InventorySurvey } from "./inventory-line.ts";
import { shown } from "../lines/safe-text.ts";
import { remedyOf } from "../judgement/tried.ts";

export interface InventoryFile {
  readonly path: string;
  readonly text: string;
}

export interface InventoryFiles {
  readonly files: readonly InventoryFile[];
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
}

interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly byteOffset: number;
}

type Seen = InventoryInstance & { readonly place: Place };

interface Survey {
  readonly at: string;
  readonly api: string;
  readonly seen: Map<string, Seen>;
  end: InventorySurvey | undefined;
}

export function fromInventory({ files, unreadable }: InventoryFiles): SourceReport {
  const surveys = new Map<string, Survey>();
  const coverage: Coverage[] = unreadable.map(({ path, why }) => ({
    source: "inventory",
    file: path,
    complete: false,
    why,
    remedy: "Name files that `inventory` has written and that this user may read, with --inventory FILE.",
  }));
  // A survey may go on in the next file: its gaps are known when all are read.
  const read = files.map((file) => readFile(file, surveys));
  coverage.push(...read.map(coverageOf));
  const ordered = [...surveys.values()].sort((a, b) => (a.at < b.at ? -1 : 1));
  coverage.push(...tooFew(ordered, unreadable.length), ...uncovered(ordered));
  return { sightings: gone(ordered), notDeleted: [], coverage, known: knownOf(ordered) };
}

/** Surveys show a deletion by comparison: one survey alone shows none. */
function tooFew(surveys: readonly Survey[], unreadable: number): readonly Coverage[] {
  if (surveys.filter(isWhole).length > 1) return [];
  const why = "a deletion shows only between two surveys that saw every instance";
  // The remedies of unreadable files bring their surveys back.
  const remedy = unreadable > 0 ? [] : ["Run dingo-recover inventory once more."];
  return [{ source: "inventory", complete: false, why, ...remedyOf(remedy) }];
}

/**
 * A survey of some offerings covers no time of the others: their deletions before the first survey, or after the last,
 * are not seen.
 */
function uncovered(surveys: readonly Survey[]): readonly Coverage[] {
  const whole = surveys.filter(isWhole);
  const seen = surveys.flatMap((survey) => [...survey.seen.values()]);
  const told = [...new Map(seen.map(({ api, offering }) => [`${api} ${offering}`, { api, offering }])).values()];
  return told.flatMap(({ api, offering }) => {
    const edges = [whole.find((each) => each.api === api), whole.findLast((each) => each.api === api)];
    const edge = edges.find((each) => each !== undefined && !covers(each, offering));
    if (edge === undefined) return [];
    const why = `the survey of ${edge.at} was not one of the offering "${shown(offering)}": whether its services were there then is not known`;
    return [{ source: "inventory", complete: false, why }];
  });
}

/** By its own word, and with as many instances as it counted: lines get lost. */
function isWhole(survey: Survey): boolean {
  return survey.end?.complete === true && lostOf(survey) === 0;
}

const lostOf = ({ seen, end }: Survey): number => Math.max(0, (end?.instances ?? 0) - seen.size);

/** Whether an instance of the offering that the survey does not have was not there. */
function covers(survey: Survey, offering: string): boolean {
  const told = survey.end?.covers;
  return isWhole(survey) && told !== undefined && isCovered(offering, told);
}

interface Read {
  readonly path: string;
  readonly surveys: readonly Survey[];
  /** Lines that are cut or of another form. */
  readonly strange: number;
}

function readFile({ path, text }: InventoryFile, surveys: Map<string, Survey>): Read {
  const own = new Set<Survey>();
  let byteOffset = 0;
  let strange = 0;
  for (const [index, content] of text.split("\n").entries()) {
    const entry = parseInventoryLine(content);
    if (entry !== undefined) own.add(note(surveys, entry, { file: path, line: index + 1, byteOffset }));
    else if (content.trim() !== "") strange += 1;
    byteOffset += Buffer.byteLength(content) + 1;
  }
  return { path, surveys: [...own], strange };
}

function coverageOf({ path, surveys, strange }: Read): Coverage {
  const times = surveys.map(({ at }) => at).sort();
  const [from, to] = [times[0], times.at(-1)];
  const why = [
    ...(times.length === 0 ? ["no survey is in this file"] : []),
    ...(strange > 0 ? [`${strange} of its lines are cut or of another form`] : []),
    ...surveys.filter((survey) => !isWhole(survey)).map(unfinished),
  ].join("; ");
  const span = from === undefined || to === undefined ? {} : { from, to };
  return { source: "inventory", file: path, ...span, complete: why === "", ...(why === "" ? {} : { why }) };
}

function unfinished(survey: Survey): string {
  const { at, end } = survey;
  const lost = lostOf(survey);
  const missing = lost === 0 ? [] : [`${lost} of the instances that it counted are in no file`];
  const reasons = end === undefined ? "it has no end" : [...end.why.map(shown), ...missing].join(", ");
  return `the survey of ${at} does not show every instance: ${reasons}`;
}

function note(surveys: Map<string, Survey>, entry: InventoryInstance | InventorySurvey, place: Place): Survey {
  const key = `${entry.api} ${entry.survey}`;
  const survey = surveys.get(key) ?? { at: entry.survey, api: entry.api, seen: new Map(), end: undefined };
  surveys.set(key, survey);
  if (entry.type === "survey") survey.end = entry;
  else if (isGuid(entry.guid)) survey.seen.set(entry.guid, { ...entry, place });
  return survey;
}

/** An instance counts as gone at the first complete survey of its offering that does not have it, unless a later one has it. */
function gone(surveys: readonly Survey[]): readonly Sighting[] {
  const last = new Map<string, Seen>();
  for (const survey of surveys) for (const seen of survey.seen.values()) last.set(seen.guid, seen);
  return [...last.values()].flatMap((seen) => {
    const next = surveys.find((each) => each.at > seen.survey && each.api === seen.api && covers(each, seen.offering));
    return next === undefined ? [] : [sightingOf(seen, next.at)];
  });
}

function sightingOf(seen: Seen, missedAt: string): Sighting {
  return {
    guid: seen.guid,
    source: "inventory",
    kind: "gone",
    why: `the inventory saw it at ${seen.survey} and no more at ${missedAt}`,
    weight: 40,
    ...describe(seen),
    between: { after: seen.survey, before: missedAt },
    notes: [`At ${seen.survey} its archive was ${shown(seen.archive.verdict)}: ${shown(seen.archive.why)}.`],
    evidence: [
      {
        source: "inventory",
        ...seen.place,
        text: shown(`${seen.survey} "${seen.name}" ${seen.guid} in ${seen.org.name} / ${seen.space.name}`),
      },
    ],
  };
}

function knownOf(surveys: readonly Survey[]): readonly KnownInstance[] {
  const newest = new Map<string, KnownInstance>();
  for (const { seen } of surveys)
    for (const each of seen.values())
      newest.set(each.guid, {
        guid: each.guid,
        source: "inventory",
        notedAt: each.survey,
        createdAt: each.createdAt,
        ...describe(each),
      });
  return [...newest.values()];
}

function describe(seen: Seen): InstanceDescription {
  const apps = seen.bindings?.flatMap(({ type, guid, name }) =>
    type === "app" ? [{ appGuid: guid, ...(name === null ? {} : { name }) }] : [],
  );
  return {
    name: seen.name,
    org: seen.org.name,
    orgGuid: seen.org.guid,
    space: seen.space.name,
    spaceGuid: seen.space.guid,
    plan: seen.plan,
    offering: seen.offering,
    ...(apps === undefined || apps.length === 0 ? {} : { boundApps: apps }),
  };
}
