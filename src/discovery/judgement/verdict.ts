/** Judges the life of one instance, as far as logs tell it: perhaps deleted, or looks so and is not (dingo.md §2.2). */
import { lookOnCells } from "../../kit/commands/host-commands.ts";
import { outcomeOf, readLife, type Attempt, type Life, type Outcome } from "./attempt.ts";
import type { Kind, LastWal, NotDeleted, RemovedNode, Sighting, Unclear } from "./candidate.ts";
import { cleanStopOf } from "./clean-stop.ts";
import { earlierLife, namedNodes } from "./earlier-life.ts";
import { evidenceOf } from "./evidence.ts";
import type { Description } from "../lines/fact.ts";
import type { Living } from "./living.ts";
import { standsBefore } from "../lines/order.ts";
import { confirmedByCells, sawNoNode, whyChanged, whyDeleted } from "./reason.ts";
import { BROKER_WORDS } from "../../kit/log-patterns/broker.ts";
import { optional } from "../../kit/optional.ts";
import { shown } from "../lines/safe-text.ts";
import { plainTime, UNDATED } from "../lines/stamp.ts";
import type { LifeEvent } from "./timeline.ts";

export type Verdict =
  | { readonly sighting: Sighting }
  | { readonly notDeleted: NotDeleted }
  | { readonly unclear: Unclear }
  | undefined;

/** A container that is stopped still sends its last segment; later uploads mean that it lives. */
const LAST_UPLOAD_MS = 120_000;

const KINDS: Readonly<Record<Exclude<Outcome, "refused" | "empty">, Kind>> = {
  deleted: "deleted",
  halfway: "deletion-failed-halfway",
  unfinished: "deletion-unfinished",
  unproven: "deletion-unproven",
};
const WEIGHTS: Readonly<Partial<Record<Kind, number>>> = {
  deleted: 50,
  "deletion-unproven": 30,
  "deletion-unfinished": 25,
  "deletion-failed-halfway": 25,
  recreated: 20,
  "nodes-removed-only": 10,
};

export function judge(guid: string, events: readonly LifeEvent[]): Verdict {
  const verdict = judged(guid, events);
  if (verdict === undefined || !("notDeleted" in verdict)) return verdict;
  const { name } = describe(events);
  return { notDeleted: { ...verdict.notDeleted, ...optional("name", name) } };
}

/** Of an instance that `judge` says nothing of. */
export function livingOf(guid: string, events: readonly LifeEvent[]): Living {
  const last = events.findLast(({ fact }) => fact.at !== UNDATED)?.fact.at.text;
  return { guid, ...describe(events), ...optional("lastAt", last) };
}

function judged(guid: string, events: readonly LifeEvent[]): Verdict {
  const life = readLife(events);
  const last = [...life.attempts].reverse().find((attempt) => outcomeOf(attempt) !== "refused");
  if (last === undefined) return judgeWithoutAttempt(guid, events, life);
  const outcome = outcomeOf(last);
  if (outcome === "empty") return judgeWithoutNodes(guid, events, { attempt: last, life });
  if (outcome === "refused") return judgeWithoutAttempt(guid, events, life);
  return { sighting: sightingOf(guid, events, { attempt: last, kind: kindOf(last, KINDS[outcome]), life }) };
}

/** The broker saw no node at the deletion: its earlier life tells whether there is anything to recover. */
function judgeWithoutNodes(
  guid: string,
  events: readonly LifeEvent[],
  { attempt, life }: Omit<Judged, "kind">,
): Verdict {
  switch (earlierLife(events, life)) {
    case "had-none":
      return { notDeleted: neverHadNode(guid, attempt) };
    case "had-a-node": {
      const kind = kindOf(attempt, attempt.done ? "deleted" : "deletion-unfinished");
      const sighting = sightingOf(guid, events, { attempt, kind, life });
      return { sighting: { ...sighting, nodes: namedNodes(events).map((node) => ({ node })), mayLive: true } };
    }
    case "not-known": {
      const deletedAt = attempt.events.at(-1)?.fact.at.text;
      const evidence = evidenceOf(attempt.events);
      return { unclear: { guid, ...describe(events), ...(deletedAt === undefined ? {} : { deletedAt }), evidence } };
    }
  }
}

function judgeWithoutAttempt(guid: string, events: readonly LifeEvent[], life: Life): Verdict {
  const refused = life.attempts.at(-1);
  if (refused !== undefined) return { notDeleted: refusedDeletion(guid, refused, life) };
  if (life.scaled.length > 0) {
    return { notDeleted: denial(guid, whyChanged(life.change), life.scaled) };
  }
  return life.stray.length > 0 ? judgeStray(guid, events, life.stray) : undefined;
}

