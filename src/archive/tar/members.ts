/** The members of a tar archive, front to end, in bounded memory. */
import { ByteQueue } from "../../kit/byte-queue.ts";
import { Damaged } from "../../kit/damaged.ts";
import { quoted } from "../../kit/text/printable.ts";
import { RECORD, type TarHeader, tarHeader } from "../../kit/tar-header.ts";

type MemberKind = "file" | "directory" | "link";

export interface TarMember {
  readonly kind: MemberKind;
  /** As it stands in the archive. */
  readonly name: string;
  /** Where a link leads; "" for anything else. */
  readonly link: string;
  readonly size: number;
}

/** The body has to be read before the promise is kept; its rest is passed over. */
export type Visit = (member: TarMember, body: AsyncIterable<Uint8Array>) => Promise<void>;

const PIECE = 1024 * 1024;
/** WAL-E puts 6144 into a tar file (tar_partition.py, PARTITION_MAX_MEMBERS), WAL-G as many as a gigabyte holds. */
const MOST_MEMBERS = 2_000_000;
/** Two are usual before one member: its long name, and that of its link. */
const MOST_EXTENSIONS = 16;

interface TarLimits {
  /** Bytes of the whole archive: those behind them are not asked for. */
  readonly most: number;
  readonly mostMembers?: number;
}

/**
 * The pieces of the content may be lent. Throws Damaged if it is no whole tar archive, or has something that no
 * database backup has: hard links, devices, sparse files, headers without end, more bytes than the limit, or a member
 * that claims so many.
 */
export async function readTar(
  content: AsyncIterable<Uint8Array>,
  visit: Visit,
  { most, mostMembers = MOST_MEMBERS }: TarLimits,
): Promise<void> {
  const queue = new ByteQueue(content, { lends: true, most });
  try {
    let members = 0;
    for (let member = await nextMember(queue); member !== undefined; member = await nextMember(queue)) {
      // Those without a content cost memory and names on the disk, and no size bounds them.
      if ((members += 1) > mostMembers) throw new Damaged("too-large", `it holds more than ${mostMembers} members`);
      if (member.size > most) throw new Damaged("too-large", `a file in it claims to have ${member.size} bytes`);
      const body = new Body(queue, member.size);
      await visit(member, body);
      await body.passOver();
    }
    await requireOnlyZeros(queue);
  } finally {
    await queue.close();
  }
}

class Body implements AsyncIterable<Uint8Array> {
  readonly #queue: ByteQueue;
  readonly #padding: number;
  #left: number;

  constructor(queue: ByteQueue, size: number) {
    this.#queue = queue;
    this.#left = size;
    this.#padding = padding(size);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    while (this.#left > 0) {
      const some = await this.#queue.some(Math.min(this.#left, PIECE));
      if (some === undefined) throw new Damaged("cut", "its tar archive is cut");
      this.#left -= some.length;
      yield some;
    }
  }

  async passOver(): Promise<void> {
    for await (const _piece of this) continue;
    await this.#queue.take(this.#padding);
  }
}

const padding = (size: number): number => (RECORD - (size % RECORD)) % RECORD;

/** Undefined at the end mark. */
async function nextMember(queue: ByteQueue): Promise<TarMember | undefined> {
  let extension: Extension = {};
  for (let extensions = 0; ; extensions += 1) {
    const record = await queue.take(RECORD);
    if (record.every((byte) => byte === 0)) return undefined;
    const header = tarHeader(record);
    if (!EXTENDS.has(header.type)) return memberOf(header, extension);
    if (extensions === MOST_EXTENSIONS) throw new Damaged("too-large", "headers without a member follow one another");
    extension = { ...extension, ...extend(header.type, await extensionBody(queue, header.size)) };
  }
}

const EXTENDS: ReadonlySet<string> = new Set(["x", "g", "L", "K"]);

function extend(type: string, body: Uint8Array): Extension {
  if (type === "L") return { name: longText(body) };
  if (type === "K") return { link: longText(body) };
  const said = paxExtension(body);
  if (type === "x") return said;
  // A value for all members that follow cannot be the name or size of one of them.
  if (Object.keys(said).length > 0) throw new Damaged("wrong", "a pax header gives all members the same name or size");
  return {};
}

