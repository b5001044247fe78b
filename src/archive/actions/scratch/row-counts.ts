/** How many rows tables have, wherever they are asked for; null for a table that is not there. */
import { z } from "zod";
import { nameSql, sameName, type TableName } from "./table-names.ts";
import { named } from "../../../kit/text/printable.ts";

export const tableRows = z.object({ schema: z.string(), table: z.string(), rows: z.number().nullable() });
export type TableRows = z.infer<typeof tableRows>;

type Ask = (sql: string) => Promise<readonly (readonly string[])[]>;

export const ALL_TABLES =
  "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2;";

export async function countTables(ask: Ask, wanted: readonly TableName[]): Promise<TableRows[]> {
  const there = (await ask(ALL_TABLES)).map(([schema = "", table = ""]) => ({ schema, table }));
  const counts: TableRows[] = [];
  for (const name of wanted) {
    const isThere = there.some((each) => sameName(each, name));
    const { schema, table } = name;
    counts.push({ schema, table, rows: isThere ? await countRows(ask, name) : null });
  }
  return counts;
}

async function countRows(ask: Ask, name: TableName): Promise<number> {
  const [[count = ""] = []] = await ask(`SELECT count(*) FROM ${nameSql(name)};`);
  return Number(count);
}

export const rowsText = ({ rows }: Pick<TableRows, "rows">): string => (rows === null ? "not there" : `${rows} rows`);

/** `public.visits: 60 rows, public.orders: not there` */
export const countsText = (tables: readonly TableRows[]): string =>
  tables.map((each) => `${named(`${each.schema}.${each.table}`)}: ${rowsText(each)}`).join(", ");
