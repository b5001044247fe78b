/**
 * The configuration as a start prints it: the files of wal-e's environment, and all of Patroni's configuration,
 * passwords included. Held to the captured logs in fixtures/container-logs, image by image.
 */
import type { Login } from "../broker-state.ts";
import type { Container } from "../world.ts";
import { loginsOf, memberOf, scopeOf } from "../service-keys.ts";
import { plays } from "./release.ts";

const ENVDIR = "/data/wal-e/env";

/** Files that hold the container's settings. */
export function environmentFiles(container: Container): readonly string[] {
  const last = plays(container, "0.10.2");
  const families = last ? /^(?:WAL|AWS|SWIFT|WABS)/ : /^(?:WAL|AWS)/;
  const names = ["WALE_ENV_DIR", ...Object.keys(container.env).filter((name) => families.test(name))];
  // The last images turn the region into an endpoint.
  const given = last && container.env.AWS_REGION !== undefined;
  return paths(given ? [...names.filter((name) => name !== "AWS_REGION"), "WALE_S3_ENDPOINT"] : names);
}

/** The same, with start-up's additions if it archives. */
export function allEnvironmentFiles(container: Container): readonly string[] {
  const added = ["WALE_CMD", "WALE_S3_PREFIX", ...(plays(container, "0.10.2") ? ["PG_DATA_DIR"] : [])];
  const names = environmentFiles(container).map((path) => path.slice(ENVDIR.length + 1));
  return paths(container.env.WAL_S3_BUCKET === undefined ? names : [...names, ...added]);
}

/** As `ls` prints them in the image's locale, which does not look at underscores. */
function paths(names: readonly string[]): readonly string[] {
  const plain = (name: string): string => name.replaceAll("_", "");
  return [...new Set(names)].sort((a, b) => (plain(a) < plain(b) ? -1 : 1)).map((name) => `${ENVDIR}/${name}`);
}

export interface Addresses {
  readonly postgres: string;
  readonly api: string;
}

/** /patroni/postgres.yml. */
export function configurationLines(container: Container, addresses: Addresses): readonly string[] {
  const archives = container.env.WAL_S3_BUCKET !== undefined;
  return [
    ...head(container, addresses),
    ...(plays(container, "0.10.2") ? ["  initdb:", "  - encoding: UTF8", "  - locale: en_US.UTF-8", ""] : []),
    ...access(container),
    `  create_replica_method: [${archives ? "wal_e," : ""}basebackup]`,
    ...(archives ? WAL_E : []),
    ...parameters(archives),
  ];
}

const head = (container: Container, { postgres, api }: Addresses): readonly string[] => [
  "ttl: &ttl 30",
  "loop_wait: &loop_wait 10",
  `scope: &scope ${scopeOf(container)}`,
  "restapi:",
  "  listen: 0.0.0.0:8008",
  `  connect_address: ${api}`,
  "etcd:",
  "  scope: *scope",
  "  ttl: *ttl",
  `  host: ${container.env.ETCD_HOST_PORT ?? ""}`,
  "postgresql:",
  `  name: ${memberOf(container)} ## Replication slots do not allow dots in their name`,
  "  scope: *scope",
  "  listen: 0.0.0.0:5432",
  `  connect_address: ${postgres}`,
  "  data_dir: /data/postgres0",
  "  maximum_lag_on_failover: 1048576 # 1 megabyte in bytes",
  "  use_slots: False",
  "  pgpass: /tmp/pgpass",
];

function access(container: Container): readonly string[] {
  const { superuser, app, admin } = loginsOf(container);
  const login = ({ username, password }: Login, comment = ""): readonly string[] => [
    `    username: ${username}`,
    `    password: ${password}${comment}`,
  ];
  return [
    "  # pg_rewind:",
    "  #   username: postgres",
    "  #   password: starkandwayne",
    "  pg_hba:",
    "  # Allow any user from any host to connect to database",
    `  # "postgres" if the user's password is correctly supplied.`,
    "  # TYPE    DATABASE     USER            ADDRESS   METHOD",
    `  - host    replication  ${app.username}  0.0.0.0/0 md5`,
    "  - host    postgres     all             0.0.0.0/0 md5",
    '  # hostssl entry can only be turned on if  ssl: "on" is set',
    "  # - hostssl postgres     all             0.0.0.0/0 md5",
    "  replication: # replication username, user will be created during initialization",
    ...login(app),
    "    network:  127.0.0.1/32",
    "  superuser:",
    ...login(superuser, " # password for postgres user. It would be set during initialization"),
    "  admin: # user will be created during initialization. It would have CREATEDB and CREATEROLE privileges",
    ...login(admin),
  ];
}

const WAL_E: readonly string[] = [
  "  wal_e:",
  "    command: /patroni/scripts/wale_restore.py",
  "    # {key: value} below are converted to options for wale_restore.py script",
  `    envdir: ${ENVDIR}`,
  "    threshold_megabytes: 10240",
  "    threshold_backup_size_percentage: 30",
  "    retries: 2",
  "    use_iam: 0",
  "    no_master: 1",
  "  recovery_conf:",
  `    restore_command: envdir ${ENVDIR} wal-e wal-fetch "%f" "%p" -p 1`,
];

/** When nothing is archived to S3, segments are copied beside the data. */
const COPY = "mkdir -p ../wal_archive && test ! -f ../wal_archive/%f && cp %p ../wal_archive/%f";

const parameters = (archives: boolean): readonly string[] => [
  "  # parameters are converted into --<name> <value> flags on the server command line",
  "  parameters:",
  "    # http://www.postgresql.org/docs/9.5/static/runtime-config-connection.html",
  "    listen_addresses: 0.0.0.0",
  "    port: 5432",
  "    max_connections: 100",
  '    # ssl: "on"',
  '    # ssl_cert_file: ""',
  '    # ssl_key_file: ""',
  "",
  "    # http://www.postgresql.org/docs/9.5/static/runtime-config-wal.html",
  "    wal_level: hot_standby",
  '    wal_log_hints: "on"',
  `    archive_mode: "${archives ? "on" : "off"}"`,
  `    archive_command: ${archives ? `envdir ${ENVDIR} wal-e wal-push "%p" -p 1` : COPY}`,
  "    archive_timeout: 10min",
  "",
  "    # http://www.postgresql.org/docs/9.5/static/runtime-config-replication.html",
  "    # - sending servers config",
  "    max_wal_senders: 5",
  "    max_replication_slots: 5",
  "    max_wal_size: 1GB",
  "    min_wal_size: 128MB",
  "    wal_keep_segments: 8",
  "    # - standby servers config",
  '    hot_standby: "on"',
  '    wal_log_hints: "on"',
  "",
  "    # When using synchronous replication, use at least three Postgres data nodes",
  "    # to ensure write availability if one host fails.",
  "    # To enable a simple synchronous replication test:",
  '    # synchronous_commit: "on"',
  '    # synchronous_standby_names: "*"',
  "",
];
