/**
 * The marks of a data directory: files and directories that its system makes and no other does. Paths are relative to
 * the directory; they and how a dump is taken come from each system's own documentation.
 */
export type SystemName =
  | "postgresql"
  | "mysql"
  | "mariadb"
  | "mongodb"
  | "redis"
  | "elasticsearch"
  | "rabbitmq"
  | "etcd"
  | "influxdb"
  | "cassandra"
  | "clickhouse"
  | "couchdb"
  | "neo4j"
  | "kafka"
  | "zookeeper"
  | "consul"
  | "prometheus"
  | "minio"
  | "seaweedfs"
  | "sqlite"
  | "h2";

export interface DataSystem {
  readonly system: SystemName;
  readonly title: string;
  /** Every one of one of these sets is there. */
  readonly marks: readonly (readonly string[])[];
  /** A command in the running container that writes a backup to standard output; "" if there is no such one. */
  readonly dump: string;
  /** The source of the marks. */
  readonly source: string;
}

/**
 * As root, or as the application's own user where nobody has root's password (README of the images `mysql` and `mariadb`:
 * each variable, `_FILE`, and MYSQL_RANDOM_ROOT_PASSWORD).
 */
const mysqlDump = (program: string): string =>
  [
    'p="${MARIADB_ROOT_PASSWORD:-${MYSQL_ROOT_PASSWORD:-$(cat "$MARIADB_ROOT_PASSWORD_FILE$MYSQL_ROOT_PASSWORD_FILE" 2>/dev/null)}}"',
    `if [ -n "$p" ]; then ${program} --all-databases -uroot -p"$p"`,
    `else ${program} --no-tablespaces -u"\${MARIADB_USER:-$MYSQL_USER}" -p"\${MARIADB_PASSWORD:-$MYSQL_PASSWORD}" "\${MARIADB_DATABASE:-$MYSQL_DATABASE}"; fi`,
  ].join("; ");

