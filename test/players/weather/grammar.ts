/** A fault in one line, for tests and their words: `SYSTEM[:OPERATION][#N[-[M]]]=[after-]KIND` or `…=away:DURATION`. */
import { AFTER, type Blow, type Kind, KINDS, SYSTEMS } from "./blow.ts";

const SHAPE = /^([a-z0-9-]+)(?::([^#=]+))?(?:#(\d{1,6})(-(\d{1,6})?)?)?=(after-)?([a-z0-9]+)(?::(\d{1,6})(s|m|h))?$/;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

export function blowOf(text: string): Blow {
  const [, system = "", operation = "*", first = "1", range, last, after, kind = "", count, unit = ""] =
    SHAPE.exec(text) ?? [];
  const no = (why: string): Error => new Error(`${text} is no fault: ${why}`);
  if (kind === "") throw no("it is not written as SYSTEM:OPERATION#N=KIND");
  const known: Blow["system"] | undefined = system === "any" ? system : SYSTEMS.find((each) => each === system);
  if (known === undefined) throw no(`there is no system ${system}`);
  const until = range === undefined ? { last: Number(first) } : last === undefined ? {} : { last: Number(last) };
  const struck: Omit<Blow, "kind" | "after"> = { system: known, operation, first: Number(first), ...until };
  if (kind === "away") {
    if (count === undefined) throw no("away is written away:5m");
    return { ...struck, kind: "reset", after: false, awayMs: Number(count) * (UNITS[unit] ?? 0) };
  }
  if (!isKind(kind) || (after !== undefined && !AFTER.includes(kind))) throw no(`there is no fault ${kind}`);
  return { ...struck, kind, after: after !== undefined };
}

const isKind = (text: string): text is Kind => text in KINDS;

export function blowText({ system, operation, first, last, kind, after, awayMs }: Blow): string {
  const where = `${system}${operation === "*" ? "" : `:${operation}`}`;
  const which = last === first ? `#${first}` : `#${first}-${last ?? ""}`;
  return `${where}${which}=${awayMs === undefined ? `${after ? "after-" : ""}${kind}` : `away:${awayMs / 1_000}s`}`;
}
