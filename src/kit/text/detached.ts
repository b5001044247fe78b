/** The beginning of a text, as a text of its own: a slice keeps all of what it was cut from in memory. */
export function detached(text: string, length: number): string {
  return text.length <= length ? text : Buffer.from(text.slice(0, length)).toString();
}
