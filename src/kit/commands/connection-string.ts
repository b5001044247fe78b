/**
 * A database by its name alone. `psql -d` and `pg_dump -d` take a name with "=" in it, or one that begins with
 * "postgresql://", for a whole connection string that may name another host (PostgreSQL manual, psql, `--dbname`).
 */
export const databaseAlone = (name: string): string =>
  `dbname='${name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
