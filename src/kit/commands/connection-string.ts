/**
 * A database by its name alone. `psql -d` and `pg_dump -d` take some names for a whole connection string that may name
 * another host: a name with "=" in it, or one that begins with "postgresql://" (PostgreSQL manual, psql, `--dbname`).
 */
export const databaseAlone = (name: string): string =>
  `dbname='${name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
