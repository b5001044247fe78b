/** The beginning of a text, copied: a slice would keep the whole text in memory. */
export function detached(text: string, length: number): string {
  return text.length <= length ? text : Buffer.from(text.slice(0, length)).toString();
}
