/** The name of a recovered service: a run may give it another one at its end. Lists of runs load this, and no zod. */
import type { Entry } from "../engine/journal/entry.ts";
import { outputField, type UnitDigest, unitsOf } from "./digest.ts";

const NAMES = "cf.exchange-names";

export interface Renamed {
  readonly from: string;
  readonly to: string;
  /** The name now of the instance that gave its name away. */
  readonly other: string;
}

/** Undefined if no names were exchanged, or they were given back. */
export function renamedIn(units: readonly UnitDigest[]): Renamed | undefined {
  const from = units.findLast(({ action, output }) => action === NAMES && output !== undefined)?.input["name"];
  const to = outputField(units, NAMES, "name");
  const other = outputField(units, NAMES, "other_name");
  return typeof from !== "string" || to === undefined || other === undefined ? undefined : { from, to, other };
}

export function targetOf(entries: readonly Entry[]): string | undefined {
  return entries.findLast((entry) => entry.type === "target-fixed")?.target;
}

/** The target by the name that its service has now. */
export function nameNow(entries: readonly Entry[]): string | undefined {
  const target = targetOf(entries);
  // Most runs exchange no names: they need no digest.
  const exchanged = entries.some((entry) => entry.type === "step-started" && entry.action === NAMES);
  const renamed = exchanged ? renamedIn(unitsOf(entries)) : undefined;
  if (renamed === undefined || target?.endsWith(renamed.from) !== true) return target;
  return `${target.slice(0, -renamed.from.length)}${renamed.to}`;
}
