/** Leaves out lines outside a window of time: parts of plain files, and whole files of a rotated set. */
import type { LogFile, SearchWindow } from "../../../ports/log-files.ts";
import { type Edges, edgesOf } from "../../scan/edges.ts";
import type { OpenFile } from "../../scan/search.ts";
import { sectionOf } from "../../scan/section.ts";
import { firstOfZstd } from "./first-of-zstd.ts";

export interface NarrowFile extends OpenFile {
  /** Of a file that is left out as a whole. */
  readonly edges?: Edges;
}

/** Less than this is read at once, and then lines have numbers. Bytes on disk; a packed file has ten times as many. */
const WORTH_SKIPPING = { plain: 64 * 1024 * 1024, gzip: 4 * 1024 * 1024, zstd: 4 * 1024 * 1024 } as const;
/** Lines come this late, and machines' clocks differ by less. */
const SLACK_MS = 10 * 60_000;
/** Bytes at both ends from which a file's clock is learned: few lines most often tell. */
const EDGES = [8 * 1024, 16 * 1024, 64 * 1024, 1024 * 1024] as const;
const NOTHING = { from: 0, to: 0 } as const;

/** A file that can be read from its beginning to its end only, in no thread of the scanner. */
export interface StreamedFile {
  readonly descriptor: number;
  readonly packing: "zstd";
  /** On disk. */
  readonly size: number;
}

interface Candidate {
  readonly file: LogFile;
  /** One of these, or none. */
  readonly open?: OpenFile;
  readonly streamed?: StreamedFile;
}

interface Narrowed {
  readonly open?: NarrowFile;
  /** The edges of a streamed file that is left out. */
  readonly leftOut?: Edges;
}

interface Dated {
  readonly packing: keyof typeof WORTH_SKIPPING;
  readonly stem: string;
  /** Its place in the set: the larger, the later. */
  readonly turn: number;
  readonly edges: Edges;
  readonly instantOf: (line: string) => number | undefined;
  readonly first: number;
}

export function narrow<T extends Candidate>(files: readonly T[], window: SearchWindow): readonly (T & Narrowed)[] {
  const share = files.reduce((sum, { open, streamed }) => sum + shareOf(open) + shareOf(streamed), 0);
  if (share < 1) return files;
  const dated = new Map(files.map((each) => [each, dateOf(each, window)]));
  const all = [...dated.values()].filter((each) => each !== undefined);
  return files.map((each) => {
    const known = dated.get(each);
    return known === undefined ? each : { ...each, ...narrowOne(each.open, known, { all, window }) };
  });
}

const shareOf = (file: OpenFile | StreamedFile | undefined): number =>
  file === undefined ? 0 : file.size / WORTH_SKIPPING[file.packing];

/** Undefined if the file's lines do not say when they were written. */
function dateOf({ file, open, streamed }: Candidate, { clockOf }: SearchWindow): Dated | undefined {
  const packing = (open ?? streamed)?.packing;
  if (packing === undefined) return undefined;
  let dated: Dated | undefined;
  for (const length of EDGES) {
    const edges = open === undefined ? edgesOfZstd(streamed, length) : edgesOf(open, length);
    const head = linesOf(edges.head);
    const instantOf = clockOf([...head, ...linesOf(edges.tail)]);
    const instants = instantOf === undefined ? [] : head.flatMap((line) => instantOf(line) ?? []);
    const [first] = instants;
    const course = courseOf(instants);
    if (course === "back") return undefined;
    if (instantOf !== undefined && first !== undefined)
      dated ??= { packing, ...rotationOf(file.path), edges, instantOf, first };
    // It has no more.
    if (course === "on" || edges.head.length < length) return dated;
  }
  return dated;
}

