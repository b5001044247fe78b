/**
 * Whether logs show that the last server of a deleted instance came to an orderly end. PostgreSQL then closes its open
 * segment and has it archived before its process goes (xlog.c, ShutdownXLOG; seen in
 * fixtures/logs/original-containers).
 *
 * Judges by the order of lines in one file, since their times are of whole seconds: a log store keeps no order. A
 * missing, cut or doubtful line shows no clean stop, and no kill either.
 */
import type { Attempt } from "./attempt.ts";
import type { CleanStop } from "./candidate.ts";
import { evidenceOfFact } from "./evidence.ts";
import type { ContainerSaid, Fact, FactBody, Place } from "../lines/fact.ts";
import { standsBefore } from "../lines/order.ts";
import { compareStamps } from "../lines/stamp.ts";
import type { LifeEvent } from "./timeline.ts";

/** A stop belongs to the deletion that asked for it: between clocks of two machines. */
const SKEW_MS = 60_000;

type InFile<Body extends FactBody = FactBody> = Fact & { readonly place: Place; readonly body: Body };
type Upload = InFile<Extract<FactBody, { readonly kind: "archived" }>>;
type Said = InFile<Extract<FactBody, { readonly kind: "container-said" }>>;

/** The words of one container about its end, in one file: it was asked for by the deletion. */
interface Ending {
  readonly asked: Said;
  readonly began: Said;
  readonly ended: Said;
  readonly left: Said;
}

export function cleanStopOf(events: readonly LifeEvent[], attempt: Attempt): { readonly cleanStop?: CleanStop } {
  const facts = events.flatMap(({ fact, copies }) => [fact, ...copies]).filter(isInFile);
  const said = facts.filter(isSaid);
  const nodes = [...attempt.nodes.keys()];
  // A node that went, and of whose end nothing is known, may have led after this one.
  if (
    attempt.unreachable.length > 0 ||
    !nodes.every((node) => filesOf(said).some((file) => endingOf(said, { node, file, attempt })))
  )
    return {};
  for (const last of lastUploads(facts.filter(isUpload))) {
    const stop = nodes.includes(last.body.from ?? "") ? stopBy(last, said, attempt) : undefined;
    if (stop !== undefined) return { cleanStop: stop };
  }
  return {};
}

/**
 * The last segment was uploaded between the request and the end of the instance's server; no upload failed or came
 * after it.
 */
function stopBy(last: Upload, said: readonly Said[], attempt: Attempt): CleanStop | undefined {
  const { segment, from: node } = last.body;
  if (segment === undefined || node === undefined) return undefined;
  const of = { node, file: last.place.file };
  const ending = endingOf(said, { ...of, attempt });
  const failed = newest(said, { ...of, word: "archive-failed" });
  if (ending === undefined) return undefined;
  const { asked, began, ended, left } = ending;
  if (!standsBefore(began, last) || !standsBefore(last, ended)) return undefined;
  if (failed !== undefined && standsBefore(began, failed)) return undefined;
  // Of this node or another: writes are taken again.
  if (said.some(({ body, at }) => body.said === "ready" && at.ms >= left.at.ms)) return undefined;
  return { segment, node, at: last.at.text, evidence: [asked, began, last, ended, left].map(evidenceOfFact) };
}

const filesOf = (said: readonly Said[]): readonly string[] => [...new Set(said.map(({ place }) => place.file))];

interface EndOf {
  readonly node: string;
  readonly file: string;
  readonly attempt: Attempt;
}

/**
 * Undefined unless the last words of the container in the file are those of an orderly end that the deletion asked for.
 * A server ends in the same words when Patroni demotes or restarts it, and then lives on.
 */
function endingOf(said: readonly Said[], { attempt, ...of }: EndOf): Ending | undefined {
  const [asked, began, ended, left] = (["asked", "began", "ended", "left"] as const).map((word) =>
    newest(said, { ...of, word }),
  );
  if (asked === undefined || began === undefined || ended === undefined || left === undefined) return undefined;
  const isInOrder = standsBefore(asked, began) && standsBefore(began, ended) && standsBefore(ended, left);
  return isInOrder && isOfDeletion(asked, attempt) ? { asked, began, ended, left } : undefined;
}

/** The newest that was finished, in every file that has it; none when another was begun after it. */
function lastUploads(uploads: readonly Upload[]): readonly Upload[] {
  const done = uploads.filter(({ body }) => body.state === "complete");
  const last = done.reduce<Upload | undefined>((best, each) => (isLater(each, best) ? each : best), undefined);
  const isOpen = uploads.some((each) => each.body.state === "begun" && isLater(each, last));
  return isOpen ? [] : done.filter((each) => !isLater(last ?? each, each));
}

const isLater = (one: Upload, other: Upload | undefined): boolean =>
  other === undefined || compareStamps(one.at, other.at) > 0;

function isOfDeletion({ at }: Said, { events }: Attempt): boolean {
  const [first, last] = [events[0]?.fact.at.ms, events.at(-1)?.fact.at.ms];
  return first !== undefined && last !== undefined && at.ms >= first - SKEW_MS && at.ms <= last + SKEW_MS;
}

function newest(
  said: readonly Said[],
  of: { readonly node: string; readonly word: ContainerSaid; readonly file: string },
): Said | undefined {
  return said
    .filter(({ body, place }) => body.node === of.node && body.said === of.word && place.file === of.file)
    .reduce<Said | undefined>(
      (best, each) => (best === undefined || standsBefore(best, each) ? each : best),
      undefined,
    );
}

const isInFile = (fact: Fact): fact is InFile => "byteOffset" in fact.place;
const isSaid = (fact: InFile): fact is Said => fact.body.kind === "container-said";
const isUpload = (fact: InFile): fact is Upload => fact.body.kind === "archived";
