/**
 * An operator's query reaches psql on stdin, where a line may also be a command of psql's own: `\!` runs a shell in the
 * container (psql manual, "Meta-Commands"). So it is one reading statement without any backslash, or it is refused.
 *
 * Comments and dollar quotes are refused rather than parsed: a text that looks quoted here but not to psql could hide a
 * second statement.
 */
import { refuse } from "../../errors.ts";
import { quoted } from "../text/printable.ts";

const READS = /^(?:select|with|table|values)\b/i;
/** Literals and quoted names; a doubled quote inside is two of them side by side. */
const QUOTED = /'[^']*'|"[^"]*"/g;

/** Throws `input-invalid` for anything but one SELECT, WITH, TABLE or VALUES; an empty text stands for no query. */
export function requireSanityQuery(query: string): void {
  const why = query.trim() === "" ? undefined : objection(query);
  if (why === undefined) return;
  throw refuse("input-invalid", `the sanity query ${quoted(query)} ${why}`)
    .at("sanity_query")
    .advise("Give --input sanity_query=… one SELECT, WITH, TABLE or VALUES statement; it is run read-only.");
}

function objection(query: string): string | undefined {
  if (query.includes("\\")) return "holds a backslash, which psql could take for one of its commands";
  if (query.includes("\0")) return "holds a NUL character";
  const bare = query.replaceAll(QUOTED, " ").trim();
  if (/['"]/.test(bare)) return "has a quote that is not closed";
  if (/--|\/\*/.test(bare)) return "holds a comment";
  if (bare.includes("$")) return "holds a dollar sign outside of quotes";
  if (!READS.test(bare)) return "does not begin with SELECT, WITH, TABLE or VALUES";
  if (bare.replace(/;$/, "").includes(";")) return "is more than one statement";
  return undefined;
}
