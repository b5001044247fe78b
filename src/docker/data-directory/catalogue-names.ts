/**
 * Names out of the first pages of a shared catalogue's file, as a server last wrote it: `pg_database` is `global/1262`
 * and `pg_authid` is `global/1260` until somebody rewrites them with VACUUM FULL (PostgreSQL manual, System Catalogs;
 * both are mapped relations whose first file bears their own number). A name that only the WAL has is not here: a
 * missing name may exist all the same.
 *
 * Page and tuple: storage/bufpage.h (line pointers from byte 24), access/htup_details.h (t_xmax at 4, t_infomask at 20,
 * t_hoff at 22); since 12 the OID is a separate column. Little-endian.
 */

export const DATABASES_FILE = "global/1262";
export const ROLES_FILE = "global/1260";
/** Four pages: about a hundred databases or roles. */
export const CATALOGUE_BYTES = 4 * 8192;

export interface CatalogueRole {
  readonly name: string;
  readonly isSuperuser: boolean;
  readonly canLogin: boolean;
}

const PAGE = 8192;
const FIRST_POINTER = 24;
const NAME_BYTES = 64;
const NORMAL = 1;
const HAS_OID = 0x0008;
const XMAX_COMMITTED = 0x0400;
const XMAX_INVALID = 0x0800;

export interface CatalogueDatabase {
  readonly name: string;
  /** Its directory is `base/OID`. */
  readonly oid: number;
}

/** Of databases that were not dropped, templates left out. */
export function databasesIn(start: Uint8Array): readonly CatalogueDatabase[] {
  // If the OID is no column, it stands at the end of the header, right before the name as well.
  const all = liveRows(start).map(({ bytes, at }) => ({ name: nameAt(bytes, at), oid: bytes.readUInt32LE(at - 4) }));
  const known = all.filter(({ name }) => name !== "" && name !== "template0" && name !== "template1");
  return known.filter(({ name }, index) => known.findIndex((each) => each.name === name) === index);
}

/** The first superuser that may log in comes first: initdb made it, under any name. */
export function superusers(start: Uint8Array): readonly string[] {
  const roles = liveRows(start).map(roleAt);
  return [...new Set(roles.filter((role) => role.isSuperuser && role.canLogin).map(({ name }) => name))].filter(
    (name) => name !== "",
  );
}

/** rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, then rolcanlogin; 9.4 has rolcatupdate before it. */
function roleAt({ bytes, at }: Row): CatalogueRole {
  const flags = bytes.subarray(at + NAME_BYTES);
  return { name: nameAt(bytes, at), isSuperuser: flags[0] === 1, canLogin: flags[4] === 1 || flags[5] === 1 };
}

interface Row {
  readonly bytes: Buffer;
  /** The offset at which the name begins. */
  readonly at: number;
}

function liveRows(start: Uint8Array): readonly Row[] {
  const rows: Row[] = [];
  for (let page = 0; page + PAGE <= start.length; page += PAGE)
    rows.push(...rowsOfPage(Buffer.from(start.buffer, start.byteOffset + page, PAGE)));
  return rows;
}

function rowsOfPage(bytes: Buffer): readonly Row[] {
  const lower = bytes.readUInt16LE(12);
  if (lower < FIRST_POINTER || lower > PAGE) return [];
  const rows: Row[] = [];
  for (let pointer = FIRST_POINTER; pointer + 4 <= lower; pointer += 4) {
    const word = bytes.readUInt32LE(pointer);
    const [offset, flags, length] = [word & 0x7fff, (word >>> 15) & 3, word >>> 17];
    if (flags !== NORMAL || length < FIRST_POINTER + NAME_BYTES || offset + length > PAGE) continue;
    const tuple = bytes.subarray(offset, offset + length);
    const infomask = tuple.readUInt16LE(20);
    const isDeleted =
      tuple.readUInt32LE(4) !== 0 && (infomask & XMAX_INVALID) === 0 && (infomask & XMAX_COMMITTED) !== 0;
    const header = tuple[22] ?? 0;
    const at = (infomask & HAS_OID) === 0 ? header + 4 : header;
    if (!isDeleted && header >= FIRST_POINTER && at + NAME_BYTES + 6 <= length) rows.push({ bytes: tuple, at });
  }
  return rows;
}

/** "" for bytes that are no name. */
function nameAt(bytes: Buffer, at: number): string {
  const field = bytes.subarray(at, at + NAME_BYTES);
  const end = field.indexOf(0);
  if (end <= 0 || field.subarray(end).some((byte) => byte !== 0)) return "";
  const name = field.subarray(0, end).toString("utf8");
  return name.includes("\ufffd") ? "" : name;
}
