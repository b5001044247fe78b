/**
 * The answer for a person. Coverage stands first, then the other candidates, and the answer last, where the screen
 * shows it. The answer is the likeliest candidate, the reason, and the one command if the candidate is confirmed.
 */
import { counted } from "../../kit/text/counted.ts";
import { nearest } from "../../kit/text/nearest.ts";
import type { Candidate, Discovery, DiscoveryQuery, NotDeleted } from "../judgement/candidate.ts";
import { candidateLines, isGone, shortLines } from "./candidate-lines.ts";
import { coverageLines, section } from "./coverage-lines.ts";
import { uncompared } from "../judgement/open-questions.ts";
import { isNamed } from "../judgement/rank.ts";
import { shown } from "../lines/safe-text.ts";
import { secondsLived } from "../judgement/set-aside.ts";
import { plainTime } from "../lines/stamp.ts";
import { batchCommand, deletedTogether, type Together } from "../judgement/together.ts";

/** Beyond these the question is too wide, and `--all` shows the rest. */
const SHOWN_CANDIDATES = 5;
const SHOWN_ASIDE = 3;
const SHOWN_UNFIT = 5;
const SHOWN_NOT_DELETED = 5;

export interface TableOptions {
  /** Every candidate, source and piece of proof. */
  readonly verbose?: boolean | undefined;
}

