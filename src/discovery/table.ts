/** The answer for a person: candidates with their proof, then what was not deleted, then what could not be looked at. */
import { counted } from "../counted.js";
import { nearest } from "../nearest.js";
import type { Candidate, Coverage, Discovery, DiscoveryQuery, Evidence, NotDeleted } from "./candidate.js";
import { isNamed, isPlace } from "./rank.js";
import { shown } from "./safe-text.js";
import { secondsLived } from "./set-aside.js";
import { plainTime } from "./stamp.js";
import { batchCommand, deletedTogether, recoverCommand, type Together } from "./together.js";

/** Beyond these the question is too wide, and `--all` shows the rest. */
const SHOWN_CANDIDATES = 10;
const SHOWN_EVIDENCE = 3;
const TEXT_WIDTH = 160;
const LAGER = /"timestamp":"([^"]+)".{0,80}"message":"([^"]+)".{0,40}"data":(.*)\}$/;

/** Lines end with a newline; all times are UTC. */
export function toTable(discovery: Discovery, query: DiscoveryQuery = {}): string {
  const all = query.all === true;
  const { candidates, coverage } = discovery;
  const fitting = candidates.filter(({ misfit }) => misfit !== true);
  const misfits = candidates.filter(({ misfit }) => misfit === true);
  const listed = all ? fitting : fitting.slice(0, SHOWN_CANDIDATES);
  const place = new Map(candidates.map((each, index) => [each, index]));
  const together = deletedTogether(candidates).map(({ spaceGuid, members }) => ({
    spaceGuid,
    members: [...members].sort((a, b) => (place.get(a) ?? 0) - (place.get(b) ?? 0)),
  }));
  const lines = listed.flatMap((candidate, index) => candidateLines(candidate, index + 1, query));
  if (listed.length < fitting.length) lines.push(`${fitting.length - listed.length} more; --all lists them.`, "");
  if (fitting.length === 0) lines.push(nothing(discovery), ...wider(discovery, query), "");
  lines.push(...together.flatMap((each) => togetherLines(each, query)), ...aloneLines(listed, together, query));
  lines.push(...setAsideLines(discovery));
  if (misfits.length > 0) lines.push("Deleted, but not what was asked for:", "");
  lines.push(...misfits.flatMap((candidate, index) => candidateLines(candidate, fitting.length + index + 1, query)));
  lines.push(...notDeletedLines(discovery, query, all || fitting.length === 0));
  lines.push(...section("Not looked at in full:", holeLines(coverage.filter((entry) => !entry.complete))));
  lines.push(...section("Looked at:", coverage.filter(wasReadInFull).map(spanLine)));
  return `${lines.join("\n").trimEnd()}\n`;
}

function setAsideLines({ setAside = [] }: Discovery): readonly string[] {
  const [first] = setAside;
  if (first === undefined) return [];
  const told =
    setAside.length === 1
      ? `1 deletion was set aside: ${first.guid} lived for ${secondsLived(first)} s only (a failed create that was cleaned up, or a test); --all lists it.`
      : `${setAside.length} deletions were set aside: each lived for less than two minutes (failed creates that were cleaned up, or tests); --all lists them.`;
  return [told, ""];
}

/** Where nothing was found they may be the answer: what somebody took for a deletion was none. */
function notDeletedLines({ notDeleted }: Discovery, { name }: DiscoveryQuery, inFull: boolean): readonly string[] {
  if (inFull || notDeleted.length === 0) {
    const asked = notDeleted.filter((each) => name !== undefined && isNamed(each, name));
    const others = notDeleted.filter((each) => !asked.includes(each));
    return section("Not deleted:", [...asked, ...others].flatMap(notDeletedLine));
  }
  const count = notDeleted.length === 1 ? "1 more was" : `${notDeleted.length} more were`;
  return [`${count} not deleted; --all lists them, and why.`, ""];
}

function nothing({ complete }: Discovery): string {
  return complete
    ? "No deleted instance was found, and everything was looked at."
    : "No deleted instance was found, but not everything could be looked at: it may exist.";
}

/** Names are remembered wrongly, and old brokers log none. */
function wider({ unfit = 0, otherNames = [] }: Discovery, query: DiscoveryQuery): readonly string[] {
  const { name, org, space, around, all } = query;
  const narrow = [name, org, space, around].some((each) => each !== undefined);
  if (!narrow || all === true) return [];
  const like = name === undefined ? undefined : nearest(name, otherNames);
  if (like !== undefined) return [`Did you mean "${shown(like)}"? A deletion of that name was found.`];
  if (unfit === 0) return ["--all asks about every name and place, at any time."];
  return [`${counted(unfit, "deletion")} did not fit what was asked for: --all lists ${unfit === 1 ? "it" : "them"}.`];
}

function candidateLines(candidate: Candidate, place: number, query: DiscoveryQuery): readonly string[] {
  const name = candidate.name === undefined ? "(name unknown)" : `"${shown(candidate.name)}"`;
  const fields = [
    ["where", where(candidate)],
    ["plan", [candidate.offering, candidate.plan ?? candidate.planGuid].filter((part) => part !== undefined).join(" ")],
    ["deleted", [whenGone(candidate), candidate.deletedBy].filter((part) => part !== undefined).join(" by ")],
    ["why", candidate.why],
    ["last WAL", lastWal(candidate)],
    ["apps", (candidate.boundApps ?? []).map(({ appGuid, name }) => name ?? appGuid).join(", ")],
    [
      "nodes",
      (candidate.nodes ?? []).map(({ node, cell }) => (cell === undefined ? node : `${node} on ${cell}`)).join(", "),
    ],
  ];
  const proofs = distinct(candidate.evidence);
  return [
    `${place}. ${candidate.guid}  ${name}  ${candidate.kind}  score ${candidate.score}`,
    ...fields.flatMap(([label = "", value = ""]) => (value === "" ? [] : [`   ${label.padEnd(8)} ${shown(value)}`])),
    ...[...candidate.notes, ...uncompared(candidate, query)].map((note) => `   note     ${shown(note)}`),
    ...proofs.slice(0, SHOWN_EVIDENCE).map((item) => `   proof    ${evidenceLine(item)}`),
    ...(candidate.evidence.length > SHOWN_EVIDENCE
      ? [`            and ${candidate.evidence.length - SHOWN_EVIDENCE} more; --json shows all`]
      : []),
    "",
  ];
}

/** It fits because nothing speaks against it: that is no sign that it is the one. */
function uncompared({ guid, name, space, spaceGuid }: Candidate, query: DiscoveryQuery): readonly string[] {
  const nameless = query.name !== undefined && name === undefined && guid !== query.name.toLowerCase();
  const placed = isPlace(query.space, query.spaceGuid, { name: space, guid: spaceGuid });
  return [
    ...(nameless ? ["Its name is not known: nothing tells whether it is the one that was asked for."] : []),
    ...(query.space !== undefined && placed === undefined
      ? ["The name of its space is not known: --space could not be compared."]
      : []),
  ];
}

/**
 * The plan for all of them; it is the owner who says which are wanted. Logs alone hold GUIDs, and not what lives again:
 * then no batch is named, which goes by the names of the place.
 */
function togetherLines({ members, spaceGuid }: Together, query: DiscoveryQuery): readonly string[] {
  const gone = members.filter(isGone);
  const [first] = gone;
  if (first === undefined) return [];
  const { org, space, orgGuid } = first;
  const commands = gone.map((member) => `   ${shown(recoverCommand(member, query))}`);
  const head = `${members.length} went together from ${shown(org ?? orgGuid ?? "an organization not known")} / ${shown(space ?? spaceGuid)}.`;
  if (org === undefined || space === undefined)
    return section(
      `${head} What still lives, and the names of the place, --cf-events knows. To recover one of them; what the command does not say, it asks for:`,
      commands,
    );
  return section(`${head} To bring back the ${gone.length} that are gone, by one consent, or one of them alone:`, [
    `   ${shown(batchCommand({ org, space }))}`,
    ...commands,
  ]);
}

/** What each is recovered by of which no plan for several has told. */
function aloneLines(
  listed: readonly Candidate[],
  together: readonly Together[],
  query: DiscoveryQuery,
): readonly string[] {
  const told = new Set(together.flatMap(({ members }) => members));
  const others = listed.filter((each) => !told.has(each) && isGone(each));
  const commands = others.map((each) => `   ${shown(recoverCommand(each, query))}`);
  const whole = others.every(({ name, org, space }) => [name, org, space].every((part) => part !== undefined));
  const head = `To recover ${commands.length > 1 ? "one of them" : "it"}`;
  return section(whole ? `${head}:` : `${head}; what the command does not say, it asks for:`, commands);
}

/** Nothing has taken its place, and there was something to lose. */
function isGone({ kind, nameTakenBy }: Candidate): boolean {
  return nameTakenBy === undefined && kind !== "recreated" && kind !== "never-had-a-node";
}

function whenGone({ deletedAt, between }: Candidate): string | undefined {
  if (deletedAt !== undefined) return plainTime(deletedAt);
  return between === undefined ? undefined : `between ${plainTime(between.after)} and ${plainTime(between.before)}`;
}

/** Only a finished upload is in the archive. */
function lastWal({ lastWal: last }: Candidate): string {
  if (last === undefined) return "";
  const done = last.state === "complete" ? "sent" : "begun to be sent";
  return `${last.segment ?? "a segment"} ${done} at ${plainTime(last.at)}`;
}

function where(candidate: Candidate): string {
  const parts = [candidate.org ?? candidate.orgGuid, candidate.space ?? candidate.spaceGuid];
  return parts.filter((part) => part !== undefined).join(" / ");
}

/** A line is often in several files: here once. */
function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  const seen = new Set<string>();
  return evidence.filter(({ text }) => {
    const core = lagerPart(text);
    return !seen.has(core) && seen.add(core);
  });
}

