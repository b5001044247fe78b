/** A sanity query that keeps its meaning inside `COPY (…) TO STDOUT`, and on the standard input of psql. */
import { refuse } from "../../../errors.ts";
import { requireSanityQuery } from "../../../kit/sql/sanity-query.ts";

/** Errors: `input-invalid`. "" is none. */
export function requireOneSelect(query: string): void {
  requireSanityQuery(query);
  let depth = 0;
  // No comments and no dollars are left: text in quotation marks is the only text that is no code.
  for (const [mark] of query.replaceAll(/'[^']*'|"[^"]*"/gu, "").matchAll(/[()]/gu)) {
    depth += mark === "(" ? 1 : -1;
    if (depth < 0) break;
  }
  if (depth === 0) return;
  throw refuse("input-invalid", "the sanity query's parentheses do not match")
    .at("sanity_query")
    .advise("Give --input sanity_query=… one SELECT, WITH, TABLE or VALUES statement.");
}
