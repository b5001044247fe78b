/** The container's own socket leads to the database `postgres`; another one is a command of psql away. */
import { quoteIdentifier } from "./quoting.js";

export const inDatabase = (database: string, sql: string): string =>
  database === "postgres" ? sql : `\\connect ${quoteIdentifier(database)}\n${sql}`;
