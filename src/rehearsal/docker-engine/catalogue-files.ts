/**
 * A data directory with databases in it: the files that mark it (`postgres-files.ts`), the catalogues that name its
 * databases and roles, and one file of the box's own with tables and rows, which goes along with every copy.
 */
import { jsonOf } from "../json.ts";
import { type PostgresSeed, postgresFiles } from "./postgres-files.ts";
import { file, type TreeNode } from "./tree.ts";

/** Of a damaged one `rows` can be read if its clients are lenient. */
interface AilingTable {
  readonly rows: number;
  readonly ails: "pages" | "file" | "definition" | "extension" | "library" | "locale";
}
/** Of an image's environment: it has the library that such a table needs. */
export const HAS_LIBRARY = "BOX_LIBRARY=1";
/** Likewise: it has the locale of a database with such a table. */
export const HAS_LOCALE = "BOX_LOCALE=1";
/** How many rows. */
export type BoxTable = number | AilingTable;
/** Database → table. */
export type BoxDatabases = Readonly<Record<string, Readonly<Record<string, BoxTable>>>>;
/** In the place of a table: the extensions of the database were made before its tables. */
export const READY = "\0ready";
/** In the place of a table: nobody may enter the database. */
export const CLOSED = "\0closed";

export interface DatabaseSeed extends PostgresSeed {
  readonly role: string;
  readonly databases: BoxDatabases;
}

/** Of the box alone. */
export const ROWS_FILE = "base/16384/box-rows";
const UID = 999;

export function databaseFiles(seed: DatabaseSeed): Readonly<Record<string, TreeNode>> {
  const owned = { uid: UID, modified: seed.checkpointAt };
  const names = [
    "postgres",
    "template0",
    "template1",
    ...Object.keys(seed.databases).filter((name) => name !== "postgres"),
  ];
  return {
    ...postgresFiles(seed),
    "global/1262": file(page(names.map((name, index) => nameRow(16_384 + index, name, [1, 0, 0, 0, 0, 0]))), owned),
    "global/1260": file(page([nameRow(10, seed.role, [1, 1, 1, 1, 1, 1])]), owned),
    [ROWS_FILE]: rowsFile(seed.databases, seed.checkpointAt),
  };
}

export const rowsFile = (databases: BoxDatabases, modified: number): TreeNode =>
  file(JSON.stringify(databases), { uid: UID, modified });

export function rowsIn(node: TreeNode | undefined): BoxDatabases | undefined {
  if (node?.kind !== "file") return undefined;
  return jsonOf(Buffer.from(node.start, "base64").toString()) as BoxDatabases | undefined;
}

const PAGE = 8192;
const HEADER = 24;
const XMAX_INVALID = 0x0800;

/** OID, name in 64 bytes, then flags of one byte each, as both catalogues have them since 12. */
function nameRow(oid: number, name: string, flags: readonly number[]): Buffer {
  const row = Buffer.alloc(HEADER + 4 + 64 + 8);
  row.writeUInt16LE(XMAX_INVALID, 20);
  row[22] = HEADER;
  row.writeUInt32LE(oid, HEADER);
  row.write(name, HEADER + 4, 63, "utf8");
  Buffer.from(flags).copy(row, HEADER + 4 + 64);
  return row;
}

/** storage/bufpage.h: line pointers grow from the front, rows from the end. */
function page(rows: readonly Buffer[]): Buffer {
  const bytes = Buffer.alloc(PAGE);
  let upper = PAGE;
  rows.forEach((row, index) => {
    upper -= row.length;
    row.copy(bytes, upper);
    bytes.writeUInt32LE((upper | (1 << 15) | (row.length << 17)) >>> 0, HEADER + 4 * index);
  });
  bytes.writeUInt16LE(HEADER + 4 * rows.length, 12);
  bytes.writeUInt16LE(upper, 14);
  bytes.writeUInt16LE(PAGE, 16);
  return bytes;
}