function judgeStray(guid: string, events: readonly LifeEvent[], stray: readonly LifeEvent[]): Verdict {
  const last = stray.at(-1)?.fact.at.ms ?? 0;
  const lives = events.some(
    ({ fact }) => fact.body.kind === "described" && (fact.body.nodes ?? 0) > 0 && fact.at.ms > last,
  );
  if (lives) return { notDeleted: denial(guid, "nodes were removed, and others were left afterwards", stray) };
  const evidence = evidenceOf(stray);
  const kind = "nodes-removed-only";
  const notes = ["No line says why its nodes were removed: lines may be lost, or it was scaled in."];
  const deletedAt = stray.at(-1)?.fact.at.text;
  const facts = { ...describe(events), ...lastWal(events), ...(deletedAt === undefined ? {} : { deletedAt }) };
  const why = "nodes went, and no line says whether for a deletion";
  return {
    sighting: { guid, source: "logs", kind, why, weight: WEIGHTS[kind] ?? 0, ...facts, nodes: [], notes, evidence },
  };
}

/** A create that was still running writes its state again: that is no new life (dingo.md §2.2, seen at 0.10.2). */
function kindOf(attempt: Attempt, kind: Kind): Kind {
  const reborn = attempt.after.some((event) => addsNode(event) && !isOutOfOrder(event, attempt));
  return reborn && !attempt.duringCreate ? "recreated" : kind;
}

const addsNode = ({ fact }: LifeEvent): boolean => fact.body.kind === "node-adding" || addsNodes(fact.body);

/** Its time is later than the deletion's end, and it stands before it in a file: a clock was set back. */
function isOutOfOrder(event: LifeEvent, { events }: Attempt): boolean {
  const end = events.at(-1);
  if (end === undefined) return false;
  const [ends, own] = [end, event].map(({ fact, copies }) => [fact, ...copies]);
  return (own ?? []).some((one) => (ends ?? []).some((other) => standsBefore(one, other)));
}

function addsNodes(body: LifeEvent["fact"]["body"]): boolean {
  return body.kind === "nodes-planned" && body.adds;
}

interface Judged {
  readonly attempt: Attempt;
  readonly kind: Kind;
  readonly life: Life;
}

function sightingOf(guid: string, events: readonly LifeEvent[], { attempt, kind, life }: Judged): Sighting {
  const end = attempt.events.at(-1)?.fact.at;
  const upload = events.findLast(({ fact }) => fact.body.kind === "archived")?.fact.at;
  const stillUploads = end !== undefined && upload !== undefined && upload.ms > end.ms + LAST_UPLOAD_MS;
  const uploadNote = stillUploads ? [`Its container still sent WAL to the archive at ${plainTime(upload.text)}.`] : [];
  const evidence = evidenceOf([
    ...attempt.events,
    ...attempt.destroyed.values(),
    ...(kind === "recreated" ? attempt.after.slice(0, 3) : []),
  ]);
  return {
    guid,
    source: "logs",
    kind,
    why: whyDeleted(attempt, kind),
    weight: WEIGHTS[kind] ?? 0,
    ...describe(events),
    ...lastWal(events),
    ...(kind === "deleted" ? cleanStopOf(events, attempt) : {}),
    ...(end === undefined ? {} : { deletedAt: end.text }),
    ...livedUntil(events, attempt),
    nodes: [...attempt.nodes.values()] satisfies readonly RemovedNode[],
    mayLive: stillUploads || attempt.unreachable.length > 0 || attempt.after.length > 0,
    notes: [...notesOf(guid, { attempt, kind, life }), ...uploadNote, ...archiveNotes(events)],
    evidence,
  };
}

/** A finished upload counts before one that only began. */
function lastWal(events: readonly LifeEvent[]): { readonly lastWal?: LastWal } {
  const uploads = events.flatMap(({ fact }) => (fact.body.kind === "archived" ? [{ ...fact, body: fact.body }] : []));
  const last = uploads.findLast(({ body }) => body.state === "complete") ?? uploads.at(-1);
  if (last === undefined) return {};
  const { segment, state } = last.body;
  return { lastWal: { ...(segment === undefined ? {} : { segment }), at: last.at.text, state, ...last.place } };
}

/** Notes that decide whether there is anything to recover, and whether somebody did it already. */
function archiveNotes(events: readonly LifeEvent[]): readonly string[] {
  const nothing = events.some(({ fact }) => fact.body.kind === "archives-nothing");
  const copies = events.flatMap(({ fact }) =>
    fact.body.kind === "cloned" ? [{ to: fact.body.to, at: fact.at.text }] : [],
  );
  return [
    ...(nothing
      ? ["A container of it said at its start that it sends no WAL to any archive: there may be no backup."]
      : []),
    ...copies.map(({ to, at }) => `The broker copied its archive to that of ${to} (clone-from) at ${plainTime(at)}.`),
  ];
}

