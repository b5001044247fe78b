/**
 * The paths at which well-known images keep data that must not be lost. The image itself says which of them it makes an
 * anonymous volume of (`docker image inspect`, `VOLUME`). This table is for images that nobody has at hand, and for
 * paths that no `VOLUME` names. Sources: the Dockerfiles and README of github.com/docker-library (postgres, redis,
 * mysql, mariadb, mongo, rabbitmq, cassandra, elasticsearch, influxdb, couchdb, neo4j), github.com/bitnami/containers,
 * and the project's own image if another is named.
 */
import { majorOf, readImageReference } from "./image-reference.ts";

/** "other": a system that nobody here can move or judge. */
export type DataKind = "postgresql" | "redis" | "mysql" | "mongodb" | "elasticsearch" | "rabbitmq" | "other";

export interface DataPath {
  /** In the container. */
  readonly path: string;
  readonly kind: DataKind;
  /** "named": by the official image or one that says so; "like": another image whose name ends so. */
  readonly sure: "named" | "like";
}

interface Known {
  readonly repositories: readonly string[];
  readonly kind: DataKind;
  readonly paths: readonly string[] | ((major: number | undefined) => readonly string[]);
  /** Variable of the container that moves the path. */
  readonly movedBy?: string;
}

/** Since 18 the volume is one level higher, for `pg_upgrade --link` (docker-library/postgres pull request 1259). */
const postgresPaths = (major: number | undefined): readonly string[] => {
  if (major === undefined) return ["/var/lib/postgresql/data", "/var/lib/postgresql"];
  return major >= 18 ? ["/var/lib/postgresql"] : ["/var/lib/postgresql/data"];
};

const TABLE: readonly Known[] = [
  {
    repositories: [
      "postgres",
      "postgis/postgis",
      "pgvector/pgvector",
      "timescale/timescaledb",
      "tensorchord/pgvecto-rs",
    ],
    kind: "postgresql",
    paths: postgresPaths,
    movedBy: "PGDATA",
  },
  {
    repositories: ["bitnami/postgresql", "bitnamilegacy/postgresql"],
    kind: "postgresql",
    paths: ["/bitnami/postgresql"],
  },
  {
    repositories: ["redis", "valkey/valkey", "valkey", "redis/redis-stack-server", "eqalpha/keydb"],
    kind: "redis",
    paths: ["/data"],
  },
  { repositories: ["bitnami/redis", "bitnamilegacy/redis"], kind: "redis", paths: ["/bitnami/redis"] },
  { repositories: ["mysql", "mysql/mysql-server", "mariadb", "percona"], kind: "mysql", paths: ["/var/lib/mysql"] },
  { repositories: ["bitnami/mariadb", "bitnamilegacy/mariadb"], kind: "mysql", paths: ["/bitnami/mariadb"] },
  { repositories: ["bitnami/mysql", "bitnamilegacy/mysql"], kind: "mysql", paths: ["/bitnami/mysql"] },
  { repositories: ["mongo"], kind: "mongodb", paths: ["/data/db", "/data/configdb"] },
  {
    repositories: ["elasticsearch", "elasticsearch/elasticsearch"],
    kind: "elasticsearch",
    paths: ["/usr/share/elasticsearch/data"],
  },
  { repositories: ["opensearchproject/opensearch"], kind: "elasticsearch", paths: ["/usr/share/opensearch/data"] },
  { repositories: ["rabbitmq"], kind: "rabbitmq", paths: ["/var/lib/rabbitmq"] },
  { repositories: ["cassandra"], kind: "other", paths: ["/var/lib/cassandra"] },
  { repositories: ["couchdb"], kind: "other", paths: ["/opt/couchdb/data"] },
  { repositories: ["neo4j"], kind: "other", paths: ["/data"] },
  {
    repositories: ["influxdb"],
    kind: "other",
    paths: (major) => (major === 1 ? ["/var/lib/influxdb"] : ["/var/lib/influxdb", "/var/lib/influxdb2"]),
  },
  // clickhouse.com/docs, "Install ClickHouse using Docker".
  { repositories: ["clickhouse", "clickhouse/clickhouse-server"], kind: "other", paths: ["/var/lib/clickhouse"] },
  // grafana.com/docs, "Run Grafana Docker image"; prometheus.io/docs, "Installation".
  { repositories: ["grafana/grafana", "grafana/grafana-oss"], kind: "other", paths: ["/var/lib/grafana"] },
  { repositories: ["prom/prometheus"], kind: "other", paths: ["/prometheus"] },
  // distribution.github.io, "Deploying a registry server".
  { repositories: ["registry"], kind: "other", paths: ["/var/lib/registry"] },
];

/** Of an image's name; empty for one that nobody here knows. `moved` are variables of the container, if known. */
export function dataPathsOf(image: string, moved: Readonly<Record<string, string>> = {}): readonly DataPath[] {
  const reference = readImageReference(image);
  if (reference === undefined) return [];
  const { repository, registry, tag } = reference;
  const last = repository.split("/").at(-1) ?? repository;
  const named = TABLE.find(({ repositories }) => repositories.includes(repository));
  const like = named ?? TABLE.find(({ repositories }) => repositories.includes(last));
  if (like === undefined) return [];
  const { kind, paths, movedBy } = like;
  const elsewhere = movedBy === undefined ? undefined : moved[movedBy];
  const all = elsewhere !== undefined ? [elsewhere] : typeof paths === "function" ? paths(majorOf(tag)) : paths;
  const sure = named !== undefined && (registry === "" || /^docker\.elastic\.co$/u.test(registry)) ? "named" : "like";
  return all.map((path) => ({ path, kind, sure }));
}
