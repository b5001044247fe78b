/**
 * Discovery in a log store: the store searches, and its documents are read like the lines of a file. The store's own
 * times may be off by the sender's zone (cf-bosh.md §5.4): the times inside the lines count, and the difference is
 * reported.
 */
import type { LogDocument, LogQuery, LogSearch, LogSurvey } from "../../ports/log-search.ts";
import type { Coverage } from "../judgement/candidate.ts";
import type { Fact } from "../lines/fact.ts";
import { isDingoBroker } from "../../kit/log-patterns/broker.ts";
import { type LogLine, readLogLines } from "../lines/log-line.ts";
import type { TimeWindow } from "../judgement/rank.ts";
import { shown } from "../lines/safe-text.ts";
import { SourceClock } from "../lines/source-clock.ts";
import { fromDate, UNDATED } from "../lines/stamp.ts";
import { BROKER, DELETIONS, LIFE, mentions, UPLOADS } from "./store-phrases.ts";
import { attempt, remedyOf, type Tried } from "../judgement/tried.ts";

export interface StoreFindings {
  readonly facts: readonly Fact[];
  readonly ignoredIds: readonly string[];
  readonly coverage: readonly Coverage[];
}

/** Zones differ by 14 hours at most, and the index of the day may be the wrong one (cf-bosh.md §5.4). */
const SKEW_MS = 26 * 3_600_000;
/** A store may be silent for this long at its end, with no gap: nothing happened then. */
const QUIET_MS = 10 * 60_000;
const GUIDS_AT_ONCE = 20;
/** Each costs a search; beyond these nobody reads on. */
const MOST_UPLOADS = 50;
/** The newest few: one segment has a line when it begins and one when it is done. */
const NEWEST_UPLOADS = 4;

/**
 * `inFull`: the window is only the time that must be covered. Never throws for a store that fails: that is incomplete
 * coverage.
 */
export async function fromStore(
  store: LogSearch,
  window: TimeWindow | undefined,
  inFull = false,
): Promise<StoreFindings> {
  const reading = new StoreReading(store);
  const survey = await reading.attempt(() => store.survey());
  if (survey.value !== undefined) {
    const narrow = inFull ? undefined : window;
    await reading.search({ anyOf: DELETIONS, ...widened(narrow) });
    if (narrow !== undefined) await reading.readLives();
    await reading.readUploads();
    if (!reading.sawBroker) await reading.lookForBroker();
  }
  const known = survey.value ?? { holes: survey.failures };
  return { facts: reading.facts, ignoredIds: [...reading.ignoredIds], coverage: [reading.coverage(known, window)] };
}

function widened(window: TimeWindow | undefined): Pick<LogQuery, "from" | "to"> {
  if (window === undefined) return {};
  return { from: new Date(window.from.getTime() - SKEW_MS), to: new Date(window.to.getTime() + SKEW_MS) };
}

class StoreReading {
  readonly facts: Fact[] = [];
  readonly ignoredIds = new Set<string>();
  readonly #store: LogSearch;
  readonly #holes = new Set<string>();
  readonly #clock = new SourceClock();
  readonly #seen = new Set<string>();
  readonly #undated: { readonly fact: Fact; readonly time: string }[] = [];
  #torn: { readonly first: string; count: number } | undefined;
  readonly #remedies = new Set<string>();
  #unanswered = false;
  sawBroker = false;

  constructor(store: LogSearch) {
    this.#store = store;
  }

  async attempt<T>(call: () => Promise<T>): Promise<Tried<T>> {
    const tried = await attempt(call);
    if (tried.unanswered === true) this.#unanswered = true;
    for (const remedy of tried.remedies) this.#remedies.add(remedy);
    return tried;
  }

  async search(query: LogQuery): Promise<void> {
    const { value: holes = [], failures } = await this.attempt(() =>
      this.#store.search(query, (document) => this.#take(document)),
    );
    for (const hole of [...holes, ...failures]) this.#holes.add(hole);
    this.#dateRest();
  }

  /** Events before and after the window: whose instance it was, and whether it was brought back. */
  async readLives(): Promise<void> {
    const guids = this.#guids();
    for (let at = 0; at < guids.length; at += GUIDS_AT_ONCE)
      await this.search({ anyOf: LIFE, about: guids.slice(at, at + GUIDS_AT_ONCE).flatMap(mentions) });
  }

  async readUploads(): Promise<void> {
    const guids = this.#guids();
    for (const guid of guids.slice(0, MOST_UPLOADS))
      await this.search({ anyOf: UPLOADS, about: [guid], newest: NEWEST_UPLOADS });
    const rest = guids.length - MOST_UPLOADS;
    if (rest > 0) this.#holes.add(`whether ${rest} of the instances still send WAL to the archive was not looked up`);
  }

