/** Ranks the volumes: points for each sign that it is the wanted one, with the reasons. Pure. */
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
  readonly twin: { readonly project: string; readonly ownProject: string } | undefined;
}

/** Points and their reason; "" for a reason that is told elsewhere. */
type Points = readonly [number, string];
type Ranked = Omit<Candidate, "score" | "evidence">;

const NONE: Points = [0, ""];
const HOUR = 3_600_000;

export function rank(one: Ranked, { hasTable, twin }: Signs, wanted: Wanted): Candidate {
  const { condition, why, running, standby, state, wal_elsewhere } = one;
  const points = [
    ofDatabase(one, wanted),
    wanted.table !== "" && hasTable === true ? ([60, `names a table "${wanted.table}"`] as const) : NONE,
    ofTime(one, wanted),
    ofTwin(twin),
    condition === "whole" ? ([20, ""] as const) : ([-30, why] as const),
    ofUse(one),
    wal_elsewhere ? ([-5, "its WAL lies in another place: pg_wal is a link"] as const) : NONE,
    standby ? ([0, "it followed another server"] as const) : NONE,
    state === "in production" && running.length === 0
      ? ([0, "its server was killed: it recovers on the copy"] as const)
      : NONE,
  ];
  return {
    ...one,
    score: points.reduce((sum, [score]) => sum + score, 0),
    evidence: points.flatMap(([, text]) => (text === "" ? [] : [text])),
  };
}

/** The candidates, the best first; of two with one score, first the one that was written last. */
export function ranked(all: readonly Candidate[]): Candidate[] {
  return [...all].sort(
    (a, b) =>
      b.score - a.score || (a.written < b.written ? 1 : a.written > b.written ? -1 : a.volume < b.volume ? -1 : 1),
  );
}

function ofDatabase({ databases }: Ranked, { database }: Wanted): Points {
  if (database === "") return databases.some((name) => name !== "postgres") ? [10, ""] : NONE;
  if (databases.includes(database)) return [100, `has a database "${database}"`];
  return databases.length > 0 ? [-20, `its catalogue on disk has no database "${database}"`] : NONE;
}

function ofTime({ written }: Ranked, { time }: Wanted): Points {
  const [at, last] = [Date.parse(time), Date.parse(written)];
  if (Number.isNaN(at) || Number.isNaN(last)) return NONE;
  const hours = Math.round(Math.abs(last - at) / HOUR);
  const text = hours < 48 ? counted(hours, "hour") : counted(Math.round(hours / 24), "day");
  return [Math.max(0, 40 - hours), `last written ${text} ${last < at ? "before" : "after"} that time`];
}

/** A directory that was renamed or moved makes another project, with new volumes. */
function ofTwin(twin: Signs["twin"]): Points {
  if (twin === undefined) return NONE;
  const { ownProject, project } = twin;
  return [
    30,
    `the stack was called "${ownProject}" and is called "${project}": you moved or renamed its directory, your data may be here`,
  ];
}

function ofUse({ running, used_by }: Ranked): Points {
  if (running.length > 0) return [-50, ""];
  return used_by.length === 0 ? [15, "no container uses it"] : [5, `belongs to the stopped ${used_by.join(", ")}`];
}
