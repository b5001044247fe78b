/** Reads one log file from end to end: its facts, the instants it spans, and what could not be read of it. */
import { RecoverError } from "../errors.js";
import type { LogFile } from "../ports/log-files.js";
import type { Fact } from "./fact.js";
import { LineScanner, type FoundLine, type ScanTotals } from "./line-scanner.js";
import { NEEDLES, readLogLine, type LogLine } from "./log-line.js";
import { NeedleSearch } from "./needle-search.js";
import { shown } from "./safe-text.js";
import { guessFromFile, SourceClock } from "./source-clock.js";
import { fromDate, type Stamp } from "./stamp.js";

/** More facts than this come from no real broker, and would fill the memory. */
export const MOST_FACTS = 200_000;

export interface FileFindings {
  readonly file: string;
  readonly facts: readonly Fact[];
  readonly ignoredIds: readonly string[];
  readonly from?: Stamp;
  readonly to?: Stamp;
  /** Offsets learned for naked times, such as "-08:00". */
  readonly zones: readonly string[];
  /** Lines that a Dingo broker wrote, among those looked at. */
  readonly brokerLines: number;
  /** Reasons why an instance may be missed; empty for a file that was read in full. */
  readonly holes: readonly string[];
}

/** What brokers of eras A and B print at each `GET /v2/catalog`; an idle one prints nothing else. */
const CATALOGUE = "brokerapi.CatalogResponse{";

const search = new NeedleSearch(NEEDLES);

export async function scanLogFile(file: LogFile): Promise<FileFindings> {
  const scan = new FileScan(file);
  const scanner = new LineScanner(search, (found) => scan.take(found));
  try {
    for await (const chunk of file.chunks()) scanner.push(chunk);
  } catch (thrown) {
    if (!(thrown instanceof RecoverError)) throw thrown;
    scan.holes.push(thrown.message);
  }
  return scan.finish(scanner.end());
}

class FileScan {
  readonly holes: string[] = [];
  readonly #file: LogFile;
  readonly #facts: Fact[] = [];
  readonly #clocks = new Map<string, SourceClock>();
  readonly #ignoredIds = new Set<string>();
  #from: Stamp | undefined;
  #to: Stamp | undefined;
  #torn: { readonly line: number; count: number } | undefined;
  #brokerLines = 0;
  #tooMany = false;

  constructor(file: LogFile) {
    this.#file = file;
  }

  take(found: FoundLine): void {
    const { path } = this.#file;
    const text = decode(found.bytes);
    const read = readLogLine(text, { file: path, line: found.line, byteOffset: found.byteOffset });
    this.#observe(read, found.line);
    if (read.notGuid !== undefined && this.#ignoredIds.size < 1000) this.#ignoredIds.add(shown(read.notGuid));
    if (read.fact !== undefined) this.#keep(read.fact);
  }

  finish(totals: ScanTotals): FileFindings {
    for (const line of edgeLines(totals)) this.#edge(line);
    this.#noteTornEnd(totals);
    this.#noteHoles(totals);
    return {
      file: this.#file.path,
      facts: this.#facts,
      ignoredIds: [...this.#ignoredIds],
      ...(this.#from === undefined ? {} : { from: this.#from }),
      ...(this.#to === undefined ? {} : { to: this.#to }),
      zones: [...new Set([...this.#clocks.values()].flatMap((clock) => clock.offsets))],
      brokerLines: this.#brokerLines,
      holes: this.holes,
    };
  }

  #observe({ envelope, lager, torn }: LogLine, line: number): void {
    if (torn) {
      if (this.#torn === undefined) this.#torn = { line, count: 1 };
      else this.#torn.count += 1;
    }
    if (lager === undefined) return;
    this.#brokerLines += 1;
    this.#widen(lager.at);
    if (envelope.naked !== undefined) this.#clock(envelope.host).observe(envelope.naked, lager.at.ms);
  }

  /** Of a busy instance only the newest saved state and upload matter: thousands of them would fill the memory. */
  #keep(fact: Fact): void {
    const last = this.#facts.at(-1);
    const repeats = last?.guid === fact.guid && last?.body.kind === fact.body.kind && isPolled(fact);
    if (repeats) this.#facts[this.#facts.length - 1] = fact;
    else if (this.#facts.length < MOST_FACTS) this.#facts.push(fact);
    else this.#tooMany = true;
  }

  #edge(line: string): void {
    const { envelope, lager } = readLogLine(line, { file: this.#file.path, line: 0, byteOffset: 0 });
    if (lager !== undefined || envelope.body.startsWith(CATALOGUE)) this.#brokerLines += 1;
    if (lager !== undefined) this.#widen(lager.at);
    else if (envelope.stamp !== undefined) this.#widen(envelope.stamp);
    else if (envelope.naked !== undefined) {
      const known = this.#clock(envelope.host).resolve(envelope.naked) ?? this.#neighbour(envelope.naked);
      this.#widen(fromDate(new Date(known ?? guessFromFile(envelope.naked, this.#file.modifiedAt))));
    }
  }

  /** Lines of a host that shows no inner time: the collector's zone is most often the same for all. */
  #neighbour(naked: Parameters<SourceClock["resolve"]>[0]): number | undefined {
    for (const clock of this.#clocks.values()) {
      const resolved = clock.resolve(naked);
      if (resolved !== undefined) return resolved;
    }
    return undefined;
  }

  /** A file that was cut ends in the middle of a line, perhaps before anything that the search looks for. */
  #noteTornEnd({ tail, lines }: ScanTotals): void {
    const last = decode(tail).trimEnd().split("\n").at(-1) ?? "";
    if (this.#torn !== undefined || !readLogLine(last, { file: "", line: 0, byteOffset: 0 }).torn) return;
    this.#torn = { line: lines, count: 1 };
  }

  #noteHoles({ cutLines }: ScanTotals): void {
    const cut = cutLines[0];
    if (cut !== undefined) {
      const more = cutLines.length > 1 ? ` (and ${cutLines.length - 1} more)` : "";
      this.holes.push(`line ${cut.line} is longer than 1 MiB${more}; only its first 1 MiB was searched`);
    }
    if (this.#torn !== undefined) {
      const { count, line } = this.#torn;
      this.holes.push(
        `${count} broker line${count > 1 ? "s are" : " is"} cut short, the first is line ${line}: a collector takes fewer bytes a message than the broker writes, or the file was cut`,
      );
    }
    if (this.#tooMany) this.holes.push(`more than ${MOST_FACTS} lines about instances; the rest was not looked at`);
  }

  #clock(host = ""): SourceClock {
    const known = this.#clocks.get(host);
    if (known !== undefined) return known;
    const clock = new SourceClock();
    this.#clocks.set(host, clock);
    return clock;
  }

  #widen(at: Stamp): void {
    if (this.#from === undefined || at.ms < this.#from.ms) this.#from = at;
    if (this.#to === undefined || at.ms > this.#to.ms) this.#to = at;
  }
}

function isPolled({ body }: Fact): boolean {
  return body.kind === "archived" || (body.kind === "described" && body.nodes !== undefined);
}

/** The first and the last lines, whatever they say: they bound the time that a file covers. */
function edgeLines({ head, tail }: ScanTotals): readonly string[] {
  const first = decode(head).split("\n").slice(0, 20);
  const last = decode(tail).split("\n").slice(-20);
  return [...first, ...last];
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
