/**
 * The reasons why a candidate is not confirmed. Nobody is led to a wrong instance: if a name, a place or a time could
 * not be compared, or another candidate fits as well, a person has to say which is meant.
 */
import { counted } from "../../kit/text/counted.ts";
import type { Candidate, Coverage, Discovery, DiscoveryQuery } from "./candidate.ts";
import { distanceOf, isNamed, isPlace, nameFit } from "./rank.ts";
import { shown } from "../lines/safe-text.ts";
import { whyAside } from "./set-aside.ts";
import { plainTime } from "../lines/stamp.ts";

const MOST_TOLD = 3;

/**
 * Other candidates that may be meant, by GUID, best first. There may be tens of thousands: they are sorted out once for
 * all.
 */
interface Rivals {
  readonly any: ReadonlyMap<string, Candidate>;
  /** Those whose name is known to fit; times leave out none. */
  readonly named: ReadonlyMap<string, Candidate>;
}

export interface Beside {
  readonly rivals: Rivals;
  readonly coverage: readonly Coverage[];
}

/** `fitting`: all that fits the question, the candidates that are judged among them. */
export function rivalsAmong(fitting: readonly Candidate[], { name }: DiscoveryQuery): Rivals {
  const any = fitting.filter(({ kind, aside }) => kind !== "never-had-a-node" && aside !== true);
  return { any: byGuid(any), named: byGuid(any.filter((each) => nameFit(each, name) === "known")) };
}

const byGuid = (candidates: readonly Candidate[]): ReadonlyMap<string, Candidate> =>
  new Map(candidates.map((each) => [each.guid, each]));

/** With `open` on each candidate: none for a candidate that does not fit. */
export function withOpenQuestions(discovery: Discovery, query: DiscoveryQuery): Discovery {
  const { candidates, coverage, setAside } = discovery;
  const asked = discovery.asked ?? query;
  const fitting = candidates.filter(({ misfit }) => misfit !== true);
  const beside = { rivals: rivalsAmong(fitting, asked), coverage };
  const judged = (each: Candidate): Candidate => ({ ...each, open: openQuestions(each, beside, asked) });
  return {
    ...discovery,
    candidates: candidates.map((each) => (each.misfit === true ? { ...each, open: [MISFIT] } : judged(each))),
    ...(setAside === undefined ? {} : { setAside: setAside.map(judged) }),
  };
}

export const MISFIT = "It is not what was asked for.";

const LIVES_AGAIN = "The broker brought it back under the same GUID: it may live, so no command is given.";

export const isConfirmed = ({ open }: Candidate): boolean => open?.length === 0;

/** Sentences, the gravest first; empty if it is confirmed. */
export function openQuestions(candidate: Candidate, beside: Beside, query: DiscoveryQuery): readonly string[] {
  if (candidate.aside === true) return [whyAside(candidate)];
  return [
    ...(candidate.kind === "recreated" ? [LIVES_AGAIN] : []),
    ...uncompared(candidate, query),
    ...alsoFitting(candidate, beside.rivals, query),
    ...unseen(candidate, beside, query),
  ];
}

/** False for a question that any deletion answers. */
export const isAsked = ({ name, around, space, spaceGuid, org, orgGuid }: DiscoveryQuery): boolean =>
  [name, around, space, spaceGuid, org, orgGuid].some((each) => each !== undefined);

/** It fits because nothing speaks against it: that is no sign that it is the one. */
export function uncompared(candidate: Candidate, query: DiscoveryQuery): readonly string[] {
  const { name, space, spaceGuid, org, orgGuid } = candidate;
  const fit = nameFit(candidate, query.name);
  const inSpace = isPlace(query.space, query.spaceGuid, { name: space, guid: spaceGuid });
  const inOrg = isPlace(query.org, query.orgGuid, { name: org, guid: orgGuid });
  const isDated = candidate.deletedAt !== undefined || candidate.between !== undefined;
  return [
    ...(fit === "known" ? [] : [nameUnknown(candidate, name)]),
    ...(query.space !== undefined && inSpace === undefined
      ? ["The name of its space is not known: --space could not be compared."]
      : []),
    ...(query.org !== undefined && inOrg === undefined
      ? ["The name of its organization is not known: it could not be compared."]
      : []),
    ...(query.around !== undefined && !isDated
      ? ["When it was deleted is not known: the time could not be compared."]
      : []),
  ];
}