function evidenceLine(evidence: Evidence): string {
  return `${shown(placeOf(evidence))}\n            ${cut(lagerPart(evidence.text))}`;
}

/** A search that skipped ahead counts no lines. */
function placeOf({ source, id = "", file, line, byteOffset, index }: Evidence): string {
  if (file === undefined) return `${index ?? source}${index === undefined ? " " : "/"}${id}`;
  if (line !== undefined) return `${file}:${line}`;
  return byteOffset === undefined ? file : `${file}, byte ${byteOffset}`;
}

/** Without the head of the log, which is long and says little. */
function lagerPart(text: string): string {
  const [, stamp, message, data] = LAGER.exec(text) ?? [];
  return stamp === undefined ? text : `${stamp} ${message} ${data}`;
}

function notDeletedLine({ guid, name, at, why }: NotDeleted): readonly string[] {
  const who = [guid, ...(name === undefined ? [] : [`"${name}"`]), ...(at === undefined ? [] : [plainTime(at)])];
  return [`   ${shown(who.join("  "))}`, `      ${shown(why)}`];
}

/** What helps stands below what it helps against; what helps against several, below the last of them. */
function holeLines(holes: readonly Coverage[]): readonly string[] {
  const last = (remedy: string): number => holes.findLastIndex((each) => each.remedy === remedy);
  return holes.flatMap((hole, index) => {
    const { remedy } = hole;
    return [holeLine(hole), ...(remedy === undefined || last(remedy) !== index ? [] : [`      ${shown(remedy)}`])];
  });
}

