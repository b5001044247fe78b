/** Rows of the table that no captured log holds: words as the source named in the row prints it. */
export const NOT_CAPTURED: Readonly<Record<string, string>> = {
  "start-up.archivesNothing": "78218d-startup> Disabling wal-e archives",
  "start-up.storeUnreachable": "78218d-startup> Cannot access AWS S3. Check DNS and Internet access.",
  "start-up.addressLacking": "78218d-startup> failed to look up container in etcd",
  "start-up.systemIdLacking":
    "78218d-restore_leader_if_missing> Target s3://b/backups/x/wal/ missing /sysids/sysid for original 'Database system identifier'",
  "recovery.stoppedBefore": "LOG:  recovery stopping before commit of transaction 600, time 2026-11-21 11:05:00.25+00",
  "recovery.configurationLacking":
    'postgres: could not access the server configuration file "/data/postgres0/postgresql.conf": No such file or directory',
  "recovery.walEndsEarly": "FATAL:  WAL ends before end of online backup",
  "recovery.checkpointLacking": "FATAL:  could not locate required checkpoint record",
  "shut-down.archiveFailed": "78218d-patroni> LOG:  archive command failed with exit code 1",
  "cells.nodePrinted":
    "52167ceb-a9f7-4f3e-8fc0-0d2a6b1c9e55 {0f1e2d3c-0000-4000-8000-000000000001 plan service 0f1e2d3c-0000-4000-8000-000000000002 map[PATRONI_SCOPE:78218ded-8a4f-4b83-9b16-6f5d3c1f0a11]}",
  "cells.scopePrinted": " map[NODE_NAME:x PATRONI_SCOPE:78218ded-8a4f-4b83-9b16-6f5d3c1f0a11 node-count:1]",
  "cells.createOptions": '+-> Create options: {"name"=>"cf-52167ceb-a9f7-4f3e-8fc0-0d2a6b1c9e55"}',
  "cells.destroying": "Destroying Docker container `cf-52167ceb-a9f7-4f3e-8fc0-0d2a6b1c9e55'...",
  "cells.scopeOption":
    '"Env"=>["NAME=cf-52167ceb-a9f7-4f3e-8fc0-0d2a6b1c9e55", "PATRONI_SCOPE=78218ded-8a4f-4b83-9b16-6f5d3c1f0a11"]',
  "cells.nodeOption":
    '"Env"=>["NAME=cf-52167ceb-a9f7-4f3e-8fc0-0d2a6b1c9e55", "PATRONI_SCOPE=78218ded-8a4f-4b83-9b16-6f5d3c1f0a11"]',
  "patroni-api.leader": "master",
  "patroni-api.running": "running",
  "broker.sanityTest": "T-1470000000",
  "log-in.passwordLacking": "psql: error: fe_sendauth: no password supplied",
  "log-in.socketLacking":
    "psql: could not connect to server: No such file or directory\n\tIs the server running locally and accepting",
  "log-in.databaseLacking": 'psql: error: FATAL:  database "postgres" does not exist',
  "query.tookTooLong": "ERROR:  canceling statement due to statement timeout",
  "query.libraryLacking": 'ERROR:  could not access file "$libdir/hstore": No such file or directory',
  "query.localeLacking":
    'psql: error: connection to server on socket "/tmp/.s.PGSQL.5432" failed: FATAL:  database locale is incompatible with operating system; DETAIL:  The database was initialized with LC_COLLATE "de_DE.UTF-8",  which is not recognized by setlocale().',
  "clients.pageUnfit":
    'pg_checksums: error: checksum verification failed in file "base/5/16384", block 1: calculated checksum 1A2B but block contains 3C4D',
  "query.isNone": 'ERROR:  syntax error at or near "selekt"',
  "clients.psql": 'psql: error: FATAL:  database "postgres" does not exist',
  "clients.pgRestore": "pg_restore: error: could not execute query: ERROR:  syntax error",
  "clients.pgRestoreComplains": "pg_restore: [archiver (db)] could not execute query: ERROR:  syntax error",
  "clients.unconnected": 'pg_restore: error: connection to server on socket "/tmp/.s.PGSQL.5432" failed',
  "no-start.checkpointUnreadable": "PANIC:  could not locate a valid checkpoint record",
  "no-start.otherRelease": "FATAL:  database files are incompatible with server",
  "no-start.libraryLacking": 'FATAL:  could not access file "pg_stat_statements": No such file or directory',
  "no-start.directoriesLacking": 'FATAL:  could not open directory "pg_notify": No such file or directory',
  "no-start.pagesDamaged": "ERROR:  invalid page in block 0 of relation base/12345/1259",
  "no-start.diskFull": 'FATAL:  could not write to file "pg_xlog/xlogtemp.30": No space left on device',
  "machine.room": 'PANIC:  could not write to file "pg_wal/xlogtemp.30": No space left on device',
  "machine.sandbox": "bwrap: Can't find source path /root/q/data: Permission denied",
  "machine.memory": "FATAL:  could not map anonymous shared memory: Cannot allocate memory",
  "machine.files": 'FATAL:  could not create lock file "/var/run/postgresql/.s.PGSQL.5432.lock": Permission denied',
  "machine.libraries": 'FATAL:  could not load library "/usr/lib/postgresql/13/lib/x.so": libx.so: cannot open',
  "machine.rights": 'FATAL:  data directory "/data/postgres0" has group or world access',
  "machine.release":
    "DETAIL:  The data directory was initialized by PostgreSQL version 9.6, which is not compatible with this version 13.14.",
  "docker.absent": "Error response from daemon: get shop_data: no such volume",
  "docker.containerAbsent": "Error: No such container: cf-52167ceb-a9f7-4f3e-8fc0-0d2a6b1c9e55",
  "docker.ended": "Error response from daemon: Container 9f3b71c2d4 is not running",
  "docker.notRunning": "Error response from daemon: Container 9f3b71c2d4 is not running",
  "docker.goneMeanwhile": "Error response from daemon: removal of container 9f3b71c2d4 is already in progress",
  "docker.sourceAbsent":
    'docker: Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /srv/data.',
  "docker.programLacking":
    'OCI runtime exec failed: exec failed: unable to start container process: exec: "psql": executable file not found in $PATH: unknown',
  "docker.denied":
    "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
  "docker.deniedToCompose":
    "docker.errors.DockerException: Error while fetching server API version: ('Connection aborted.', PermissionError(13, 'Permission denied'))",
  "docker.contextLost": 'context "far": context not found: open /root/.docker/contexts/meta/x/meta.json',
  "docker.silent": "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
  "cell-engine.denied":
    "Got permission denied while trying to connect to the Docker daemon socket at unix:///var/vcap/sys/run/docker/docker.sock",
  "cell-engine.silent": "Cannot connect to the Docker daemon. Is the docker daemon running on this host?",
  "redis.alive": "PONG",
  "redis.passwordLacking": "NOAUTH Authentication required.",
  "redis.notAllowed": "(error) NOPERM this user has no permissions to run the 'info' command",
  "redis.keyspace": "# Keyspace\r\ndb0:keys=3,expires=0,avg_ttl=0\r",
};
