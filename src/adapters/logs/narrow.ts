/** Leaves out what lies outside a window of time: parts of plain files, and whole files of a rotated set. */
import type { LogFile, SearchWindow } from "../../ports/log-files.js";
import { type Edges, edgesOf } from "../../scan/edges.js";
import type { OpenFile } from "../../scan/search.js";
import { sectionOf } from "../../scan/section.js";

export interface NarrowFile extends OpenFile {
  /** Where the file is left out as a whole. */
  readonly edges?: Edges;
}

/** Less than this is read at once, and then lines have numbers. Bytes on disk; a packed file has ten times as many. */
const WORTH_SKIPPING = { plain: 64 * 1024 * 1024, gzip: 4 * 1024 * 1024 } as const;
/** Lines come this late, and machines' clocks differ by less. */
const SLACK_MS = 10 * 60_000;
/** Bytes at both ends from which a file's clock is learned: few lines most often tell. */
const EDGES = [8 * 1024, 64 * 1024, 1024 * 1024] as const;
const NOTHING = { from: 0, to: 0 } as const;

interface Candidate {
  readonly file: LogFile;
  readonly open?: OpenFile;
}

interface Dated {
  readonly open: OpenFile;
  readonly stem: string;
  readonly edges: Edges;
  readonly instantOf: (line: string) => number | undefined;
  readonly first: number;
}

export function narrow<T extends Candidate>(files: readonly T[], window: SearchWindow): readonly T[] {
  const share = files.reduce(
    (sum, { open }) => sum + (open === undefined ? 0 : open.size / WORTH_SKIPPING[open.packing]),
    0,
  );
  if (share < 1) return files;
  const dated = new Map(
    files.map((each) => [each, each.open === undefined ? undefined : dateOf(each.file, each.open, window)]),
  );
  const all = [...dated.values()].filter((each) => each !== undefined);
  return files.map((each) => {
    const known = dated.get(each);
    const open = known === undefined ? undefined : narrowOne(known, all, window);
    return open === undefined ? each : { ...each, open };
  });
}

/** Undefined where the file's lines do not say when they were written. */
function dateOf({ path }: LogFile, open: OpenFile, { clockOf }: SearchWindow): Dated | undefined {
  for (const length of EDGES) {
    const edges = edgesOf(open, length);
    const head = linesOf(edges.head);
    const instantOf = clockOf([...head, ...linesOf(edges.tail)]);
    const first = instantOf === undefined ? undefined : firstOf(head, instantOf);
    if (instantOf !== undefined && first !== undefined) return { open, stem: stemOf(path), edges, instantOf, first };
  }
  return undefined;
}

function firstOf(lines: readonly string[], instantOf: Dated["instantOf"]): number | undefined {
  for (const line of lines) {
    const instant = instantOf(line);
    if (instant !== undefined) return instant;
  }
  return undefined;
}

function narrowOne(dated: Dated, all: readonly Dated[], { from, to }: SearchWindow): NarrowFile | undefined {
  const { open, edges, instantOf, first } = dated;
  if (first > to + SLACK_MS || endOf(dated, all) < from - SLACK_MS) return { ...open, section: NOTHING, edges };
  const section = open.packing === "plain" ? sectionOf(open, { from, to, instantOf }) : undefined;
  if (section === undefined || (section.from === 0 && section.to === open.size)) return undefined;
  return { ...open, section };
}

/** Its last line's instant; of a packed file, that of the next one of its set: what was rotated away ends before it. */
function endOf({ open, edges, instantOf, stem, first }: Dated, all: readonly Dated[]): number {
  if (open.packing === "plain") return firstOf(linesOf(edges.tail).reverse(), instantOf) ?? Number.POSITIVE_INFINITY;
  const later = all.filter((other) => other.stem === stem && other.first > first);
  return Math.min(...later.map((other) => other.first));
}

/** `/log/broker.log` of `/log/broker.log.2.gz` and of `/log/broker.log-20160312`. */
function stemOf(path: string): string {
  return path.replace(/(?:[.-]\d+|\.(?:gz|zst|z))+$/i, "");
}

/** Without the first and the last, which may be cut. */
function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString("utf8").split("\n");
  return lines.slice(0, -1);
}
