/**
 * Lager's JSON after somebody has written it again: with its fields in another order, or with blanks between them, as
 * `jq`, Logstash and most libraries do. Everything else here goes by lager's own order.
 */

type Fields = Readonly<Record<string, unknown>>;

export function isLager(document: object): boolean {
  const fields = document as Fields;
  return ["timestamp", "source", "message"].every((name) => typeof fields[name] === "string") && "data" in fields;
}

/** In lager's own order. Throws if it is too deep to be written. */
export function lagerText({ timestamp, source, message, ...rest }: Fields): string {
  return JSON.stringify({ timestamp, source, message, ...rest });
}

/** The line with its lager in lager's own order, and without the text behind it; undefined if no such JSON ends it. */
export function inLagersOrder(line: string): string | undefined {
  const from = line.search(/\{\s{0,8}"/);
  if (from < 0 || !line.includes('"timestamp"')) return undefined;
  try {
    const value: unknown = JSON.parse(line.slice(from, line.lastIndexOf("}") + 1));
    const found = typeof value === "object" && value !== null && isLager(value);
    return found ? line.slice(0, from) + lagerText(value as Fields) : undefined;
  } catch {
    return undefined;
  }
}
