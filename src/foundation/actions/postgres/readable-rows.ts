/** Rows of tables as the application sees them: null for a table that it may not read. */
export const readableRowsText = (rows: number | null): string =>
  rows === null ? "not readable for the application" : `${rows} rows`;
