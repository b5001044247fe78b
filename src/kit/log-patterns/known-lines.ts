/**
 * Lines of containers that mean nothing for a recovery, stream by stream: seen in healthy lives, said beside a row of
 * the table, or in the start scripts of a release (fixtures/container-logs/sentences.tsv). A line that neither this
 * list nor the table covers is unknown: an image of another version says it.
 */
import { GUID } from "./guid.ts";
import { saidLine, type Stream } from "./said-line.ts";
import { OF_CONTAINERS } from "./table.ts";

const SEGMENT = "[0-9A-F]{24}";

/** run.sh: addresses, the envdir, and Patroni's configuration as YAML. */
/** The keys of the configuration that a container prints at its start; Patroni's sections and values (patroni.yml). */
const CONFIGURATION_KEYS = [
  ...[
    "admin",
    "archive_command",
    "archive_mode",
    "archive_timeout",
    "command",
    "connect_address",
    "create_replica_method",
  ],
  ...["data_dir", "envdir", "etcd", "host", "hot_standby", "initdb", "listen", "listen_addresses", "loop_wait"],
  ...["max_connections", "max_replication_slots", "max_wal_senders", "max_wal_size", "maximum_lag_on_failover"],
  ...[
    "min_wal_size",
    "name",
    "network",
    "no_master",
    "parameters",
    "password",
    "pg_hba",
    "pgpass",
    "port",
    "postgresql",
  ],
  ...["recovery_conf", "replication", "restapi", "restore_command", "retries", "scope", "superuser"],
  ...[
    "threshold_backup_size_percentage",
    "threshold_megabytes",
    "ttl",
    "unix_socket_directories",
    "use_iam",
    "use_slots",
  ],
  ...["username", "wal_e", "wal_keep_segments", "wal_level", "wal_log_hints"],
];

const STARTUP: readonly RegExp[] = [
  /^$/,
  /^looking up public host:(?:port|\d+) from etcd -> \S+(?: \(\d+\))?$/,
  /^container not yet registered, waiting\.\.\.$/,
  /^public (?::\d+ )?address \S*$/,
  /^\/data\/wal-e\/env\/[A-Z0-9_]+$/,
  /^No wal-e env vars$/,
  /^Enabling wal-e archives to S3 bucket '.*'$/,
  /^Disabling regular backups$/,
  /^(?:-{22}|Admin user credentials|Username .*|Password .*)$/,
  new RegExp(`^ *(?:#|- (?:host|local|locale|encoding|data-checksums)\\b|(?:${CONFIGURATION_KEYS.join("|")}):(?: |$))`),
];

