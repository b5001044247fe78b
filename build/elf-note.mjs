/**
 * Puts a note into an ELF program for x86-64 or arm64, where Node looks for the content of a single executable. The note gets a new segment
 * behind all others, and a new table of program headers, because the old one has no room. Parts that no program needs in memory (symbols,
 * names of sections) are left out. The ELF layout: elf(5); the note's place: Node's deps/postject.
 */

const [LOAD, NOTE, PHDR] = [1, 4, 6];
const READ = 4;
const PAGE = 0x10000;
/** Bytes of a program header, and the name that Node looks for. */
const ENTRY = 56;
const NAME = Buffer.from("NODE_SEA_BLOB\0\0\0");
const NAME_LENGTH = 14;
/** Node looks at the figure behind it: 1 if it is a single executable. */
const FUSE = Buffer.from("NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:");

const up = (value, to) => Math.ceil(value / to) * to;

/** @param {Buffer} elf @param {number} at */
const header = (elf, at) => ({
  type: elf.readUInt32LE(at),
  flags: elf.readUInt32LE(at + 4),
  offset: Number(elf.readBigUInt64LE(at + 8)),
  address: Number(elf.readBigUInt64LE(at + 16)),
  inFile: Number(elf.readBigUInt64LE(at + 32)),
  inMemory: Number(elf.readBigUInt64LE(at + 40)),
  align: Number(elf.readBigUInt64LE(at + 48)),
});

/** @param {ReturnType<typeof header>} given */
function written({ type, flags, offset, address, inFile, inMemory, align }) {
  const bytes = Buffer.alloc(ENTRY);
  bytes.writeUInt32LE(type);
  bytes.writeUInt32LE(flags, 4);
  for (const [index, value] of [offset, address, address, inFile, inMemory, align].entries())
    bytes.writeBigUInt64LE(BigInt(value), 8 + index * 8);
  return bytes;
}

/** @param {Buffer} elf */
function headersOf(elf) {
  if (elf.toString("latin1", 0, 6) !== "\x7fELF\x02\x01") throw new Error("not a 64-bit little-endian ELF program");
  const [at, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(56)];
  return Array.from({ length: count }, (_each, index) => header(elf, at + index * ENTRY));
}

/**
 * The program with the note in it.
 *
 * @param {Buffer} elf @param {Buffer} blob
 */
export function withNote(elf, blob) {
  const headers = headersOf(elf);
  const loads = headers.filter(({ type }) => type === LOAD);
  const base = loads[0].address - loads[0].offset;
  const kept = Math.max(...loads.map(({ offset, inFile }) => offset + inFile));
  const end = Math.max(...loads.map(({ address, inMemory }) => address + inMemory));
  // Kernels before 5.18 take the table to lie as far from the program's beginning in memory as in the file.
  const offset = up(Math.max(kept, end - base), PAGE);
  const table = up((headers.length + 2) * ENTRY, 16);
  const size = 12 + NAME.length + up(blob.length, 4);
  const place = { flags: READ, offset, address: base + offset };
  const load = { ...place, type: LOAD, inFile: table + size, inMemory: table + size, align: PAGE };
  const note = {
    ...{ type: NOTE, flags: READ, align: 4, inFile: size, inMemory: size },
    ...{ offset: offset + table, address: base + offset + table },
  };
  const last = headers.findLastIndex(({ type }) => type === LOAD);
  const length = (headers.length + 2) * ENTRY;
  const moved = headers.map((each) =>
    each.type === PHDR ? { ...each, ...place, inFile: length, inMemory: length } : each,
  );
  const all = [...moved.slice(0, last + 1), load, ...moved.slice(last + 1), note];
  const made = Buffer.alloc(offset + table + size);
  elf.copy(made, 0, 0, kept);
  Buffer.concat(all.map(written)).copy(made, offset);
  noteHeader(blob.length).copy(made, offset + table);
  blob.copy(made, offset + table + 12 + NAME.length);
  made.writeBigUInt64LE(BigInt(offset), 32);
  made.writeUInt16LE(all.length, 56);
  // No table of sections: it and the names in it are left out.
  made.writeBigUInt64LE(0n, 40);
  made.writeUInt32LE(0, 60);
  light(made);
  return made;
}

/** @param {number} length */
function noteHeader(length) {
  const bytes = Buffer.alloc(12 + NAME.length);
  bytes.writeUInt32LE(NAME_LENGTH);
  bytes.writeUInt32LE(length, 4);
  NAME.copy(bytes, 12);
  return bytes;
}

/** @param {Buffer} elf */
function light(elf) {
  const at = elf.indexOf(FUSE);
  if (at < 0 || elf.indexOf(FUSE, at + 1) >= 0) throw new Error("this Node cannot be made a single executable");
  elf.write("1", at + FUSE.length, "latin1");
}

/**
 * The newest version of a library that the program asks for, as `2.28` of `GLIBC`.
 *
 * @param {Buffer} elf @param {string} library
 */
export function newestWanted(elf, library) {
  const [names] = headersOf(elf).filter(({ type }) => type === LOAD);
  const text = elf.toString("latin1", names.offset, names.offset + names.inFile);
  const found = [...text.matchAll(new RegExp(`\0${library}_([0-9.]+)(?=\0)`, "gu"))].map(([, version]) => version);
  return found.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
}
