/** A plain ustar archive over runs of bytes and zeros. */
import { plainSize, type Run } from "./lzop.ts";

const RECORD = 512;

export function tar(members: readonly { readonly name: string; readonly content: readonly Run[] }[]): Run[] {
  const runs: Run[] = [];
  for (const member of members) {
    const size = plainSize(member.content);
    runs.push(memberHeader(member.name, size), ...member.content);
    if (size % RECORD > 0) runs.push(RECORD - (size % RECORD));
  }
  return [...runs, 2 * RECORD];
}

function memberHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(RECORD);
  header.write(name, 0, 100);
  header.write("0000600\0", 100);
  header.write("0000146\0", 108);
  header.write("0000146\0", 116);
  header.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write("0", 156);
  header.write("ustar\x0000", 257);
  header.write("postgres", 265);
  header.write("postgres", 297);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}
