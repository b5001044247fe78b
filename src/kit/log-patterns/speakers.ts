/** Whose words a line holds: a container's, a client's that a server repeats, wal-e's. Also whose container it is. */
import { GUID } from "./guid.ts";
import { rows } from "./log-pattern.ts";

/** Programs that mark their lines in the log of a container (`said-line.ts`). */
export const STREAMS = "startup|restore_leader_if_missing|patroni|backup|reinitialize|shutdown";

const CAPTURED = "fixtures/logs/original-containers";

export const SPEAKERS = rows({
  /** `docker/cf-NODE`, `/cf-NODE`, `cf-NODE`; a collector may have cut its end. */
  containerTag: {
    means: "speaker",
    says: /^(?:docker\/|\/)?cf-[0-9a-f]{8}/,
    tells: "by its tag, a container said it",
    seen: CAPTURED,
    from: "0.1.0",
  },
  /** The tag, or the container's own mark before its lines, also behind a head that nobody reads. */
  containerMark: {
    means: "speaker",
    says: new RegExp(
      String.raw`docker/cf-[0-9a-f]{8}|"/?cf-[0-9a-f]{8}|(?:^|[\s":\]])(?:[0-9a-f]{6}-)?(?:${STREAMS})>`,
    ),
    tells: "a container said what follows",
    seen: CAPTURED,
    from: "0.1.0",
  },
  /** A tag as Docker's driver or Docker itself names a container, whole or torn. */
  anyTag: {
    means: "speaker",
    says: /^(?:docker\/|\/?cf-)/,
    tells: "the tag is a container's, and tells whose words they are",
    seen: CAPTURED,
    from: "0.1.0",
  },
  wholeTag: {
    means: "identity",
    says: new RegExp(`^docker/cf-(${GUID})$`),
    tells: "the node of the container that said it",
    seen: CAPTURED,
    from: "0.1.0",
  },
  /** PostgreSQL's lines with text of a client, and the continuation of one. */
  client: {
    means: "speaker",
    says: /^(?:(?:ERROR|STATEMENT|QUERY|CONTEXT|HINT|NOTICE|WARNING|DETAIL): {2}|\t)/,
    tells: "the text repeats what a client of the database sent",
    seen: CAPTURED,
    from: "0.1.0",
  },
  /** It indents the lines of a message by eight blanks. */
  walE: {
    means: "speaker",
    says: /^ {8}STRUCTURED: time=/,
    tells: "wal-e said it, and no client",
    seen: `${CAPTURED}; wal-e 0.9.2, log_help.py`,
    from: "0.1.0",
  },
});
