/** The major release in a version of PostgreSQL: two numbers until 9.6, one from 10 on. */
export function majorOf(version: string): string {
  const [first = "", second = ""] = version.split(".");
  return Number(first) >= 10 ? first : `${first}.${second}`;
}
