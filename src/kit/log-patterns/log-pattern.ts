/**
 * The table of log patterns: every pattern by which this tool judges the words of a container, broker, Patroni, PostgreSQL,
 * wal-e, Docker or Redis. `table.ts` lists the rows; the broker's actions stand in `broker.ts`.
 *
 * Owns: which sentence means something, since which image, and where it was seen. Owns no verdict: actions and discovery
 * judge, and log lines only explain what SQL, etcd and the cell show.
 * Invariants, held by test/kit/log-patterns: (1) no healthy captured life matches a row of `went-wrong`; (2) each broken
 * captured life matches the rows that its truth names; (3) a row or `known-lines.ts` covers every captured line;
 * (4) no other file of the product judges by a word of the table.
 */

/** How a reader uses a row. */
export type Meaning =
  /** How a container goes about its start. */
  | "start"
  /** A restore goes on. */
  | "restore"
  /** The end of a recovery, and where it lies. */
  | "recovered"
  /** The container leads its cluster. */
  | "promotion"
  /** A system identifier. */
  | "identity"
  /** Never said in a healthy life. */
  | "went-wrong"
  /** The database ends in an orderly way. */
  | "shut-down"
  /** WAL on its way to the archive. */
  | "archived"
  /** Why a server does not start. */
  | "no-start"
  /** A log-in, a question or a load was refused. */
  | "refusal"
  /** The cell's broker or Docker speaks of a container. */
  | "container"
  /** The broker changes the nodes of an instance. */
  | "change"
  /** Who wrote the line. */
  | "speaker"
  /** The thing that was asked for does not exist, or no more. */
  | "gone"
  /** Nobody can be asked: a program is missing, away, or closed to this user. */
  | "out-of-reach"
  /** The expected answer. */
  | "answer";

export interface LogPattern {
  readonly means: Meaning;
  /** Tested against the text of a line, without prefix (`said-line.ts`). */
  readonly says: RegExp;
  /** Its meaning for a person: a clause. */
  readonly tells: string;
  /** Captured logs, or source file and version. */
  readonly seen: string;
  /** The first image, broker or server version that says it. */
  readonly from: string;
}

export type LogPatterns<Name extends string> = Readonly<Record<Name, LogPattern>>;

/** Keeps the names of the rows in the type. */
export const rows = <Name extends string>(table: LogPatterns<Name>): LogPatterns<Name> => table;

/** The first group of the newest line that `pattern` matches; undefined when none does. */
export function newest(texts: readonly string[], { says }: LogPattern): string | undefined {
  for (let at = texts.length - 1; at >= 0; at -= 1) {
    const found = says.exec(texts[at] ?? "");
    if (found !== null) return found[1] ?? found[0];
  }
  return undefined;
}