/** Of candidates with their open questions. Lines end with a newline; all times are UTC. */
export function toTable(
  discovery: Discovery,
  query: DiscoveryQuery = {},
  { verbose = false }: TableOptions = {},
): string {
  const all = query.all === true;
  const { candidates, coverage } = discovery;
  const fitting = candidates.filter(({ misfit }) => misfit !== true);
  const misfits = candidates.filter(({ misfit }) => misfit === true);
  const [best, ...others] = fitting;
  const place = new Map(fitting.map((each, index) => [each, index]));
  const lines = [
    ...coverageLines(coverage, verbose),
    ...misfitLines(misfits, query, { from: fitting.length + 1, verbose }),
    ...notDeletedLines(discovery, query, { inFull: all || verbose, isAnswer: best === undefined }),
    ...setAsideLines(discovery, verbose),
    ...otherLines(others, query, { all, verbose }),
    ...deletedTogether(fitting).flatMap((each) => togetherLines(each, { query: discovery.asked ?? query, place })),
    ...(best === undefined
      ? [nothing(discovery), ...wider(discovery, query)]
      : candidateLines(best, query, { place: 1, inFull: verbose })),
    ...meant(discovery, query),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

/** The least likely first: a reader who goes upwards meets the likelier ones. */
function otherLines(
  others: readonly Candidate[],
  query: DiscoveryQuery,
  { all, verbose }: { readonly all: boolean; readonly verbose: boolean },
): readonly string[] {
  const listed = all || verbose ? others : others.slice(0, SHOWN_CANDIDATES - 1);
  const more = others.length - listed.length;
  const rest = more === 0 ? [] : [`${more} more; --all lists them.`];
  if (verbose)
    return listed
      .map((each, index) => candidateLines(each, query, { place: index + 2, inFull: true }))
      .reverse()
      .flat();
  if (listed.length === 0) return [];
  return [
    "What else fits:",
    ...rest,
    ...listed
      .map((each, index) => shortLines(each, index + 2))
      .reverse()
      .flat(),
    "",
  ];
}

function misfitLines(
  misfits: readonly Candidate[],
  query: DiscoveryQuery,
  { from, verbose }: { readonly from: number; readonly verbose: boolean },
): readonly string[] {
  if (misfits.length === 0) return [];
  const lines = verbose
    ? misfits.flatMap((each, index) => candidateLines(each, query, { place: from + index, inFull: true }))
    : [...misfits.flatMap((each, index) => shortLines({ ...each, open: [] }, from + index)), ""];
  return ["Deleted, but not what was asked for:", ...lines];
}

function setAsideLines({ setAside = [] }: Discovery, verbose: boolean): readonly string[] {
  if (setAside.length === 0) return [];
  const told = verbose ? setAside : setAside.slice(0, SHOWN_ASIDE);
  const more = setAside.length - told.length;
  const each = told.map(
    (one) =>
      `   ${one.guid} lived for ${secondsLived(one)} s only${one.deletedAt === undefined ? "" : `, until ${plainTime(one.deletedAt)}`}`,
  );
  const was = setAside.length === 1 ? "was" : "were";
  return section(
    `${counted(setAside.length, "deletion")} ${was} set aside (a failed create that was cleaned up, or a test):`,
    [...each, ...(more === 0 ? [] : [`   and ${more} more; --verbose and --json have their GUIDs, --all lists them`])],
  );
}

/** When nothing was found, these may be the answer: somebody took an event for a deletion that was none. */
function notDeletedLines(
  { notDeleted }: Discovery,
  { name }: DiscoveryQuery,
  { inFull, isAnswer }: { readonly inFull: boolean; readonly isAnswer: boolean },
): readonly string[] {
  if (notDeleted.length === 0) return [];
  const asked = notDeleted.filter((each) => name !== undefined && isNamed(each, name));
  const others = notDeleted.filter((each) => !asked.includes(each));
  const sorted = [...asked, ...others];
  if (!inFull && !isAnswer) {
    const count = sorted.length === 1 ? "1 more was" : `${sorted.length} more were`;
    return [`${count} not deleted; --all lists them, and why.`, ""];
  }
  const listed = inFull ? sorted : sorted.slice(0, Math.max(SHOWN_NOT_DELETED, asked.length));
  const more = sorted.length - listed.length;
  const rest = more === 0 ? [] : [`   and ${more} more; --all lists them`];
  return section("Not deleted:", [...listed.flatMap(notDeletedLine), ...rest]);
}

function nothing({ complete, coverage }: Discovery): string {
  if (complete) return "No deleted instance was found, and everything was looked at.";
  const [first] = coverage;
  if (first !== undefined && coverage.every(({ unread }) => unread === true))
    return `Nothing was searched: ${shown(first.file === undefined ? "" : `${first.file}: `)}${shown(first.why ?? "unknown")}. A deletion may exist.`;
  return "No deleted instance was found, but not everything could be looked at: a deletion may exist that was not seen.";
}

/** Names are remembered wrongly, and old brokers log none. */
function wider(discovery: Discovery, query: DiscoveryQuery): readonly string[] {
  const { unfit = [] } = discovery;
  const { name, org, space, around, all } = query;
  const narrow = [name, org, space, around].some((each) => each !== undefined);
  if (!narrow || all === true) return [];
  if (unfit.length === 0) return ["--all asks about every name and place, at any time."];
  const them = unfit.length === 1 ? "it" : "them";
  const like = meantName(discovery, query);
  const told = [...unfit.filter(({ name: each }) => each === like), ...unfit.filter(({ name: each }) => each !== like)]
    .slice(0, SHOWN_UNFIT)
    .map(({ guid, name: called, deletedAt }) =>
      shown(
        ["  ", guid, called === undefined ? "(name unknown)" : `"${called}"`, plainTime(deletedAt ?? "")].join(" "),
      ),
    );
  const count = `${counted(unfit.length, "deletion")} did not fit what was asked for`;
  return [`${count}: --all lists ${them}.`, ...told];
}

/** The name that is nearest to one that nothing has: capitals count in Cloud Foundry. */
function meantName(discovery: Discovery, { name }: DiscoveryQuery): string | undefined {
  const all = [...deletedOf(discovery), ...discovery.notDeleted].flatMap((each) => each.name ?? []);
  return name === undefined || all.includes(name) ? undefined : nearest(name, all);
}

const deletedOf = ({ candidates, unfit = [], setAside = [] }: Discovery): readonly Candidate[] => [
  ...candidates,
  ...unfit,
  ...setAside,
];

function meant(discovery: Discovery, query: DiscoveryQuery): string[] {
  const like = meantName(discovery, query);
  if (like === undefined) return [];
  const guids = deletedOf(discovery).flatMap(({ name, guid }) => (name === like ? [guid] : []));
  const what =
    guids.length > 0 ? `A deletion of that name was found: ${guids.join(", ")}.` : "It stands under Not deleted.";
  return [`Did you mean "${shown(like)}"? ${what}`];
}

/**
 * The plan for all of them; the owner says which are wanted. Logs alone hold GUIDs, and do not tell which live again:
 * then no batch is named, since a batch goes by the names of the place.
 */
function togetherLines(
  { members, spaceGuid }: Together,
  { query, place }: { readonly query: DiscoveryQuery; readonly place: ReadonlyMap<Candidate, number> },
): readonly string[] {
  const gone = members.filter(isGone).toSorted((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0));
  const [first] = gone;
  if (first === undefined) return [];
  const { org, space, orgGuid } = first;
  const head = `${members.length} went together from ${shown(org ?? orgGuid ?? "an organization not known")} / ${shown(space ?? spaceGuid)}.`;
  if (org === undefined || space === undefined)
    return [`${head} Use --cf-events to see the names of the place, and what still lives.`, ""];
  if (gone.some((each) => uncompared(each, query).length > 0)) return [head, ""];
  return section(`${head} To bring back the ${gone.length} that are gone, by one consent:`, [
    `   ${shown(batchCommand({ org, space }))}`,
  ]);
}

function notDeletedLine({ guid, name, at, why }: NotDeleted): readonly string[] {
  const who = [guid, ...(name === undefined ? [] : [`"${name}"`]), ...(at === undefined ? [] : [plainTime(at)])];
  return [`   ${shown(who.join("  "))}`, `      ${shown(why)}`];
}
