/**
 * Packed files within a tar archive of logs, such as the rotated files in an archive of `bosh logs`. The search sees no line
 * of them. Headers and first bytes tell.
 */
import { ByteQueue } from "../../../kit/byte-queue.ts";
import { Damaged } from "../../../kit/damaged.ts";
import { RECORD, tarHeader } from "../../../kit/tar-header.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { packingOf } from "./packing.ts";

/** So many are named. */
const NAMED = 3;

/** `head`: the first bytes of a file, unpacked. */
export function isTar(head: Uint8Array): boolean {
  if (head.length < RECORD) return false;
  try {
    tarHeader(head);
    return true;
  } catch (thrown) {
    if (thrown instanceof Damaged) return false;
    throw thrown;
  }
}

/** Why not all that the archive holds was searched; undefined if it was. `bytes`: all of it, from its beginning. */
export async function whyUnsearched(bytes: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const unread: Unread = { packed: [], wide: [] };
  const { packed, wide } = unread;
  const isWhole = await findUnread(new ByteQueue(bytes), unread);
  if (packed.length > 0)
    return `what it holds packed once more was not searched: ${named(packed)}; unpack it, and name its files`;
  if (wide.length > 0)
    return `what it holds as UTF-16 was not searched: ${named(wide)}; unpack it, and convert its files to UTF-8`;
  return isWhole ? undefined : "is a tar archive that is cut or damaged: unpack it, and name its files";
}

function named(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return `${names.slice(0, NAMED).map(quoted).join(", ")}${more}`;
}

/** By its mark, or by Latin letters, of which every other byte is 0. */
function isWide([one, two, three, four]: Uint8Array): boolean {
  const isMarked = (one === 0xff && two === 0xfe) || (one === 0xfe && two === 0xff);
  const [even, odd] = [one === 0 && three === 0, two === 0 && four === 0];
  return isMarked || even !== odd;
}

/** Names of files that no search can read. */
type Unread = Readonly<Record<"packed" | "wide", string[]>>;

/** Adds the name of each to `found`; false if the archive is cut or damaged. */
async function findUnread(archive: ByteQueue, found: Unread): Promise<boolean> {
  try {
    while ((await archive.peek(1)).length > 0) {
      const record = await archive.take(RECORD);
      if (record.every((byte) => byte === 0)) continue;
      const { name, size, type } = tarHeader(record);
      // A link, a device or a directory has no content, even if its header names a size.
      const content = /[1-6]/u.test(type) ? 0 : size;
      const begins = await archive.peek(Math.min(content, RECORD));
      if (begins.length < Math.min(content, RECORD)) return false;
      if (packingOf(begins) !== "plain") found.packed.push(name.toString("utf8"));
      else if (isWide(begins)) found.wide.push(name.toString("utf8"));
      await archive.skip(Math.ceil(content / RECORD) * RECORD);
    }
    return true;
  } catch (thrown) {
    if (thrown instanceof Damaged) return false;
    throw thrown;
  }
}
