/** Which volume is most likely the one that is looked for: points with the reason for each. Pure. */
import { counted } from "../../../kit/text/counted.ts";
import type { Candidate } from "./candidate.ts";

export interface Wanted {
  /** Name of a database; "" for any. */
  readonly database: string;
  /** Name of a table; "" for any. */
  readonly table: string;
  /** ISO 8601: when it was last known to work; "" for any time. */
  readonly time: string;
}

export interface Signs {
  /** A catalogue on disk names that table; undefined if nobody can tell. */
  readonly hasTable: true | undefined;
  /** The volume of the same name under another project, if there is one. */
  readonly twin: { readonly volume: string; readonly project: string; readonly ownProject: string } | undefined;
}

type Points = readonly [number, string];
type Ranked = Omit<Candidate, "score" | "evidence">;

const HOUR = 3_600_000;

export function rank(one: Ranked, signs: Signs, wanted: Wanted): Candidate {
  const points = [
    ...ofDatabase(one, wanted),
    ...ofTable(signs, wanted),
    ...ofTime(one, wanted),
    ...ofTwin(signs),
    ...ofState(one),
  ];
  return {
    ...one,
    score: points.reduce((sum, [score]) => sum + score, 0),
    evidence: points.flatMap(([, text]) => (text === "" ? [] : [text])),
  };
}

/** The best first; of the same score the one that was written last. */
export function ranked(all: readonly Candidate[]): readonly Candidate[] {
  return [...all].sort(
    (a, b) =>
      b.score - a.score || (a.written < b.written ? 1 : a.written > b.written ? -1 : a.volume < b.volume ? -1 : 1),
  );
}

function ofDatabase({ databases }: Ranked, { database }: Wanted): readonly Points[] {
  if (database === "") return databases.some((name) => name !== "postgres") ? [[10, ""]] : [];
  if (databases.includes(database)) return [[100, `has a database "${database}"`]];
  return databases.length > 0 ? [[-20, `its catalogue on disk has no database "${database}"`]] : [];
}

function ofTable({ hasTable }: Signs, { table }: Wanted): readonly Points[] {
  if (table === "" || hasTable !== true) return [];
  return [[60, `names a table "${table}"`]];
}

function ofTime({ written }: Ranked, { time }: Wanted): readonly Points[] {
  const [at, last] = [Date.parse(time), Date.parse(written)];
  if (Number.isNaN(at) || Number.isNaN(last)) return [];
  const hours = Math.round(Math.abs(last - at) / HOUR);
  const text = hours < 48 ? counted(hours, "hour") : counted(Math.round(hours / 24), "day");
  return [[Math.max(0, 40 - hours), `last written ${text} ${last < at ? "before" : "after"} that time`]];
}

/** A directory that was renamed or moved makes another project, with new volumes. */
function ofTwin({ twin }: Signs): readonly Points[] {
  if (twin === undefined) return [];
  return [
    [
      30,
      `the stack was called "${twin.ownProject}" and is called "${twin.project}": you moved or renamed its directory, your data may be here`,
    ],
  ];
}

function ofState({ condition, why, used_by, running, standby, state }: Ranked): readonly Points[] {
  return [
    condition === "whole" ? [20, ""] : [-30, why],
    running.length > 0
      ? [-50, ""]
      : used_by.length === 0
        ? [15, "no container uses it"]
        : [5, `belongs to the stopped ${used_by.join(", ")}`],
    ...(standby ? ([[0, "it followed another server"]] as const) : []),
    ...(state === "in production" && running.length === 0
      ? ([[0, "its server was killed: it recovers on the copy"]] as const)
      : []),
  ];
}
