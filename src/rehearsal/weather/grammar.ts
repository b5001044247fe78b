/** `--fault`: one grammar for all systems, `SYSTEM[:OPERATION][#N[-[M]]]=[after-]KIND` or `…=away:DURATION`. */
import { AFTER, type Blow, type Kind, KINDS, SYSTEMS } from "./blow.js";

export type Read = { readonly ok: true; readonly blow: Blow } | { readonly ok: false; readonly why: string };

const SHAPE = /^([a-z0-9-]+)(?::([^#=]+))?(?:#(\d{1,6})(-(\d{1,6})?)?)?=(after-)?([a-z0-9]+)(?::(\d{1,6})(s|m|h))?$/;
const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

export function readBlow(text: string): Read {
  const [, system = "", operation = "*", first = "1", range, last, after, kind = "", count, unit = ""] =
    SHAPE.exec(text) ?? [];
  if (kind === "") return no("it is not written as SYSTEM:OPERATION#N=KIND");
  const known: Blow["system"] | undefined = system === "any" ? system : SYSTEMS.find((each) => each === system);
  if (known === undefined) return no(`there is no system ${system}`);
  if (Number(first) < 1 || Number(last ?? first) < Number(first)) return no("calls are counted from 1, upwards");
  const until = range === undefined ? { last: Number(first) } : last === undefined ? {} : { last: Number(last) };
  const struck: Omit<Blow, "kind" | "after"> = { system: known, operation, first: Number(first), ...until };
  if (kind === "away") {
    if (count === undefined || after !== undefined || range !== undefined) return no("away is written away:5m");
    return { ok: true, blow: { ...struck, kind: "reset", after: false, awayMs: Number(count) * (UNITS[unit] ?? 0) } };
  }
  if (!isKind(kind) || count !== undefined) return no(`there is no fault ${kind}`);
  if (after !== undefined && !AFTER.includes(kind)) return no(`${kind} is not one that comes after the effect`);
  return { ok: true, blow: { ...struck, kind, after: after !== undefined } };
}

const no = (why: string): Read => ({ ok: false, why });
const isKind = (text: string): text is Kind => text in KINDS;

/** As `--fault` takes it. */
export function blowText({ system, operation, first, last, kind, after, awayMs }: Blow): string {
  const where = `${system}${operation === "*" ? "" : `:${operation}`}`;
  const which = last === first ? `#${first}` : `#${first}-${last ?? ""}`;
  return `${where}${which}=${awayMs === undefined ? `${after ? "after-" : ""}${kind}` : `away:${awayMs / 1_000}s`}`;
}