async function extensionBody(queue: ByteQueue, size: number): Promise<Uint8Array> {
  if (size > LARGEST_EXTENSION) throw new Damaged("too-large", "a name is longer than any file system takes");
  const body = Buffer.from(await queue.take(size));
  await queue.take(padding(size));
  return body;
}

const KINDS: Readonly<Record<string, MemberKind>> = { "0": "file", "7": "file", "5": "directory", "2": "link" };
const REFUSED: Readonly<Record<string, string>> = {
  "1": "a hard link",
  "3": "a device",
  "4": "a device",
  "6": "a named pipe",
  S: "a sparse file",
};

function memberOf(
  header: TarHeader,
  { name = header.name, link = header.link, size = header.size }: Extension,
): TarMember {
  const shown = nameText(name);
  const kind = KINDS[header.type];
  if (kind === undefined) {
    const what = REFUSED[header.type] ?? `a member of the kind ${quoted(header.type)}`;
    throw new Damaged("wrong", `it holds ${what}, ${quoted(shown)}`);
  }
  // The oldest archives have no kind for a directory.
  const isDirectory = kind === "directory" || (kind === "file" && shown.endsWith("/"));
  if (kind !== "file" && size > 0) throw new Damaged("wrong", `it holds a ${kind} with a content, ${quoted(shown)}`);
  return { kind: isDirectory ? "directory" : kind, name: shown, link: kind === "link" ? nameText(link) : "", size };
}

function nameText(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  if (!Buffer.from(text).equals(bytes)) throw new Damaged("wrong", `the name ${quoted(text)} in it is not UTF-8`);
  return text;
}

/** Archives are filled up with zeros to whole blocks of some kilobytes. */
async function requireOnlyZeros(queue: ByteQueue): Promise<void> {
  for await (const some of queue.pieces(PIECE))
    if (some.some((byte) => byte !== 0)) throw new Damaged("trailing", "bytes follow after its end");
}

/**
 * The extensions that stand before a member and say more of it than its header can: pax records (POSIX.1-2001), as
 * Python's tarfile and Go's archive/tar write them, and GNU's long names. Absent if its header says it all.
 */
interface Extension {
  readonly name?: Buffer;
  readonly link?: Buffer;
  readonly size?: number;
}

/** No name is longer, and a pax header holds little else. */
const LARGEST_EXTENSION = 64 * 1024;

/** GNU's long name or link: the text with a zero byte behind it. */
function longText(body: Uint8Array): Buffer {
  const end = body.indexOf(0);
  return Buffer.from(end === -1 ? body : body.subarray(0, end));
}

/** Records of the form "LENGTH KEY=VALUE\n", the length being that of the whole record. */
function paxExtension(body: Uint8Array): Extension {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  let found: Extension = {};
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const length = space === -1 ? Number.NaN : Number(bytes.toString("latin1", at, space));
    const record = bytes.subarray(space + 1, at + length);
    const equals = record.indexOf("=");
    const whole = Number.isSafeInteger(length) && length > space - at && at + length <= bytes.length;
    if (!whole || equals <= 0 || record.at(-1) !== 0x0a) throw new Damaged("wrong", "a pax header is not whole");
    found = { ...found, ...meaning(record.toString("latin1", 0, equals), record.subarray(equals + 1, -1)) };
    at += length;
  }
  return found;
}

function meaning(key: string, value: Buffer): Extension {
  if (key === "path") return { name: Buffer.from(value) };
  if (key === "linkpath") return { link: Buffer.from(value) };
  if (key === "size") return { size: sizeIn(value.toString("latin1")) };
  if (key.startsWith("GNU.sparse.")) throw new Damaged("wrong", "it holds a sparse file");
  return {};
}

function sizeIn(text: string): number {
  const size = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw new Damaged("wrong", "a pax header holds a size that is none");
  return size;
}
