/** Reads one log file from end to end: its facts, the instants it spans, and the parts that could not be read. */
import { BROKER_WORDS, isDingoBroker } from "../../kit/log-patterns/broker.ts";
import { optional } from "../../kit/optional.ts";
import { breaksWord } from "../../kit/text/colours.ts";
import type { FoundLine, LogFile, LogFiles, SearchListener, SearchTotals } from "../../ports/log-files.ts";
import { isOfContainer } from "../lines/container-line.ts";
import type { Fact } from "../lines/fact.ts";
import { COMMON, NEEDLES, NEWEST, readLogLines, type LogLine } from "../lines/log-line.ts";
import { clockOf } from "../lines/line-clock.ts";
import { mayCarryStamp } from "../lines/inner-stamp.ts";
import { breaksOffAtStart } from "../lines/lager.ts";
import { LOSS_NEEDLES } from "../lines/loss-notice.ts";
import { LineOrder, offsetOf } from "../lines/order.ts";
import { notText, zerosBefore } from "../lines/not-text.ts";
import type { TimeWindow } from "../judgement/rank.ts";
import { KeptFacts, type LetGo, MOST_FACTS, type Question } from "./kept-facts.ts";
import { shown } from "../lines/safe-text.ts";
import { hidesBroker } from "../lines/spellings.ts";
import { guessFromFile, SourceClock } from "../lines/source-clock.ts";
import { fromDate, type Stamp, UNDATED } from "../lines/stamp.ts";
import { isRespelt } from "../lines/understood.ts";
import { NamelessDeletions } from "./nameless-deletions.ts";
import { nameOf, Tally } from "./tally.ts";
import { UnreadUploads } from "./unread-uploads.ts";
import type { NakedTime } from "../lines/envelope.ts";

export interface FileFindings {
  readonly file: string;
  readonly facts: readonly Fact[];
  /** Of all files of the search together. */
  readonly letGo?: LetGo;
  /** Uploads of instances that are not among `facts`. */
  readonly uploadsOf: (guids: ReadonlySet<string>) => readonly Fact[];
  readonly ignoredIds: readonly string[];
  readonly from?: Stamp;
  readonly to?: Stamp;
  /** Offsets learned for naked times, such as "-08:00". */
  readonly zones: readonly string[];
  /** Times without year and zone that no line of this file explains: the span is a guess by the file's own date. */
  readonly guessed: boolean;
  /** Lines that a Dingo broker wrote, among those looked at. */
  readonly brokerLines: number;
  /** Of these, only the lines in its standard output: its standard error repeats the errors and holds no deletion. */
  readonly quietBrokerLines: number;
  /** It came out of a Papertrail archive. */
  readonly papertrail: boolean;
  /** Lines outside the window were not looked at. */
  readonly skipped: boolean;
  /** Notices of lost lines, by a program that carries logs. */
  readonly losses: readonly Loss[];
  /** Reasons why an instance may be missed; empty for a file that was read in full. */
  readonly holes: readonly string[];
}

export interface Loss {
  /** Milliseconds since 1970; absent if nothing tells. */
  readonly at?: number;
  readonly line: string;
  readonly text: string;
}

const LONGEST_NOTICE = 300;
/** More than these nobody reads. */
const MOST_LOSSES = 10_000;

/** Lager's level of errors: they alone stand in the standard error. */
const ERROR = 2;
const EDGE_LINES = 20;
/** So much of a file's end a search gives (`SearchTotals`). */
const EDGE_BYTES = 32 * 1024;

/** No broker is older; an earlier time was written before its machine knew the time. */
const EARLIEST = Date.UTC(2014, 0, 1);
const DAY_MS = 24 * 3_600_000;

export interface ScanOptions {
  /** A time on a later day was written by a clock that is wrong. */
  readonly now?: Date | undefined;
  /** Lines outside it may be left out. */
  readonly window?: TimeWindow | undefined;
  readonly progress?: SearchListener["progress"] | undefined;
  readonly question?: Question | undefined;
}

