/** How far long work is, how fast it goes and how long it still takes: said after a second, and every two from then on. */
import { bytesText } from "../../kit/text/bytes.ts";
import { counted } from "../../kit/text/counted.ts";
import type { Clock } from "../../ports/clock.ts";

type Ticks = Pick<Clock, "monotonicMs">;
type Say = (line: string) => void;

const FIRST_MS = 1000;
const EACH_MS = 2000;

interface Going {
  readonly perSecond: number;
  /** "N s to go" at that rate, at least one second. */
  readonly left: string;
  /** Of a hundred, rounded down. */
  readonly share: number;
}

/** Begins now. The function that it returns answers undefined if it is too early to tell, or to tell again. */
function begin(clock: Ticks): (done: number, of: number) => Going | undefined {
  const began = clock.monotonicMs();
  let next = began + FIRST_MS;
  return (done, of) => {
    const now = clock.monotonicMs();
    if (now < next || done === 0 || of === 0) return undefined;
    next = now + EACH_MS;
    const perSecond = (done * 1000) / (now - began);
    const left = `about ${Math.max(1, Math.ceil((of - done) / perSecond))} s to go`;
    return { perSecond, left, share: Math.floor((100 * done) / of) };
  };
}

/** Counts from the first object that is copied: those that were there before took no time. */
export function copyRate(clock: Ticks, say: Say): (done: number, total: number) => void {
  let since: { readonly there: number; readonly rate: ReturnType<typeof begin> } | undefined;
  return (done, total) => {
    since ??= { there: done - 1, rate: begin(clock) };
    const going = since.rate(done - since.there, total - since.there);
    if (going === undefined || done === total) return;
    say(`copied ${done} of ${total} objects: ${Math.round(going.perSecond)} a second, ${going.left}`);
  };
}

interface Look {
  readonly done: number;
  readonly of: number;
  readonly bytes: number;
}

export function lookRate(clock: Ticks, say: Say): (look: Look) => void {
  const rate = begin(clock);
  return ({ done, of, bytes }) => {
    const going = rate(done, of);
    if (going === undefined) return;
    const objects = counted(Math.round(going.perSecond), "object");
    const speed = `${objects}, ${bytesText((bytes * going.perSecond) / done)} a second`;
    say(`looked into ${done} of ${of} objects: ${speed}, ${going.left}`);
  };
}

interface Restoring {
  readonly phase: "base" | "wal" | "disk";
  /** Bytes that lie there, and those that will. */
  readonly bytes: number;
  readonly of: number;
}

/** Counts from the first byte. */
export function restoreRate(clock: Ticks, say: Say): (restoring: Restoring) => void {
  let rate: ReturnType<typeof begin> | undefined;
  return ({ phase, bytes, of }) => {
    rate ??= begin(clock);
    const going = rate(bytes, Math.max(of, 1));
    if (going === undefined) return;
    if (phase === "disk") return say("waiting until everything is on disk");
    const restored = `${phase === "wal" ? "WAL" : "base backup"}: ${bytesText(bytes)} of ${bytesText(of)}`;
    const share = Math.min(99, going.share);
    say(`${restored} (${share} %), ${bytesText(going.perSecond)} a second, ${going.left}`);
  };
}

interface Search {
  /** Bytes. */
  readonly read: number;
  readonly total: number;
}

export function searchRate(clock: Ticks, say: Say): (search: Search) => void {
  const rate = begin(clock);
  return ({ read, total }) => {
    const going = rate(read, total);
    if (going === undefined) return;
    const searched = `searched ${bytesText(read)} of ${bytesText(total)} (${going.share} %)`;
    say(`${searched}, ${bytesText(going.perSecond)} a second, ${going.left}`);
  };
}
