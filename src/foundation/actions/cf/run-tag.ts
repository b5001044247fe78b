/** The tag that says which run created a service instance (law 7). */
export function runTag(run: string): string {
  return `dingo-recover-${run}`;
}
