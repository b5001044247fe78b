/**
 * An exact time inside a line, which its writer put there in UTC: wal-e's `STRUCTURED: time=…-00`, Docker's `time="…Z"`,
 * confd's own head (cf-bosh.md §5.1). With it the clock of a source without year and zone is learned.
 */
import { fromIso, type Stamp } from "./stamp.ts";

const ISO = String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|-00|[+-]\d\d:\d\d))`;
/** At the beginning of the message, or behind wal-e's word. */
const INNER = new RegExp(String.raw`(?:^\s{0,12}(?:time=")?|STRUCTURED: time=)${ISO}(?=[\s"]|$)`);

/** The end of a head of RFC 3164 stands before it, or the pattern above fits. */
const ANYWHERE = /[\s:\]"=]\d{4}-\d\d-\d\dT/;
/** Lager's time is a text, at any depth of quotes; the number in Cloud Controller's lines says nothing to us. */
const LAGERS = /timestamp[\\"]*\s*:\s*\\*"/;

/**
 * False of a line that carries no such time and no JSON that could, and whose head has none either. Most lines of a
 * foundation are such ones, and to know it takes a tenth of reading them.
 */
export function mayCarryStamp(line: string): boolean {
  return (line.includes("timestamp") && LAGERS.test(line)) || ANYWHERE.test(line) || /^\s*[[{]/.test(line);
}

export function readInnerStamp(body: string): Stamp | undefined {
  const match = INNER.exec(body.slice(0, 2000));
  return match === null ? undefined : fromIso(match[1] ?? "");
}