/** Whether time goes on from line to line; exports begin with the newest. Undefined if all are of one instant. */
function courseOf(instants: readonly number[]): "on" | "back" | undefined {
  const steps = instants.slice(1).map((instant, index) => Math.sign(instant - (instants[index] ?? instant)));
  const [on, back] = [1, -1].map((sign) => steps.filter((step) => step === sign).length);
  if ((back ?? 0) > 0 && (back ?? 0) >= (on ?? 0)) return "back";
  return (on ?? 0) > 0 ? "on" : undefined;
}

function edgesOfZstd(file: StreamedFile | undefined, length: number): Edges {
  const none = Buffer.alloc(0);
  return { head: file === undefined ? none : Buffer.from(firstOfZstd(file.descriptor, length)), tail: none };
}

/** How to read when a line of the file was written. */
export function datedBy(candidate: Candidate, window: SearchWindow): Dated["instantOf"] | undefined {
  return dateOf(candidate, window)?.instantOf;
}

function firstOf(lines: readonly string[], instantOf: Dated["instantOf"]): number | undefined {
  for (const line of lines) {
    const instant = instantOf(line);
    if (instant !== undefined) return instant;
  }
  return undefined;
}

function narrowOne(
  open: OpenFile | undefined,
  dated: Dated,
  { all, window: { from, to } }: { readonly all: readonly Dated[]; readonly window: SearchWindow },
): Narrowed {
  const { edges, instantOf, first } = dated;
  const isOutside = first > to + SLACK_MS || endOf(dated, all) < from - SLACK_MS;
  if (open?.packing !== "plain") {
    // Of a packed file only the beginning is seen: that others of its set lie in order shows that it was written in order.
    if (!isOutside || setOf(dated, all) === undefined) return {};
    return open === undefined ? { leftOut: edges } : { open: { ...open, section: NOTHING, edges } };
  }
  const section = sectionOf(open, { from, to, instantOf });
  if (section === undefined || (section.from === 0 && section.to === open.size)) return {};
  return { open: isOutside ? { ...open, section: NOTHING, edges } : { ...open, section } };
}

/**
 * Its last line's instant; of a packed file, that of the next one of its set: a file that was rotated away ends before
 * it.
 */
function endOf(dated: Dated, all: readonly Dated[]): number {
  const { packing, edges, instantOf, first } = dated;
  if (packing === "plain") return firstOf(linesOf(edges.tail).reverse(), instantOf) ?? Number.POSITIVE_INFINITY;
  return setOf(dated, all)?.find((other) => other.first > first)?.first ?? Number.POSITIVE_INFINITY;
}

/** The files of its rotated set, the oldest first; undefined if it is alone, or their times contradict their names. */
function setOf({ stem }: Dated, all: readonly Dated[]): readonly Dated[] | undefined {
  const set = all.filter((other) => other.stem === stem).sort((a, b) => a.first - b.first);
  const isRotated = set.every(({ turn }, index) => turn > (set[index - 1]?.turn ?? Number.NEGATIVE_INFINITY));
  return set.length > 1 && isRotated ? set : undefined;
}

/** `.2` of the older, `-20160312` or `.2016-03-12` of the day: `vm-1` and `vm-2` are two machines. */
const ROTATION = /(?:\.(?<number>\d{1,3})|[.-](?<day>\d{8,14}|\d{4}-\d{2}-\d{2}))?(?:\.(?:gz|zst|z))?$/i;

/** `/log/broker.log` of `/log/broker.log.2.gz` and of `/log/broker.log-20160312`; the later a file, the larger its turn. */
function rotationOf(path: string): { readonly stem: string; readonly turn: number } {
  const { number, day } = ROTATION.exec(path)?.groups ?? {};
  const stem = path.replace(ROTATION, "");
  if (number !== undefined) return { stem, turn: -Number(number) };
  return { stem, turn: day === undefined ? Number.POSITIVE_INFINITY : Number(day.replaceAll("-", "")) };
}

/** Without the first and the last, which may be cut. */
function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString("utf8").split("\n");
  return lines.slice(0, -1);
}