/** One answer for each file, in their order. */
export async function scanLogFiles(
  logs: LogFiles,
  files: readonly LogFile[],
  { window, progress, now, question }: ScanOptions = {},
): Promise<readonly FileFindings[]> {
  const kept = new KeptFacts(question);
  const scans = new Map(files.map((file) => [file, new FileScan(file, now, kept)]));
  const period =
    window === undefined ? {} : { window: { from: window.from.getTime(), to: window.to.getTime(), clockOf } };
  const totals = await logs.search(
    files,
    { needles: [...NEEDLES, ...LOSS_NEEDLES], newest: NEWEST, common: COMMON, ...period },
    { found: (file, line) => scans.get(file)?.take(line), ...optional("progress", progress) },
  );
  const found = [...scans.values()].flatMap((scan, index) => {
    const total = totals[index];
    return total === undefined ? [] : [{ scan, findings: scan.finish(total) }];
  });
  // The last file's end may still push facts of the first out.
  const facts = kept.byFile();
  return found.map(({ scan, findings }) => ({
    ...findings,
    facts: scan.facts(facts.get(findings.file) ?? []),
    ...optional("letGo", kept.letGo),
  }));
}

const COLOURED =
  "a terminal's colours stand within its words, so that a search misses them: unpack it, or print it with --color=never";
const SPELT =
  "its lines name the broker in another spelling, by escapes or other signs, so that a search misses them: save the log anew, as plain text";
const NOTHING_CAME = "nothing came on standard input: the program that was to write to it may have failed";

class FileScan {
  readonly holes: string[] = [];
  readonly #file: LogFile;
  readonly #latest: number;
  readonly #kept: KeptFacts;
  #lastKept: Fact | undefined;
  readonly #clocks = new Map<string, SourceClock>();
  readonly #ignoredIds = new Set<string>();
  readonly #unreadUploads = new UnreadUploads();
  /** Of each instance the newest upload begun and done: thousands of them would fill the memory. */
  readonly #uploads = new Map<string, Fact>();
  /** The newest word of each kind, by container. */
  readonly #said = new Map<string, Fact>();
  /** Facts whose line has neither year nor zone: they wait until the whole file has told its clock. */
  readonly #naked: { readonly fact: Fact; readonly host: string | undefined; readonly time: NakedTime }[] = [];
  readonly #order = new LineOrder();
  readonly #losses: { readonly read: LogLine; readonly loss: Loss }[] = [];
  #from: Stamp | undefined;
  #to: Stamp | undefined;
  readonly #unread = new Tally();
  readonly #illegible = new Tally();
  readonly #nameless = new NamelessDeletions();
  #torn: { readonly line: number | undefined; count: number } | undefined;
  #brokerLines = 0;
  #quietBrokerLines = 0;
  #papertrail = false;
  /** Some line of it was. */
  #understood = false;
  #part: string | undefined;
  #guessed = false;
  #zeros = 0;
  #tooMany = false;

  constructor(file: LogFile, now: Date | undefined, kept: KeptFacts) {
    this.#file = file;
    this.#kept = kept;
    this.#latest = now === undefined ? Number.POSITIVE_INFINITY : now.getTime() + DAY_MS;
  }

