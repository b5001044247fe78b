#!/bin/bash
# Writes /patroni/postgres.yml. PG_ADDRESS and API_ADDRESS are what registrator published; either may be empty.
# Written afresh to the documented behaviour of the Dingo PostgreSQL image; no line comes from the originals.
. /scripts/lib.sh

member=${NODE_ID//./_}
archiving=
archive_command=/bin/true
if [ -n "${WAL_S3_BUCKET:-}" ]; then
  archiving=yes
  archive_command="envdir ${ENV_DIR} wal-e wal-push \"%p\" -p 1"
fi

{
  cat <<YML
ttl: &ttl 30
loop_wait: &loop_wait 10
scope: &scope ${PATRONI_SCOPE}
restapi:
  listen: 0.0.0.0:8008
  connect_address: ${API_ADDRESS:-127.0.0.1:8008}
etcd:
  scope: *scope
  ttl: *ttl
  host: ${ETCD_HOST_PORT}
postgresql:
  name: ${member}
  scope: *scope
  listen: 0.0.0.0:5432
  connect_address: ${PG_ADDRESS}
  data_dir: ${PG_DATA_DIR}
  maximum_lag_on_failover: 1048576
  use_slots: false
  pgpass: /tmp/pgpass
  initdb:
  - encoding: UTF8
  - locale: C.UTF-8
  pg_hba:
  - local all all trust
  - host replication ${APPUSER_USERNAME} 0.0.0.0/0 md5
  - host postgres all 0.0.0.0/0 md5
  replication:
    username: ${APPUSER_USERNAME}
    password: ${APPUSER_PASSWORD}
    network: 0.0.0.0/0
  superuser:
    username: ${SUPERUSER_USERNAME}
    password: ${SUPERUSER_PASSWORD}
  admin:
    username: ${ADMIN_USERNAME}
    password: ${ADMIN_PASSWORD}
YML
  if [ -n "$archiving" ]; then
    cat <<YML
  create_replica_method:
  - wal_e
  - basebackup
  wal_e:
    command: python /patroni/patroni/scripts/wale_restore.py
    envdir: ${ENV_DIR}
    threshold_megabytes: ${WALE_BACKUP_THRESHOLD_MEGABYTES:-10240}
    threshold_backup_size_percentage: ${WALE_BACKUP_THRESHOLD_PERCENTAGE:-30}
    retries: 2
    use_iam: 0
  recovery_conf:
    restore_command: envdir ${ENV_DIR} wal-e wal-fetch "%f" "%p" -p 1
YML
  fi
  cat <<YML
  parameters:
    archive_mode: "on"
    archive_timeout: 10min
    archive_command: ${archive_command}
    wal_level: hot_standby
    hot_standby: "on"
    max_wal_senders: 5
    max_replication_slots: 5
    wal_keep_segments: 8
    wal_log_hints: "on"
    unix_socket_directories: /var/run/postgresql
YML
} > /patroni/postgres.yml
chown postgres:postgres /patroni/postgres.yml
