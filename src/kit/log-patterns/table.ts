/** All rows by which the words of containers and servers are judged, each under its full name. */
import { CELLS } from "./cells.ts";
import type { LogPattern, LogPatterns } from "./log-pattern.ts";
import { LOG_IN, QUERY } from "./log-in.ts";
import { RECOVERY, SHUT_DOWN } from "./recovery.ts";
import { MACHINE, NO_START } from "./server-end.ts";
import { PATRONI, START_UP } from "./start-up.ts";

const GROUPS = {
  "start-up": START_UP,
  patroni: PATRONI,
  recovery: RECOVERY,
  "shut-down": SHUT_DOWN,
  cells: CELLS,
  "log-in": LOG_IN,
  query: QUERY,
  "no-start": NO_START,
  machine: MACHINE,
} satisfies Readonly<Record<string, LogPatterns<string>>>;

/** By `group.row`. */
export const TABLE: ReadonlyMap<string, LogPattern> = new Map(
  Object.entries(GROUPS).flatMap(([group, rows]) =>
    Object.entries(rows).map(([name, row]) => [`${group}.${name}`, row] as const),
  ),
);
