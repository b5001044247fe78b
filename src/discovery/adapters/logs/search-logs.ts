/** Files of this machine through the scanner: several threads if they can be read anywhere, else one stream each. */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { RecoverError } from "../../../errors.ts";
import type { LogFile, SearchListener, SearchRequest, SearchTotals, Wanted } from "../../../ports/log-files.ts";
import type { Edges } from "../../scan/edges.ts";
import { canInflateRaw } from "../../scan/raw-inflate.ts";
import { searchFiles } from "../../scan/search.ts";
import { StreamSearch } from "../../scan/stream.ts";
import { codeOf } from "./glob.ts";
import { MAGIC_LENGTH, packingOf } from "./packing.ts";
import { narrow, type NarrowFile, type StreamedFile } from "./narrow.ts";
import { reasonFor } from "./reason.ts";
import { isColoured } from "./uncoloured.ts";

export interface Sources {
  readonly files: readonly LogFile[];
  /** The inflated bytes from the beginning; throws `answer-incomplete` if they break off. */
  readonly bytesOf: (file: LogFile) => AsyncIterable<Uint8Array>;
}

/** A process may have 1,024 files open, and has others. */
const MOST_OPEN = 256;

interface Opened {
  readonly file: LogFile;
  readonly open?: NarrowFile;
  readonly streamed?: StreamedFile;
  /** Nothing of it is searched. */
  readonly leftOut?: Edges;
  readonly failure?: string;
}

/** Of a file's beginning, middle and end. */
const SAMPLE = 32 * 1024;

/** The first byte of every gzip file (RFC 1952 §2.3.1). */
const GZIP = 0x1f;

const NOTHING_READ: SearchTotals = { lines: 0, head: Buffer.alloc(0), tail: Buffer.alloc(0), cutLines: [] };

export async function searchLogs(
  { files, bytesOf }: Sources,
  { window, ...wanted }: SearchRequest,
  listener: SearchListener,
): Promise<readonly SearchTotals[]> {
  const totals: SearchTotals[] = [];
  for (let at = 0; at < files.length; at += MOST_OPEN) {
    const opened = files.slice(at, at + MOST_OPEN).map(openFile);
    try {
      const narrowed = window === undefined ? opened : narrow(opened, window);
      totals.push(...(await searchOpened(narrowed, bytesOf, { wanted, listener })));
    } finally {
      for (const { open, streamed } of opened)
        for (const file of [open, streamed]) if (file !== undefined) closeSync(file.descriptor);
    }
  }
  return totals;
}

/** Each takes some 5 MiB. */
const STREAMS_AT_ONCE = 2;

interface Asked {
  readonly wanted: Wanted;
  readonly listener: SearchListener;
}

async function searchOpened(
  opened: readonly Opened[],
  bytesOf: Sources["bytesOf"],
  { wanted, listener }: Asked,
): Promise<readonly SearchTotals[]> {
  const alone = opened.flatMap(({ file, open }) => (open === undefined ? [] : [{ file, job: open }]));
  const searched = await searchFiles(
    alone.map(({ job }) => job),
    wanted,
    {
      found: (index, line) => {
        const file = alone[index]?.file;
        if (file !== undefined) listener.found(file, line);
      },
      progress: listener.progress,
    },
  );
  const whole = async ({ file, open, leftOut, failure }: Opened): Promise<SearchTotals> => {
    const known = searched[alone.findIndex((each) => each.file === file)];
    if (known !== undefined) return named(file, { ...known, ...(open === undefined ? {} : notSearched(open)) });
    if (failure !== undefined) return { ...NOTHING_READ, failure };
    if (leftOut !== undefined) return { ...leftOut, cutLines: [], skipped: true };
    return await searchStream(bytesOf(file), wanted, (line) => listener.found(file, line));
  };
  return await inTurns(opened, whole);
}

/** Answers in order, some of them asked for at a time: decoders run beside this thread. */
async function inTurns<T, R>(items: readonly T[], ask: (item: T) => Promise<R>): Promise<readonly R[]> {
  const answers: R[] = [];
  let next = 0;
  const turn = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) answers[index] = await ask(items[index] as T);
  };
  await Promise.all(Array.from({ length: STREAMS_AT_ONCE }, turn));
  return answers;
}

/** Of a file that lies outside the window the edges still say when it was written. */
function notSearched({ section, edges }: NarrowFile): Partial<SearchTotals> {
  if (section === undefined) return {};
  return { skipped: true, ...(section.from === section.to ? edges : {}) };
}

function named({ path }: LogFile, totals: SearchTotals): SearchTotals {
  return totals.failure === undefined ? totals : { ...totals, failure: `"${path}" ${totals.failure}` };
}

async function searchStream(
  bytes: AsyncIterable<Uint8Array>,
  wanted: Wanted,
  found: ConstructorParameters<typeof StreamSearch>[1],
): Promise<SearchTotals> {
  const search = new StreamSearch(wanted, found);
  try {
    for await (const chunk of bytes) search.push(chunk);
  } catch (thrown) {
    if (!(thrown instanceof RecoverError)) throw thrown;
    return { ...search.end(), failure: thrown.message };
  }
  return search.end();
}

/** By their names they are packed: a disk that was full leaves such files. */
const PACKED_NAME = /\.(?:gz|zst|z)$/i;

function brokenOff(path: string, first: Uint8Array): string | undefined {
  const cut = first.length === 0 ? PACKED_NAME.test(path) : first.length === 1 && first[0] === GZIP;
  return cut ? "breaks off before its first line: no packed file is so short" : undefined;
}

/** A text that `grep --color` has printed may hold other lines too. */
function showsColours(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  const sample = Buffer.alloc(SAMPLE);
  return [0, Math.floor(size / 2), size - SAMPLE].some((at) => {
    const length = readSync(descriptor, sample, 0, SAMPLE, Math.max(0, at));
    return isColoured(sample.subarray(0, length));
  });
}

/** A file that is not regular has neither `open` nor `failure`. Nor has one that only a stream can unpack. */
function openFile(file: LogFile): Opened {
  if (file.path === "-") return { file };
  let descriptor: number | undefined;
  try {
    // A pipe that is opened and closed again has lost its writer.
    if (!statSync(file.path).isFile()) return { file };
    descriptor = openSync(file.path, "r");
    const first = Buffer.alloc(MAGIC_LENGTH);
    const length = readSync(descriptor, first, 0, first.length, 0);
    const packing = packingOf(first.subarray(0, length));
    const broken = packing === "plain" ? brokenOff(file.path, first.subarray(0, length)) : undefined;
    // Such as those of /proc, which name no size.
    const sizeless = length > 0 && fstatSync(descriptor).size === 0;
    if (broken !== undefined || sizeless || (packing === "plain" && showsColours(descriptor))) {
      closeSync(descriptor);
      return broken === undefined ? { file } : { file, failure: `"${file.path}" ${broken}` };
    }
    if (packing === "plain" || (packing === "gzip" && canInflateRaw()))
      return { file, open: { descriptor, size: fstatSync(descriptor).size, packing } };
    if (packing === "zstd") {
      return { file, streamed: { descriptor, packing, size: fstatSync(descriptor).size } };
    }
    closeSync(descriptor);
    return { file };
  } catch (thrown) {
    if (descriptor !== undefined) closeSync(descriptor);
    return { file, failure: `"${file.path}" ${reasonFor(codeOf(thrown))}` };
  }
}
