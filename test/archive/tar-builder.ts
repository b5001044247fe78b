/** Tar archives with anything in them, for tests. */
const RECORD = 512;

export interface EntryOptions {
  readonly type?: string;
  readonly link?: string;
  readonly content?: string | Uint8Array;
  /** The field of 12 bytes as it shall stand there. */
  readonly size?: string;
}

export function tarEntry(name: string, { type = "0", link = "", content = "", size }: EntryOptions = {}): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(RECORD);
  header.write(name, 0, 100);
  header.write("0000600\0", 100);
  header.write(size ?? `${bytes.length.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  header.write("        ", 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((RECORD - (bytes.length % RECORD)) % RECORD)]);
}

export function tarOf(...entries: readonly Buffer[]): Buffer {
  return Buffer.concat([...entries, Buffer.alloc(2 * RECORD)]);
}
