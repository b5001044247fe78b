/** Rows of the table that no captured log holds: a line as the source named in the row prints it. */
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
  "log-in.passwordLacking": "psql: error: fe_sendauth: no password supplied",
  "log-in.databaseLacking": 'psql: error: FATAL:  database "postgres" does not exist',
  "query.tookTooLong": "ERROR:  canceling statement due to statement timeout",
  "query.isNone": 'ERROR:  syntax error at or near "selekt"',
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
};