export const SYSTEMS: readonly DataSystem[] = [
  {
    system: "postgresql",
    title: "PostgreSQL",
    marks: [["PG_VERSION"], ["global/pg_control"]],
    dump: 'pg_dumpall -U "${POSTGRES_USER:-postgres}"',
    source: "PostgreSQL manual, Database File Layout; wal-archives.md §7; VOLUME /var/lib/postgresql from image 18 on",
  },
  {
    system: "mariadb",
    title: "MariaDB",
    marks: [
      ["aria_log_control", "mysql"],
      ["aria_log_control", "ibdata1"],
    ],
    dump: mysqlDump("mariadb-dump"),
    source: "MariaDB knowledge base, Aria storage engine: aria_log_control lies in every data directory",
  },
  {
    system: "mysql",
    title: "MySQL",
    marks: [
      ["ibdata1", "mysql"],
      ["ibdata1", "mysql.ibd"],
      ["ibdata1", "auto.cnf"],
    ],
    dump: mysqlDump("mysqldump"),
    source: "MySQL manual, The MySQL Data Directory; mysql.ibd since 8.0",
  },
  {
    system: "mongodb",
    title: "MongoDB",
    marks: [["WiredTiger", "storage.bson"], ["WiredTiger.wt"], ["mongod.lock", "storage.bson"]],
    dump: 'mongodump --archive ${MONGO_INITDB_ROOT_USERNAME:+-u "$MONGO_INITDB_ROOT_USERNAME" -p "$MONGO_INITDB_ROOT_PASSWORD" --authenticationDatabase admin}',
    source: "MongoDB manual, WiredTiger storage engine",
  },
  {
    system: "redis",
    title: "Redis",
    marks: [["dump.rdb"], ["appendonlydir"], ["appendonly.aof"]],
    dump: "redis-cli --rdb -",
    source: "Redis documentation, Persistence: dump.rdb, appendonlydir since 7.0, appendonly.aof before",
  },
  {
    system: "elasticsearch",
    title: "Elasticsearch or OpenSearch",
    marks: [["node.lock", "_state"], ["nodes/0"], ["node.lock", "indices"]],
    dump: "",
    source: "Elasticsearch guide, Path settings: nodes/0 up to 7, flat since 8",
  },
  {
    system: "rabbitmq",
    title: "RabbitMQ",
    marks: [["mnesia"], ["schema.DAT"]],
    dump: "rabbitmqctl export_definitions -",
    source: "RabbitMQ documentation, Backup: definitions and message store below mnesia",
  },
  {
    system: "etcd",
    title: "etcd",
    marks: [["member/snap/db"], ["member/wal"]],
    dump: "",
    source: "etcd documentation, Disaster recovery: member/snap/db and member/wal",
  },
  {
    system: "influxdb",
    title: "InfluxDB",
    marks: [["influxd.bolt"], ["meta/meta.db"]],
    dump: "",
    source: "InfluxDB documentation, File system layout",
  },
  {
    system: "cassandra",
    title: "Cassandra",
    marks: [["commitlog", "data/system"]],
    dump: "",
    source: "Cassandra documentation, cassandra.yaml: commitlog_directory, data_file_directories",
  },
  {
    system: "clickhouse",
    title: "ClickHouse",
    marks: [
      ["uuid", "store"],
      ["metadata", "store", "status"],
      ["preprocessed_configs", "metadata"],
    ],
    dump: "",
    source: "ClickHouse documentation, path: store, metadata, status, uuid, preprocessed_configs",
  },
  {
    system: "couchdb",
    title: "CouchDB",
    marks: [["_dbs.couch"]],
    dump: "",
    source: "CouchDB documentation, Backing up CouchDB",
  },
  {
    system: "neo4j",
    title: "Neo4j",
    marks: [["databases/neo4j"], ["databases/graph.db"], ["databases/system"]],
    dump: "",
    source: "Neo4j operations manual, Default file locations",
  },
  {
    system: "kafka",
    title: "Kafka",
    marks: [["meta.properties", "recovery-point-offset-checkpoint"]],
    dump: "",
    source: "Kafka source, LogManager: recovery-point-offset-checkpoint",
  },
  {
    system: "zookeeper",
    title: "ZooKeeper",
    marks: [["version-2", "myid"], ["version-2/snapshot.0"], ["version-2/log.1"]],
    dump: "",
    source: "ZooKeeper administrator's guide, The Data Directory; FileTxnSnapLog.java: one server alone has no myid",
  },
  {
    system: "consul",
    title: "Consul",
    marks: [["serf/local.snapshot", "node-id"]],
    dump: "",
    source: "Consul source, agent/consul/server.go: serfLANSnapshot; documentation, node_id",
  },
  {
    system: "prometheus",
    title: "Prometheus",
    marks: [["chunks_head", "wal"]],
    dump: "",
    source: "Prometheus documentation, Storage: On-disk layout",
  },
  {
    system: "minio",
    title: "MinIO",
    marks: [[".minio.sys/format.json"]],
    dump: "",
    source: "MinIO source, format-meta.go",
  },
  {
    system: "seaweedfs",
    title: "SeaweedFS",
    marks: [["vol_dir.uuid"], ["m9333"], ["filerldb2"]],
    dump: "",
    source: "SeaweedFS source, storage/disk_location.go (UUIDFileName), command/master.go, command/scaffold/filer.toml",
  },
];

/** Told by the first bytes of a file whose name ends so (SQLite documentation, Database File Format). */
export const SQLITE = {
  title: "SQLite",
  name: /\.(?:db|sqlite|sqlite3|db3)$/,
  ends: ["*.db", "*.sqlite", "*.sqlite3", "*.db3"],
  /** Files there come again by themselves. */
  notIn:
    /(?:^|\/)(?:[^/]*cache[^/]*|node_modules|site-packages)\/|^(?:usr|tmp|run|var\/(?:tmp|lib\/(?:rpm|dnf|apt)))\//i,
  bytes: 16,
} as const;

/** Databases of one file, by its first bytes. H2: MVStore, "File Header"; PageStore up to 1.4. */
export const IN_ONE_FILE: readonly {
  readonly system: SystemName;
  readonly title: string;
  readonly begins: readonly string[];
}[] = [
  { system: "sqlite", title: SQLITE.title, begins: ["SQLite format 3\0"] },
  { system: "h2", title: "H2", begins: ["H:1,", "H:2,", "H:3,", "-- H2 0.5/B"] },
];

/** Names that many other things have, such as packages of a program. */
const COMMON: ReadonlySet<string> = new Set(["mysql", "metadata", "store", "status", "uuid", "wal"]);

/** The ends of paths that a search goes by: of each set of marks the first one that names nothing else. */
export const SIGNS: readonly { readonly system: SystemName; readonly path: string }[] = SYSTEMS.flatMap(
  ({ system, marks }) =>
    [...new Set(marks.flatMap((all) => all.find((path) => !COMMON.has(path)) ?? []))].map((path) => ({ system, path })),
);

export function systemOf(system: SystemName): DataSystem | undefined {
  return SYSTEMS.find((each) => each.system === system);
}