const RESTORE_LEADER: readonly RegExp[] = [
  /^$/,
  /^wal-e backup-list$/,
  /^etcd missing \/initialize system ID, fetching from \S+$/,
  /^Re-initializing \/\S+\/initialize with original 'Database system identifier'$/,
  /^\{"action":"set","node":/,
  new RegExp(`^(?:name\\tlast_modified|base_${SEGMENT}_)`),
];

const TRANSFER: readonly RegExp[] = [
  /^Completed [\d.]+ \S+\/[\d.]+ \S+ /,
  /^(?:\.\.\/\.\.\/|s3:\/\/\S+ to )?(?:\S*tmp\/sysids\/sysid)(?: to s3:\/\/\S+)?$/,
  /^(?:upload|download): \S+ to \S+$/,
];

const WAL_E_MESSAGES = [
  "starting WAL-E",
  "(?:start upload )?postgres version metadata(?: upload complete)?",
  "begin(?:ning)? (?:uploading a base backup volume|volume compression|partition download|archiving a file|wal restore)",
  "finish uploading a base backup volume",
  "blocking on sending WAL segments",
  "Could not stop hot backup",
  "complete(?:d)? (?:archiving to a file|download and decompression|wal restore)",
  "could no longer locate object while performing wal restore",
  "promoted prefetched wal segment",
  "skip parallel archiving of a file",
  "no backups found for fetching",
  "deleting (?:data in the store|a wal file|a base backup)",
  "Deleting \\d+ oldest base backups\\.",
  "Not deleting any data\\.",
  "Retaining (?:existing|all)",
  "skipping non-qualifying key",
];

const WAL_E: readonly RegExp[] = [
  new RegExp(`^wal_e\\.[a-z0-9_.]+ +(?:INFO|WARNING|ERROR) +MSG: (?:${WAL_E_MESSAGES.join("|")})`),
  /^ {8}(?:DETAIL|HINT|STRUCTURED): /,
  /^(?:lzop: )?(?:<stdin>: )?not a lzop file$/,
  /^lzop: <stdin>: not a lzop file$/,
];

/** How the lines of pg_controldata begin, 9.5 and 9.6 (pg_controldata.c). */
const CONTROL_FIELDS = [
  ...[
    "pg_control",
    "Catalog version",
    "Database",
    "Latest checkpoint",
    "Prior checkpoint",
    "Time of latest checkpoint",
  ],
  ...["Fake LSN", "Minimum recovery", "Min recovery", "Backup start", "Backup end", "End-of-backup", "wal_", "max_"],
  ...["track_commit_timestamp", "Maximum ", "Blocks per segment", "WAL block size", "Bytes per WAL segment", "Size of"],
  ...["Date/time type storage", "Float[48] argument passing", "Data page checksum"],
];

const BACKUP: readonly RegExp[] = [
  /^$/,
  /^Not uploading backup because I am currently in recovery$/,
  /^(?:still|currently) in recovery$/,
  /^(?:WARNING pg_xlog dir is getting large \(> 1GB\)\.|pg_xlog is larger than 100MB, cleaning up old files)$/,
  /^could not obtain latest backup timestamp$/,
  /^producing a new backup at /,
  new RegExp(`^(?:name\\tlast_modified|base_${SEGMENT}_)`),
  new RegExp(`^(?:${CONTROL_FIELDS.join("|")})[^:]*: *\\S`),
  /^(?:psql: )?(?:error: )?(?:connection to server (?:on|at) |could not connect to server)/,
  /^psql: error: /,
  /^\tIs the server running locally and accepting$/,
  /^\tIs the server running locally and accepting connections on that socket\?$/,
  /^\tconnections on Unix domain socket /,
  /^\tThis probably means the server terminated abnormally$/,
  /^\tbefore or while processing the request\.$/,
  /^server closed the connection unexpectedly$/,
  /^connection to server was lost$/,
  /^NOTICE: {2}pg_stop_backup (?:cleanup done|complete)/,
  /^FATAL: {2}terminating connection due to administrator command$/,
];

/** Of Patroni 0.76 to 0.90. Its errors of a moment are no verdict. */
const PATRONI_MESSAGES = [
  "Lock owner: ",
  "no action\\. ",
  "does not have lock",
  "not healthy enough for leader race",
  "(?:acquired session lock|manual failover:|received failover request|Cleaning up failover key)",
  "(?:establishing a new|closed) patroni connection ",
  "cleared rewind flag after becoming the leader",
  "trying to bootstrap",
  "bootstrap(?:ped)? (?:from leader '|\\(without leader\\))",
  "failed to (?:bootstrap|acquire initialize lock|update leader lock)",
  "waiting for leader to bootstrap",
  "replica has been created using ",
  "Removing data directory: ",
  "(?:starting|started) as a secondary",
  "demoted self ",
  "Removed \\S+postmaster\\.pid",
  "Cannot start PostgreSQL because one is already running\\.",
  "changing primary_conninfo and restarting in progress",
  "reinitialize (?:started|in progress)",
  "removed leader key after trying and failing to start postgres",
  "starting as readonly because i had the session lock",
  "following ",
  "Got response from ",
  "Postgresql is not running\\.",
  "Reconnection allowed, looking for another server\\.",
  "Retrying \\(Retry\\(",
  "(?:Error communicating with DCS|get_cluster)$",
  "Error when calling pg_controldata",
  "(?:request failed: GET|Request to server|Failed to get list of machines|Machines cache is empty|Trying again in) ?",
];

const PATRONI: readonly RegExp[] = [
  new RegExp(`^(?:[\\d-]+ [\\d:,.]+ )?(?:INFO|WARNING|ERROR): (?:${PATRONI_MESSAGES.join("|")})`),
  /YAMLLoadWarning/,
  /^ *config = yaml\.load\(f\)$/,
  // A traceback of Python: its frames, the code of each, and the error that it ends with.
  /^Traceback \(most recent call last\):$/,
  /^During handling of the above exception, another exception occurred:$/,
  /^ {2}File ".+", line \d+, in \S+$/,
  /^ {4}\S/,
  /^ +[\^~]+$/,
  /^(?:[A-Za-z_][\w.]*\.)?[A-Z]\w*(?:Error|Exception|Timeout|Refused|Interrupt)\b/,
];

const SERVER_LOG = [
  "MultiXact member wraparound protections are now enabled",
  "aborting any active transactions",
  "autovacuum launcher (?:started|shutting down)",
  "checkpoints? ",
  "consistent recovery state reached at ",
  "could not open usermap file ",
  "creating missing WAL directory ",
  "database system is ready to accept read only connections",
  "database system was (?:interrupted|shut down|not properly shut down)",
  "entering standby mode",
  "fetching timeline history file ",
  "incomplete startup packet",
  "invalid (?:record length|magic number|resource manager)",
  "logical replication launcher ",
  "parameter ",
  "received promote request",
  "received SIGHUP",
  "record with ",
  "redo (?:done at|starts at|is not required)",
  "replication terminated by primary server",
  'restored log file "[0-9A-F]{8}\\.history" from archive',
  "shutting down",
  "started streaming WAL from primary at ",
  "starting archive recovery",
  "unexpected EOF on (?:client|standby) connection",
  "unrecognized configuration parameter ",
  "unexpected pageaddr ",
  "waiting for WAL to become available",
];

const POSTGRESQL: readonly RegExp[] = [
  new RegExp(`^LOG: {2}(?:${SERVER_LOG.join("|")})`),
  /^FATAL: {2}(?:the database system is (?:starting up|shutting down|in recovery mode)|password authentication failed for user |no pg_hba\.conf entry |terminating (?:connection|walreceiver process) due to administrator command|configuration file ".*" contains errors|could not (?:send end-of-streaming message to|receive data from|connect to the primary))/,
  // A client's own errors, with what it had sent.
  /^(?:ERROR|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|WARNING|NOTICE): {2}/,
  /^\t/,
];

/** initdb and pg_ctl. */
const TOOLS: readonly RegExp[] = [
  /^$/,
  /^(?:ok|done| done|stopped waiting| stopped waiting|server (?:started|promoting|signaled))$/,
  /^waiting for server to (?:start|shut down|promote)\.*$/,
  /^\.+$/,
  /^The files belonging to this database system will be owned by user "/,
  /^This user must also own the server process\.$/,
  /^The database cluster will be initialized with locale/,
  /^The default (?:text search configuration|database encoding) (?:will be|has accordingly been) set to "/,
  /^Data page checksums are disabled\.$/,
  // A value that initdb writes behind its dots; on a slow machine it comes as a separate line.
  /^(?:\d+(?:[kM]B)?|[A-Z]\w+\/\w+|posix|sysv|mmap)$/,
  /^(?:creating|selecting|running|performing|syncing|initializing|loading|setting|copying) .* \.\.\. ?/,
  /^WARNING: enabling "trust" authentication for local connections$/,
  /^You can change this by editing pg_hba\.conf or using the option -A, or$/,
  /^--auth-local and --auth-host, the next time you run initdb\.$/,
  /^Success\. You can now start the database server using:$/,
  /^ {4}\S*pg_ctl -D \S+ -l logfile start$/,
  /^pg_ctl: could not start server$/,
  /^Examine the log output\.$/,
  /^pg_basebackup: /,
];

const SHUTDOWN: readonly RegExp[] = [
  /^$/,
  new RegExp(`^Attempting to failover from (?:${GUID}|\\S+)$`),
  /^Shutting down patroni$/,
  /^failover is not possible: /,
  /^leader name does not match$/,
  /^Successfully failed over to "/,
  /^\* Trying |^curl: /,
];

const START: readonly RegExp[] = [
  /^$/,
  /^Starting (?:Patroni|base backups)\.\.\.$/,
  /^WARNING: wal-e not configured, cannot start uploading base backups$/,
  /^Disabling regular backups\.$/,
];

/** `Beginning restart-loop detection` comes at every start, from 0.9.2 on (release commit 286381b). */
const REINITIALIZE: readonly RegExp[] = [
  /^$/,
  /^Beginning restart-loop detection$/,
  /^reinitialize (?:is not possible: |scheduled)/,
];

const SERVERS = [...WAL_E, ...PATRONI, ...POSTGRESQL, ...TOOLS];

const KNOWN: Readonly<Record<Stream, readonly RegExp[]>> = {
  // Images up to 0.5.6 mark the lines of few programs.
  "": [...START, ...STARTUP, ...RESTORE_LEADER, ...TRANSFER],
  startup: STARTUP,
  restore_leader_if_missing: [...RESTORE_LEADER, ...WAL_E, ...TRANSFER],
  patroni: SERVERS,
  backup: [...BACKUP, ...WAL_E, ...TRANSFER],
  reinitialize: REINITIALIZE,
  shutdown: SHUTDOWN,
};

/** Whether a row of the table or of this list covers a line of a container. */
export function isKnown(line: string): boolean {
  const { stream, text } = saidLine(line);
  // Progress of a transfer writes over itself within one line.
  const last = text.split("\r").at(-1) ?? "";
  return KNOWN[stream].some((each) => each.test(last)) || OF_CONTAINERS.some(({ says }) => says.test(last));
}

/** Lines that this tool does not know, oldest first. */
export const unknownLines = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line !== "" && !isKnown(line));
