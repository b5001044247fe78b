/** `2026-11-21T02:14:50.123456Z` of microseconds since 1970, as the WAL counts them. */
export function microsecondText(at: bigint): string {
  const seconds = new Date(Number(at / 1000n)).toISOString().slice(0, 19);
  return `${seconds}.${(at % 1_000_000n).toString().padStart(6, "0")}Z`;
}
