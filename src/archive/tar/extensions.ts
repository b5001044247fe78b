/**
 * Reads the extensions that stand before a member and say more of it than its header can: pax records (POSIX.1-2001),
 * as Python's tarfile and Go's archive/tar write them, and GNU's long names.
 */
import { Damaged } from "../compression/damaged.ts";

/** Of one member; absent if its header says it all. */
export interface Extension {
  readonly name?: Buffer;
  readonly link?: Buffer;
  readonly size?: number;
}

/** No name is longer, and a pax header holds little else. */
export const LARGEST_EXTENSION = 64 * 1024;

/** GNU's long name or link: the text with a zero byte behind it. */
export function longText(body: Uint8Array): Buffer {
  const end = body.indexOf(0);
  return Buffer.from(end === -1 ? body : body.subarray(0, end));
}

/** Records of the form "LENGTH KEY=VALUE\n", the length being that of the whole record. */
export function paxExtension(body: Uint8Array): Extension {
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
