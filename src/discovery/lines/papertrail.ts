/**
 * Lines of Papertrail's archives: ten fields divided by tabs, one message a line (Papertrail knowledge base, "Permanent
 * log archives"). They are written nightly, on large accounts hourly, so that the last hours are never in them.
 */
import { fromIso, type Stamp } from "./stamp.ts";

export interface PapertrailLine {
  /** When Papertrail received it. This clock counts, since the sender's time may have had no zone. */
  readonly receivedAt: Stamp;
  readonly host: string;
  readonly program: string;
  readonly message: string;
}

/** id, generated_at, received_at, source_id, source_name, source_ip, facility_name, severity_name, program, message. */
const FIELDS = 10;
const LONGEST_FIELD = 300;

export function readPapertrail(line: string): PapertrailLine | undefined {
  if (!/^\d{1,20}\t\d{4}-/.test(line)) return undefined;
  const fields = splitHead(line);
  if (fields === undefined) return undefined;
  const [, , received = "", , host = "", , , , program = "", message = ""] = fields;
  // "2011-02-10 00:19:36 -0800": a blank stands before the offset.
  const receivedAt = fromIso(received.replace(/ (?=[+-]\d)/, ""));
  return receivedAt === undefined ? undefined : { receivedAt, host, program, message };
}

/** The message itself may hold tabs. */
function splitHead(line: string): readonly string[] | undefined {
  const fields: string[] = [];
  let from = 0;
  while (fields.length < FIELDS - 1) {
    const tab = line.indexOf("\t", from);
    if (tab < 0 || tab - from > LONGEST_FIELD) return undefined;
    fields.push(line.slice(from, tab));
    from = tab + 1;
  }
  return [...fields, line.slice(from)];
}
