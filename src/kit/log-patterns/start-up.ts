/** How a container goes about its start: restore_leader_if_missing.sh, run.sh, Patroni (dingo.md §3.4). */
import { rows } from "./log-pattern.ts";

const CAPTURED = "fixtures/logs/original-containers";

/** Patroni writes the time before its level; the first images of the tile show the level alone. */
const byPatroni = (text: string): RegExp => new RegExp(`^(?:[\\d-]+ )?(?:[\\d:,.]+ )?${text}`);

export const START_UP = rows({
  restores: {
    means: "start",
    says: /^preparing patroni to restore this container from wal-e backups$/,
    tells: "it restores from its archive",
    seen: CAPTURED,
    from: "0.1.0",
  },
  joins: {
    means: "start",
    says: /^leader exists, no additional preparation required/,
    tells: "it joins a leader",
    seen: CAPTURED,
    from: "0.1.0",
  },
  localDatabase: {
    means: "start",
    says: /^local database exists; no additional preparation required/,
    tells: "it starts the database that it has",
    seen: CAPTURED,
    from: "0.1.0",
  },
  nothingToRestore: {
    means: "start",
    says: /^new cluster, no existing backup to restore$/,
    tells: "it found no base backup in its archive",
    seen: CAPTURED,
    from: "0.1.0",
  },
  madeNewCluster: {
    means: "start",
    says: byPatroni("INFO: initialized a new cluster$"),
    tells: "it made a new, empty database",
    seen: CAPTURED,
    from: "0.1.0",
  },
  archivesNothing: {
    means: "start",
    says: /^Disabling wal-e archives$/,
    tells: "it has no archive",
    seen: "release tags v0.1.0 to v0.10.2, run.sh",
    from: "0.1.0",
  },
  storeUnreachable: {
    means: "went-wrong",
    says: /^Cannot access AWS S3\. Check DNS and Internet access\.$/,
    tells: "it could not reach the object store",
    seen: "release tags v0.1.0 to v0.10.2, run.sh",
    from: "0.1.0",
  },
  /** Up to 0.5.6 the container ends; later images go on with the configuration of their earlier life, if they have one. */
  addressLacking: {
    means: "went-wrong",
    says: /^failed to look up container in etcd$/,
    tells: "it did not find its own address: registrator does not work",
    seen: "release tags v0.1.0 to v0.10.2, run.sh",
    from: "0.1.0",
  },
  systemIdLacking: {
    means: "went-wrong",
    says: /^Target \S+ missing \/sysids\/sysid for original 'Database system identifier'$/,
    tells: "its archive has no system identifier",
    seen: "release tags v0.1.0 to v0.10.2, restore_leader_if_missing.sh",
    from: "0.1.0",
  },
});

/** Patroni's own sentences of a start and of leadership. */
export const PATRONI = rows({
  promoted: {
    means: "promotion",
    says: byPatroni("INFO: promoted self to leader "),
    tells: "it leads its cluster",
    seen: CAPTURED,
    from: "0.1.0",
  },
  systemIdMismatch: {
    means: "went-wrong",
    says: byPatroni("CRITICAL: system ID mismatch, node \\S+ belongs to a different cluster: (\\d+) != (\\d+)"),
    tells: "its database has another system identifier than /initialize in etcd",
    seen: `${CAPTURED}, scene c1`,
    from: "0.1.0",
  },
  restartLoop: {
    means: "went-wrong",
    says: /^Identified restart loop, reinitializing$/,
    tells: "its watcher sees that PostgreSQL does not start",
    seen: "fixtures/container-logs, restart-failed",
    from: "0.9.0",
  },
});

/** Answers of Patroni's API at `/patroni`. */
export const PATRONI_API = rows({
  /** Up to Patroni 3, and from 4.0 on. */
  leader: {
    means: "promotion",
    says: /^(?:master|primary)$/,
    tells: "its role is that of the leader",
    seen: "patroni.py and api.py of Patroni 0.76 to 4.0, get_postgresql_status",
    from: "0.8.1",
  },
  running: {
    means: "promotion",
    says: /^running$/,
    tells: "its server runs, and is not on its way up or down",
    seen: "postgresql.py of Patroni 0.76 to 4.0, state",
    from: "0.8.1",
  },
});