function holeLine({ source, file = "", store = "", from, to, why }: Coverage): string {
  const span = from === undefined ? "" : ` (read: ${spanText(from, to)})`;
  return `   ${shown(file || store || source)}: ${shown(why ?? "unknown")}${span}`;
}

/** Every source stands in one of the two lists. */
function wasReadInFull({ complete, from, file, source }: Coverage): boolean {
  return complete && (from !== undefined || file !== undefined || source === "broker");
}

function spanLine({ source, file = "", store = "", from, to, zones, guessed, skipped }: Coverage): string {
  const part = skipped === true ? ", only the time that was asked for" : "";
  const guess = guessed === true ? ", a guess by the file's date: no line tells its year and zone" : "";
  const zone = zones === undefined ? guess : `, its clock runs at ${zones.join(" and ")}`;
  if (source === "broker") return `   ${shown(store)}: what the broker has now`;
  if (from === undefined) return `   ${shown(file || store || source)}: no line of it has a time`;
  return `   ${shown(file || store || source)}: ${spanText(from, to)}${part}${zone}`;
}

const spanText = (from: string, to: string | undefined): string =>
  `${plainTime(from)} to ${to === undefined ? "?" : plainTime(to)}`;

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines, ""];
}

function cut(text: string): string {
  return text.length > TEXT_WIDTH ? `${text.slice(0, TEXT_WIDTH - 1)}…` : text;
}
