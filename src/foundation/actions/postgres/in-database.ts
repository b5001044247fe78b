/** The container's own socket leads to the database `postgres`; another one is a command of psql away. */
import { refuse } from "../../../errors.ts";
import { quoted } from "../../../kit/text/printable.ts";
import { quoteIdentifier } from "../../../kit/sql/quoting.ts";

/** psql reads its own commands line by line, and takes a name with "=" or "://" for a whole connection string. */
const MISREAD = /[\p{Cc}=]|:\/\//u;

/** Errors: `guard-refused`. */
export function inDatabase(database: string, sql: string): string {
  if (database === "postgres") return sql;
  if (!MISREAD.test(database)) return `\\connect ${quoteIdentifier(database)}\n${sql}`;
  throw refuse("guard-refused", `psql would read ${quoted(database)} as more than a name`)
    .at("database")
    .advise("Name another database, or look into this one by hand.");
}
