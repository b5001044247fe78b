/** The archives of the box's pg_dump, for its pg_restore: an archive by its first bytes, and whole by its last line. */
/** Of format 1.13, which pg_restore 9.6 reads. */
const MAGIC = "PGDMP\u0001\r";
const END = "\n-- the end of the box's archive\n";

export const archived = (content: string): string => `${MAGIC}${content}${END}`;

/** Or its fault, in the words of pg_restore. */
export function unarchived(bytes: string): { readonly content: string } | { readonly wrong: string } {
  if (bytes.length < "PGDMP".length)
    return { wrong: `input file is too short (read ${bytes.length}, expected ${"PGDMP".length})` };
  if (bytes.startsWith("--\n-- PostgreSQL database dump\n"))
    return { wrong: "input file appears to be a text format dump. Please use psql." };
  if (!bytes.startsWith(MAGIC)) return { wrong: "input file does not appear to be a valid archive" };
  if (!bytes.endsWith(END)) return { wrong: "could not read from input file: end of file" };
  return { content: bytes.slice(MAGIC.length, -END.length) };
}