  take(found: FoundLine): void {
    if (!this.#unreadUploads.keep(found)) this.#read(found);
  }

  #read(found: FoundLine): void {
    if (found.byteOffset > 0) this.#zeros = Math.max(this.#zeros, zerosBefore(found.bytes));
    const place = { file: this.#file.path, byteOffset: found.byteOffset, ...optional("line", found.line) };
    for (const read of readLogLines(decode(found.bytes), place)) {
      this.#part ??= read.part;
      if (read.lost === true && this.#losses.length < MOST_LOSSES)
        this.#losses.push({
          read,
          loss: { line: nameOf(found.line), text: shown(decode(found.bytes)).slice(0, LONGEST_NOTICE) },
        });
      if (read.unread === true) this.#unread.note(found.line);
      if (read.illegible === true) this.#illegible.note(found.line);
      this.#nameless.note(read, found.line);
      this.#observe(read, found.line);
      if (read.notGuid !== undefined && this.#ignoredIds.size < 1000) this.#ignoredIds.add(shown(read.notGuid));
      if (read.fact !== undefined) this.#sort(read.fact, read);
    }
  }

  facts(kept: readonly Fact[]): readonly Fact[] {
    return this.#order.arranged([...kept, ...this.#uploads.values(), ...this.#said.values()]);
  }

  finish(totals: SearchTotals): Omit<FileFindings, "facts"> {
    if (totals.failure !== undefined) this.holes.push(totals.failure);
    if (this.#file.path === "-" && totals.head.length === 0) this.holes.push(NOTHING_CAME);
    const strange = notText(totals.head, totals.tail, this.#zeros);
    if (strange !== undefined) this.holes.push(strange);
    const lines = edgeLines(totals);
    if ([totals.head, totals.tail].some((edge) => breaksWord(decode(edge)))) this.holes.push(COLOURED);
    const edges = lines.flatMap((line) => readLogLines(line));
    if (edges.some(isRespelt) || lines.some((line) => hidesBroker(line) && !readLogLines(line).some(isContainers)))
      this.holes.push(SPELT);
    for (const edge of edges) this.#learn(edge);
    if (totals.skipped === true && this.#clocks.size === 0) this.#learnFrom(totals);
    for (const upload of this.#unreadUploads.ends(this.#hostsWithoutClock(edges))) this.#read(upload);
    for (const edge of edges) this.#edge(edge);
    const breaksOff = edges.some(({ torn }) => torn) || breaksOffAtStart(lines.at(-1) ?? "");
    if (this.#torn === undefined && breaksOff) this.#tear(undefined);
    for (const { fact, host, time } of this.#naked) this.#date(fact, this.#clock(host).resolve(time));
    this.#noteHoles(totals);
    return {
      file: this.#file.path,
      uploadsOf: (guids) => this.#uploadsOf(guids),
      ignoredIds: [...this.#ignoredIds],
      ...(this.#from === undefined ? {} : { from: this.#from }),
      ...(this.#to === undefined ? {} : { to: this.#to }),
      zones: [...new Set([...this.#clocks.values()].flatMap((clock) => clock.offsets))],
      guessed: this.#guessed,
      brokerLines: this.#brokerLines,
      quietBrokerLines: this.#quietBrokerLines,
      papertrail: this.#papertrail,
      skipped: totals.skipped === true,
      losses: this.#losses.map(({ read, loss }) => ({ ...loss, ...optional("at", this.#instantOf(read)) })),
      holes: this.holes,
    };
  }

  #instantOf({ envelope: { stamp, naked, host }, inner }: LogLine): number | undefined {
    return (
      (inner ?? stamp)?.ms ??
      (naked === undefined ? undefined : (this.#clock(host).resolve(naked) ?? this.#neighbour(naked)))
    );
  }

  #uploadsOf(guids: ReadonlySet<string>): readonly Fact[] {
    return this.#unreadUploads
      .of(guids)
      .flatMap(({ bytes, byteOffset }) =>
        readLogLines(decode(bytes), { file: this.#file.path, byteOffset }).flatMap(({ fact }) =>
          fact?.body.kind === "archived" ? [fact] : [],
        ),
      );
  }

  /** Whose times have neither year nor zone: their uploads may teach their clocks. */
  #hostsWithoutClock(edges: readonly LogLine[]): readonly string[] {
    const hosts = new Set(this.#naked.map(({ host = "" }) => host));
    for (const { envelope, inner } of edges) {
      const { naked, stamp, host = "" } = envelope;
      const isDated = (inner ?? stamp) !== undefined || naked === undefined;
      if (!isDated && this.#clock(host).resolve(naked) === undefined) hosts.add(host);
    }
    return [...hosts];
  }

  #observe(read: LogLine, line: number | undefined): void {
    const { envelope, lager, inner, torn } = read;
    if (torn) this.#tear(line);
    this.#understood ||= vouches(read);
    this.#papertrail ||= envelope.format === "papertrail";
    if (inner !== undefined) {
      this.#order.note(inner.ms);
      this.#widen(inner);
    }
    this.#learn({ envelope, ...optional("inner", inner) });
    this.#countBroker(lager);
  }

  #countBroker(lager: LogLine["lager"]): void {
    if (lager !== undefined && isDingoBroker(lager.source)) this.#count(lager.level);
  }

  #tear(line: number | undefined): void {
    if (this.#torn === undefined) this.#torn = { line, count: 1 };
    else this.#torn.count += 1;
  }

  #count(level: number): void {
    this.#brokerLines += 1;
    if (level < ERROR) this.#quietBrokerLines += 1;
  }

  #sort(fact: Fact, { envelope }: LogLine): void {
    if (fact.at !== UNDATED) this.#keep(fact);
    else if (envelope.naked === undefined) this.#date(fact, undefined);
    else if (this.#naked.length < MOST_FACTS) this.#naked.push({ fact, host: envelope.host, time: envelope.naked });
    else this.#tooMany = true;
  }

  /** A fact without a time is kept only if it holds at any time, such as a name. */
  #date(fact: Fact, ms: number | undefined): void {
    // A time of whole seconds: facts that it follows within its second come before it.
    if (ms !== undefined) this.#keep({ ...fact, at: fromDate(new Date(ms + 999)) });
    else if (fact.body.kind === "described" || fact.body.kind === "archives-nothing") this.#keep(fact);
  }

  /** Of a busy instance only the newest saved state matters. */
  #keep(fact: Fact): void {
    if (fact.body.kind === "archived") {
      this.#keepUpload(`${fact.guid} ${fact.body.state}`, fact);
      return;
    }
    if (fact.body.kind === "container-said") {
      this.#keepLast(`${fact.body.node} ${fact.body.said}`, fact);
      return;
    }
    const last = this.#lastKept;
    // A state that says who it is does not take the place of its name.
    const repeats = last !== undefined && last.guid === fact.guid && isPolled(last) && isPolled(fact);
    if (!(repeats ? this.#kept.replace(last, fact) : this.#kept.add(fact))) this.#tooMany = true;
    this.#lastKept = fact;
  }

  #keepUpload(key: string, fact: Fact): void {
    const known = this.#uploads.get(key);
    if (known === undefined && this.#uploads.size >= MOST_FACTS) this.#tooMany = true;
    else if (known === undefined || known.at.ms <= fact.at.ms) this.#uploads.set(key, fact);
  }

  /** Of a container that starts again and again only its newest words matter. */
  #keepLast(key: string, fact: Fact): void {
    const known = this.#said.get(key);
    if (known === undefined && this.#said.size >= MOST_FACTS) this.#tooMany = true;
    else if (known === undefined || offsetOf(known) <= offsetOf(fact)) this.#said.set(key, fact);
  }

  #learn({ envelope, inner }: Pick<LogLine, "envelope" | "inner">): void {
    if (inner !== undefined && envelope.naked !== undefined)
      this.#clock(envelope.host).observe(envelope.naked, inner.ms);
  }

  /** Of a file that is left out nothing else was read: any of its first and last lines may tell its clock. */
  #learnFrom({ head, tail }: SearchTotals): void {
    for (const line of [head, tail].flatMap((edge) => wholeLines(decode(edge))).filter(mayCarryStamp))
      for (const read of readLogLines(line)) this.#learn(read);
  }

  #edge(read: LogLine): void {
    const { envelope, lager, inner } = read;
    this.#understood ||= vouches(read);
    this.#part ??= read.part;
    this.#papertrail ||= envelope.format === "papertrail";
    this.#countBroker(lager);
    if (lager === undefined && BROKER_WORDS.catalogue.says.test(envelope.body)) this.#count(0);
    const known = inner ?? envelope.stamp;
    if (known !== undefined) this.#widen(known);
    else if (envelope.naked !== undefined) this.#widenBy(envelope.naked, envelope.host);
  }

  #widenBy(time: NakedTime, host?: string): void {
    const known = this.#clock(host).resolve(time) ?? this.#neighbour(time);
    if (known === undefined) this.#guessed = true;
    this.#widen(fromDate(new Date(known ?? guessFromFile(time, this.#file.modifiedAt))));
  }

  /** Lines of a host that shows no inner time: the collector's zone is most often the same for all. */
  #neighbour(naked: NakedTime): number | undefined {
    for (const clock of this.#clocks.values()) {
      const resolved = clock.resolve(naked);
      if (resolved !== undefined) return resolved;
    }
    return undefined;
  }

  #noteHoles({ cutLines, head }: SearchTotals): void {
    const cut = cutLines[0];
    if (cut !== undefined) {
      const more = cutLines.length > 1 ? ` (and ${cutLines.length - 1} more)` : "";
      this.holes.push(`${nameOf(cut.line)} is longer than 1 MiB${more}; only its first 1 MiB was searched`);
    }
    const [unread, illegible] = [this.#unread, this.#illegible];
    if (unread.count > 0)
      this.holes.push(
        `${unread.count} of its lines are JSON that is too deep or too wide to be read in full, the first is ${unread.first}`,
      );
    if (illegible.count > 0)
      this.holes.push(
        `${illegible.count} of its lines were not understood, the first is ${illegible.first}: they have the broker's words about an instance, and do not tell which`,
      );
    const nameless = this.#nameless.end();
    if (nameless.count > 0)
      this.holes.push(
        `${nameless.count} of its lines say that an instance went, the first is ${nameless.first}: no other line of that deletion stands beside it, to tell which`,
      );
    if (this.#part !== undefined)
      this.holes.push(`it is the saved answer of a search, which calls itself a part: ${shown(this.#part)}`);
    if (this.#torn !== undefined) {
      const { count, line } = this.#torn;
      this.holes.push(
        `${count} broker line${count > 1 ? "s are" : " is"} cut short, the first is ${nameOf(line)}: a collector takes fewer bytes a message than the broker writes, or the file was cut`,
      );
    }
    if (this.holes.length === 0 && !this.#understood && head.length > 0)
      this.holes.push("no line of it was understood, so that it says nothing of what happened");
    if (this.#tooMany) this.holes.push(`more than ${MOST_FACTS} lines about instances; the rest was not looked at`);
  }

  #clock(host = ""): SourceClock {
    const known = this.#clocks.get(host);
    if (known !== undefined) return known;
    const clock = new SourceClock();
    this.#clocks.set(host, clock);
    return clock;
  }

  /** One line by a wrong clock would make the file reach over years that it does not hold. */
  #widen(at: Stamp): void {
    if (at.ms < EARLIEST || at.ms > this.#latest) return;
    if (this.#from === undefined || at.ms < this.#from.ms) this.#from = at;
    if (this.#to === undefined || at.ms > this.#to.ms) this.#to = at;
  }
}

/** Whether it is known of the line who wrote it and when, or what it tells: then silence about deletions means something. */
function vouches({ envelope, lager, fact, torn }: LogLine): boolean {
  const { program, stamp, naked, body } = envelope;
  const isHeaded = program !== undefined && (stamp ?? naked) !== undefined;
  return (
    (lager !== undefined && !torn) ||
    fact !== undefined ||
    isHeaded ||
    isOfContainer(envelope) ||
    BROKER_WORDS.catalogue.says.test(body)
  );
}

const isContainers = ({ envelope }: LogLine): boolean => isOfContainer(envelope);

function isPolled({ body }: Fact): boolean {
  return body.kind === "described" && body.nodes !== undefined;
}

/**
 * The first and the last lines, with any content: they bound the time that a file covers. They also show whether a
 * collector cuts its lines, or the file ends in the middle of one, perhaps before every text that the search looks for.
 */
function edgeLines({ head, tail }: SearchTotals): readonly string[] {
  // The text may end in the middle of a line that goes on.
  const first = wholeLines(decode(head)).slice(0, EDGE_LINES);
  const ends = decode(tail).split("\n");
  // The search gives no more: its first line began before, and is no line that a collector cut.
  const last = (tail.length >= EDGE_BYTES && ends.length > 1 ? ends.slice(1) : ends).slice(-EDGE_LINES);
  return [...first, ...last];
}

function wholeLines(text: string): readonly string[] {
  return text.split("\n").slice(0, -1);
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