/** Its create, as the first that the logs say of it at a time: lines without one tell no age. */
function livedUntil(events: readonly LifeEvent[], attempt: Attempt): { readonly livedMs?: number } {
  const first = events.find(({ fact }) => fact.at !== UNDATED);
  const stoodBefore = events.some(
    ({ fact }) => fact.at === UNDATED && first !== undefined && standsBefore(fact, first.fact),
  );
  const born = first !== undefined && !stoodBefore && beginsCreate(first.fact.body) ? first.fact.at.ms : undefined;
  const died = attempt.events[0]?.fact.at.ms;
  return born === undefined || died === undefined || died < born ? {} : { livedMs: died - born };
}

/**
 * True for the line that begins a create. A later line that adds nodes tells no age, nor does a log that begins later.
 */
function beginsCreate(body: LifeEvent["fact"]["body"]): boolean {
  return body.kind === "create-began" || (body.kind === "nodes-planned" && body.creates === true);
}

function notesOf(guid: string, { attempt, kind, life }: Judged): string[] {
  const notes = sawNoNode(attempt) ? [sawNone(guid)] : kind === "deletion-unproven" ? [noneWent(guid)] : [];
  const resumed = attempt.after[0]?.fact.at.text;
  const after = resumed === undefined ? undefined : plainTime(resumed);
  if (kind === "recreated") notes.push(`The broker brought it back under the same GUID at ${after}.`);
  else if (attempt.after.some((event) => isOutOfOrder(event, attempt))) notes.push(CLOCK_SET_BACK);
  else if (after !== undefined)
    notes.push(`The broker wrote its state again at ${after}; its create was still running.`);
  if (attempt.unreachable.length > 0) notes.push("A cell did not answer: its container there may still run.");
  if (kind === "deletion-failed-halfway") notes.push(`The broker answered: ${errorOf(attempt)}`);
  notes.push(...confirmedByCells(attempt));
  const refused = life.attempts.filter((other) => outcomeOf(other) === "refused").length;
  if (refused > 0) notes.push(`${refused} other request${refused > 1 ? "s" : ""} to delete it failed.`);
  return notes;
}

const CLOCK_SET_BACK =
  "Lines that stand before its deletion have later times: a clock was set back. Times of it are not sure, and whether it lived again is not known.";

const sawNone = (guid: string): string =>
  `The broker saw no node of it, so it removed none: its container may be dead or alive on a cell. ${lookOnCells(guid)}`;

const noneWent = (guid: string): string =>
  `No line shows that a node of it went: its container may be alive on a cell. ${lookOnCells(guid)}`;

function refusedDeletion(guid: string, attempt: Attempt, life: Life): NotDeleted {
  const error = errorOf(attempt);
  const gone = BROKER_WORDS.saidToBeGone.says.test(error);
  const failedCreate = gone && life.createFailed !== undefined;
  const doubt = attempt.style === "deprovision" && gone && !failedCreate;
  const hint = failedCreate
    ? "; its create had failed, so this was orphan mitigation"
    : doubt
      ? "; this broker says the same while etcd is down, so the instance may live"
      : "";
  return denial(guid, `the broker refused the deletion: ${error}${hint}`, attempt.events);
}

function neverHadNode(guid: string, attempt: Attempt): NotDeleted {
  const why =
    "its create failed; it had no node when it was deleted (orphan mitigation), so there is nothing to recover";
  return { ...denial(guid, why, attempt.events), insteadOfDeleted: "never-had-a-node" };
}

/** `events`: those that looked like a deletion. */
function denial(guid: string, why: string, events: readonly LifeEvent[]): NotDeleted {
  const at = events.at(-1)?.fact.at.text;
  return { guid, ...(at === undefined || at === "" ? {} : { at }), why, evidence: evidenceOf(events) };
}

function errorOf(attempt: Attempt): string {
  const bodies = [...attempt.errors, ...(attempt.refused === undefined ? [] : [attempt.refused])].map(
    (event) => event.fact.body,
  );
  const texts = bodies.map((body) => ("error" in body ? body.error : ""));
  return shown(texts.find((text) => text !== "") ?? "an error without a text").slice(0, 400);
}

/** The newest value of each field. */
function describe(events: readonly LifeEvent[]): Partial<Sighting> {
  const known: { -readonly [K in keyof Description]: Description[K] } = {};
  for (const { fact } of events) if (fact.body.kind === "described") Object.assign(known, fact.body);
  return {
    ...(known.name === undefined ? {} : { name: known.name }),
    ...(known.org === undefined ? {} : { orgGuid: known.org }),
    ...(known.space === undefined ? {} : { spaceGuid: known.space }),
    ...(known.plan === undefined ? {} : { planGuid: known.plan }),
  };
}
