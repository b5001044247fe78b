/**
 * Reads the envelope of a log line: RFC 3164 (no year, no zone), RFC 5424, rsyslog's ISO file format, `docker logs -t`,
 * a line of a Papertrail archive, or nothing (a program's own standard output). Facts: dingo.md §2.1, cf-bosh.md §5.
 */
import { MONTHS } from "../../kit/text/months.ts";
import { optional } from "../../kit/optional.ts";
import { readPapertrail } from "./papertrail.ts";
import { fromIso, type Stamp } from "./stamp.ts";

/** A time of day and year that nobody has said the zone of. */
export interface NakedTime {
  /** 0 to 11. */
  readonly month: number;
  readonly day: number;
  readonly secondOfDay: number;
}

export interface Envelope {
  readonly format: "rfc3164" | "rfc5424" | "iso" | "docker" | "papertrail" | "bare";
  readonly stamp?: Stamp;
  readonly naked?: NakedTime;
  readonly host?: string;
  readonly program?: string;
  readonly body: string;
}

/** Headers are short; a pattern never sees more than this of a hostile line. */
const HEAD = 2048;

/** RFC 6587 octet counting (`276 <14>1 …`) may stand before it; structured data may hold quoted brackets. */
const RFC5424 = /^(?:\d{1,7} )?<\d{1,3}>1 (\S+) (\S+) (\S+) \S+ \S+ (?:-|(?:\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\])+) ?/;
/** rsyslog cuts the tag at 32 bytes, colon included; the process id is optional. Docker's driver sends no host (20.10). */
const RFC3164 =
  /^(?:<\d{1,3}>)?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.\d+)? (?:(?=\S+\[\d+\]: )|(\S+) )([^\s:[]+)(?:\[\d+\])?:? {0,2}/;
const ISO_STAMP = String.raw`(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d(?::?\d\d)?))`;
const RSYSLOG_ISO = new RegExp(String.raw`^${ISO_STAMP} ([\w.-]+) ([\w./-]+)(?:\[\d+\])?:? {0,2}`);
const DOCKER = new RegExp(`^${ISO_STAMP} `);

export function readEnvelope(line: string): Envelope {
  const head = line.slice(0, HEAD);
  return (
    readRfc5424(head, line) ??
    readRfc3164(head, line) ??
    readIso(head, line) ??
    readArchive(line) ?? { format: "bare", body: line }
  );
}

function readArchive(line: string): Envelope | undefined {
  const read = readPapertrail(line);
  if (read === undefined) return undefined;
  const { receivedAt, host, program, message } = read;
  return { format: "papertrail", stamp: receivedAt, host, program, body: message };
}

function readRfc5424(head: string, line: string): Envelope | undefined {
  // Most lines begin otherwise, and to make a pattern of this length takes longer than to read a hundred of them.
  if (!(head.startsWith("<") || (head >= "0" && head < ":"))) return undefined;
  const match = RFC5424.exec(head);
  if (match === null) return undefined;
  const [all, stamp = "", host = "", program = ""] = match;
  return { format: "rfc5424", ...optionalStamp(stamp), host, program, body: line.slice(all.length) };
}

function readRfc3164(head: string, line: string): Envelope | undefined {
  const match = RFC3164.exec(head);
  if (match === null) return undefined;
  const [all, monthName = "", day, hour, minute, second, host, program = ""] = match;
  const month = MONTHS.indexOf(monthName);
  if (month < 0) return undefined;
  const secondOfDay = Number(hour) * 3600 + Number(minute) * 60 + Number(second);
  const naked = { month, day: Number(day), secondOfDay };
  return { format: "rfc3164", naked, ...optional("host", host), program, body: line.slice(all.length) };
}

function readIso(head: string, line: string): Envelope | undefined {
  const rsyslog = RSYSLOG_ISO.exec(head);
  if (rsyslog !== null) {
    const [all, stamp = "", host = "", program = ""] = rsyslog;
    return { format: "iso", ...optionalStamp(stamp), host, program, body: line.slice(all.length) };
  }
  const docker = DOCKER.exec(head);
  if (docker === null) return undefined;
  const [all, stamp = ""] = docker;
  return { format: "docker", ...optionalStamp(stamp), body: line.slice(all.length) };
}

function optionalStamp(text: string): { stamp?: Stamp } {
  const stamp = fromIso(text);
  return stamp === undefined ? {} : { stamp };
}
