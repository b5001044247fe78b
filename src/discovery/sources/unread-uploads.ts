/**
 * The newest uploads of a file's instances, unread: every instance of a foundation has some, and those of the few that
 * were deleted are asked for.
 */
import type { FoundLine } from "../../ports/log-files.ts";

/** A line that teaches a clock is read at once; so are JSON lines, which may turn out to hold more than can be read. */
const READ_AT_ONCE = 16;
/** Bytes that a line of JSON begins with. */
const JSON_BEGINS = Buffer.from(" \t\v\f\r[{");
const GUID_LENGTH = 36;
/** The most characters before the host: "<191>Mar 12 12:34:56.123456789". */
const STAMP_LENGTH = 30;

export class UnreadUploads {
  readonly #lines: FoundLine[] = [];
  #count = 0;

  /** False if the line is to be read now. */
  keep(found: FoundLine): boolean {
    const { key, bytes } = found;
    if (key === undefined || JSON_BEGINS.includes(bytes[0] ?? 0)) return false;
    this.#count += 1;
    if (this.#count <= READ_AT_ONCE) return false;
    this.#lines.push(found);
    return true;
  }

  /** Of each of the hosts, by heads of RFC 3164, the first and the last: more of them teach no more of its clock. */
  ends(hosts: readonly string[]): ReadonlySet<FoundLine> {
    const names = hosts.map((host) => Buffer.from(` ${host} `).toString("latin1"));
    const head = STAMP_LENGTH + Math.max(0, ...names.map(({ length }) => length));
    const ends = new Map<string, { readonly first: FoundLine; readonly last: FoundLine }>();
    for (const line of names.length === 0 ? [] : this.#lines) {
      const { bytes, byteOffset } = line;
      // A text is looked through in the engine, bytes are not: most often there are many lines and several hosts.
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(head, bytes.length)).toString("latin1");
      const name = names.find((each) => text.includes(each));
      if (name === undefined) continue;
      const { first = line, last = line } = ends.get(name) ?? {};
      ends.set(name, {
        first: byteOffset < first.byteOffset ? line : first,
        last: byteOffset > last.byteOffset ? line : last,
      });
    }
    return new Set([...ends.values()].flatMap(({ first, last }) => [first, last]));
  }

  of(guids: ReadonlySet<string>): readonly FoundLine[] {
    return this.#lines.filter(({ key = "" }) => guids.has(key.slice(0, GUID_LENGTH)));
  }
}
