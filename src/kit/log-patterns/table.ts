/** All rows by which the words of other programs are judged, each under its full name. */
import { BROKER_WORDS } from "./broker.ts";
import { CELLS } from "./cells.ts";
import { CELL_ENGINE, DOCKER, REDIS } from "./docker.ts";
import type { LogPattern, LogPatterns } from "./log-pattern.ts";
import { CLIENTS, LOG_IN, QUERY } from "./log-in.ts";
import { RECOVERY, SHUT_DOWN } from "./recovery.ts";
import { LOUD, MACHINE, NO_START } from "./server-end.ts";
import { SPEAKERS } from "./speakers.ts";
import { PATRONI, PATRONI_API, START_UP } from "./start-up.ts";

/** A container's life is read by these alone; the others read another program's words, or a part of a line. */
const LIFE = { "start-up": START_UP, patroni: PATRONI, recovery: RECOVERY, "shut-down": SHUT_DOWN, cells: CELLS };

const GROUPS = {
  ...LIFE,
  "patroni-api": PATRONI_API,
  speakers: SPEAKERS,
  broker: BROKER_WORDS,
  "log-in": LOG_IN,
  query: QUERY,
  clients: CLIENTS,
  loud: LOUD,
  "no-start": NO_START,
  machine: MACHINE,
  docker: DOCKER,
  "cell-engine": CELL_ENGINE,
  redis: REDIS,
} satisfies Readonly<Record<string, LogPatterns<string>>>;

/** By `group.row`. */
export const TABLE: ReadonlyMap<string, LogPattern> = new Map(
  Object.entries(GROUPS).flatMap(([group, rows]) =>
    Object.entries(rows).map(([name, row]) => [`${group}.${name}`, row] as const),
  ),
);

export const OF_CONTAINERS: readonly LogPattern[] = Object.values(LIFE).flatMap((rows: LogPatterns<string>) =>
  Object.values(rows),
);