  /** Without a line of a broker at any time it is not known that the store has its log at all. */
  async lookForBroker(): Promise<void> {
    await this.search({ anyOf: BROKER, newest: 1 });
    if (!this.sawBroker) this.#holes.add("no line of a Dingo PostgreSQL broker is in this store");
  }

  coverage(survey: LogSurvey, window: TimeWindow | undefined): Coverage {
    const { from, to, holes } = survey;
    const why = [...holes, ...this.#holes, ...this.#tornHoles(), ...this.#reach(survey, window)].map(shown).join("; ");
    const zones = this.#clock.offsets.filter((offset) => offset !== "+00:00");
    return {
      source: "log-store",
      store: shown(this.#store.place),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      complete: why === "",
      ...(why === "" ? {} : { why }),
      ...remedyOf(this.#remedies),
      ...(this.#unanswered ? { unanswered: true } : {}),
      ...(zones.length === 0 ? {} : { zones }),
    };
  }

  #take(document: LogDocument): void {
    const { index, id, time, source } = document;
    const key = `${index} ${id}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (source === undefined) {
      this.#holes.add("its documents are kept without what was sent (_source)");
      return;
    }
    const place = {
      store: shown(this.#store.place),
      index: shown(index),
      id: shown(id),
      ...(time === undefined ? {} : { time }),
    };
    for (const read of readLogLines(JSON.stringify({ _source: source }), place)) {
      if (read.unread === true) this.#holes.add("a document is too deep or too wide to be read in full");
      if (read.illegible === true)
        this.#holes.add(
          "a document was not understood: it has the broker's words about an instance, and does not tell which",
        );
      this.#read(read, document);
    }
  }

  #read({ envelope, lager, inner, torn, fact, notGuid }: LogLine, { index, id, time }: LogDocument): void {
    if (lager !== undefined && isDingoBroker(lager.source)) this.sawBroker = true;
    if (torn) this.#torn = { first: this.#torn?.first ?? `${index}/${id}`, count: (this.#torn?.count ?? 0) + 1 };
    // Only a time without a zone was read by the store's own clock.
    if (inner !== undefined && time !== undefined && envelope.naked !== undefined) this.#learn(time, inner.ms);
    if (notGuid !== undefined && this.ignoredIds.size < 1000) this.ignoredIds.add(shown(notGuid));
    if (fact === undefined) return;
    if (fact.at !== UNDATED) this.facts.push(fact);
    else if (time !== undefined) this.#undated.push({ fact, time });
    else if (fact.body.kind === "described") this.facts.push(fact);
  }

  /** A time that was read as if it were UTC. */
  #learn(time: string, innerMs: number): void {
    const at = new Date(time);
    const midnight = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
    const secondOfDay = Math.floor((at.getTime() - midnight) / 1000);
    this.#clock.observe({ month: at.getUTCMonth(), day: at.getUTCDate(), secondOfDay }, innerMs);
  }

  #dateRest(): void {
    for (const { fact, time } of this.#undated.splice(0)) {
      const at = fromDate(new Date(Date.parse(time) - this.#offset()));
      this.facts.push({ ...fact, at });
    }
  }

  /** Milliseconds that the store's times are ahead; 0 when no offset was learned, or more than one. */
  #offset(): number {
    const [only, ...others] = this.#clock.offsets;
    if (only === undefined || others.length > 0) return 0;
    const [hours = 0, minutes = 0] = only.slice(1).split(":").map(Number);
    return (only.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  }

  /** Instances that may have been deleted. */
  #guids(): readonly string[] {
    const telling = this.facts.filter(({ body }) => /^(?:deletion|node-removed|refused)/.test(body.kind));
    return [...new Set(telling.flatMap(({ guid }) => guid ?? []))];
  }

  #tornHoles(): readonly string[] {
    if (this.#torn === undefined) return [];
    const { count, first } = this.#torn;
    return [`${count} broker line${count > 1 ? "s are" : " is"} cut short, the first is ${first}`];
  }

  #reach({ from, to, holes }: LogSurvey, window: TimeWindow | undefined): readonly string[] {
    if (window === undefined) return [];
    const asked = `${window.from.toISOString()} to ${window.to.toISOString()}`;
    if (from === undefined || to === undefined)
      return [holes.length === 0 ? `it holds nothing of ${asked}` : `what it holds of ${asked} is not known`];
    const [first, last] = [from, to].map((time) => Date.parse(time) - this.#offset());
    // A window may be shorter than `QUIET_MS`: a line must lie in it, or on both sides.
    const begins = Math.min(window.from.getTime() + QUIET_MS, window.to.getTime());
    const ends = Math.max(window.to.getTime() - QUIET_MS, window.from.getTime());
    if ((first ?? 0) <= begins && (last ?? 0) >= ends) return [];
    return [`it does not reach over the whole time that was asked for, ${asked}`];
  }
}