function nameUnknown({ firstName }: Candidate, name: string | undefined): string {
  if (name === undefined)
    return "The name of this instance is not known: it may be the one that you asked for, or another one.";
  return `It was called "${shown(firstName ?? name)}" at first and "${shown(name)}" later: nothing tells whether it is the one that was asked for.`;
}

function alsoFitting(candidate: Candidate, { any, named }: Rivals, query: DiscoveryQuery): readonly string[] {
  const { guid } = candidate;
  const rivals = nameFit(candidate, query.name) === "known" ? named : any;
  const count = rivals.size - (rivals.has(guid) ? 1 : 0);
  if (count === 0) return [];
  const told = firstOthers(rivals, guid).map(tell).join(", ");
  const more = count > MOST_TOLD ? ` and ${count - MOST_TOLD} more` : "";
  return [`${counted(count, "other")} ${count === 1 ? "fits" : "fit"} as well: ${told}${more}.`];
}

function firstOthers(rivals: ReadonlyMap<string, Candidate>, guid: string): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const each of rivals.values()) {
    if (found.length === MOST_TOLD) break;
    if (each.guid !== guid) found.push(each);
  }
  return found;
}

function tell({ guid, name, deletedAt }: Candidate): string {
  const called = name === undefined ? "" : ` "${shown(name)}"`;
  return `${guid}${called}${deletedAt === undefined ? "" : ` at ${plainTime(deletedAt)}`}`;
}

/**
 * A GUID is the only one of its kind. A name may have been given again, and the only deletion that was read may not be the
 * only one: one source that was read in full would tell. By a time or a place, nothing nearer may be left unread.
 */
function unseen(candidate: Candidate, { coverage: all }: Beside, query: DiscoveryQuery): readonly string[] {
  const { name, around } = query;
  if (candidate.guid === name?.toLowerCase()) return [];
  const isByName = name !== undefined && isNamed(candidate, name);
  const coverage = isByName ? all.filter(({ notByName }) => notByName !== true) : all;
  if ((isByName || !isAsked(query)) && TELL_DELETIONS.some((source) => isRead(coverage, source))) return [];
  const distance = distanceOf(candidate, around) ?? Number.POSITIVE_INFINITY;
  const gap = coverage.find((each) => !each.complete && reachesNear(each, isByName ? undefined : around, distance));
  if (gap === undefined) return [];
  return [`Not everything could be looked at, and another may fit better: ${shown(placeOf(gap))} is incomplete.`];
}

const TELL_DELETIONS: readonly Coverage["source"][] = ["cf-usage-events", "cf-audit-events", "logs", "log-store"];

/** Every named part of the source was read, over any time. */
function isRead(coverage: readonly Coverage[], source: Coverage["source"]): boolean {
  const parts = coverage.filter((each) => each.source === source && each.missing === undefined);
  return parts.length > 0 && parts.every(({ complete }) => complete);
}

/** A time that no log reaches over counts if it is no farther from what was asked for than the candidate. */
function reachesNear({ missing }: Coverage, around: Date | undefined, distance: number): boolean {
  if (missing === undefined) return true;
  if (around === undefined) return false;
  const asked = around.getTime();
  return Date.parse(missing.from) < asked + distance && Date.parse(missing.to) > asked - distance;
}

const placeOf = ({ file, store, source, missing }: Coverage): string =>
  missing === undefined ? (file ?? store ?? source) : `the time from ${missing.from} to ${missing.to}`;
