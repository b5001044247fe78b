/**
 * The newest uploads of a file's instances, unread: every instance of a foundation has some, and those of the few that
 * were deleted are asked for.
 */
import type { FoundLine } from "../ports/log-files.js";

/** What teaches a clock is read at once; so are JSON lines, which may turn out to hold more than can be read. */
const READ_AT_ONCE = 16;
const PLAIN = /[^\s[{]/;
const GUID_LENGTH = 36;

export class UnreadUploads {
  readonly #lines = new Map<string, FoundLine[]>();
  #count = 0;

  /** False where the line is to be read now. */
  keep(found: FoundLine): boolean {
    const { key, bytes } = found;
    if (key === undefined || !PLAIN.test(String.fromCharCode(bytes[0] ?? 32))) return false;
    this.#count += 1;
    if (this.#count <= READ_AT_ONCE) return false;
    const guid = key.slice(0, GUID_LENGTH);
    const known = this.#lines.get(guid) ?? [];
    this.#lines.set(guid, known);
    known.push({ ...found, bytes: bytes.slice() });
    return true;
  }

  /** Those that may come from one of the hosts; they are not kept any longer. */
  take(hosts: readonly string[]): readonly FoundLine[] {
    if (hosts.length === 0) return [];
    const names = hosts.map((host) => Buffer.from(` ${host} `));
    const taken: FoundLine[] = [];
    for (const [guid, lines] of this.#lines) {
      const left = lines.filter(({ bytes }) => {
        const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        return !names.some((name) => text.includes(name));
      });
      if (left.length === lines.length) continue;
      taken.push(...lines.filter((line) => !left.includes(line)));
      this.#lines.set(guid, left);
    }
    return taken;
  }

  of(guid: string): readonly FoundLine[] {
    return this.#lines.get(guid) ?? [];
  }
}
