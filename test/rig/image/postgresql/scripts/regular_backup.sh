#!/bin/bash
# Uploads the system identifier, makes a base backup once per start, and publishes the list of backups.
# Written afresh to the documented behaviour of the Dingo PostgreSQL image, including the hour that never matches.
. /scripts/lib.sh

if [ -z "${WAL_S3_BUCKET:-}" ]; then
  exit 0
fi
BACKUP_HOUR=${BACKUP_HOUR:-1}
BACKUP_INTERVAL=${BACKUP_INTERVAL:-3600}
initial=1
last_list=0
last_backup=0

in_recovery() {
  [ "$(psql -U "${SUPERUSER_USERNAME}" -d postgres -tAqc 'select pg_is_in_recovery()' 2>/dev/null)" != f ]
}
is_leader() {
  [ "$(curl -s "$ETCD_SCOPE_URL/leader" | jq -r '.node.value // empty')" = "${NODE_ID//./_}" ]
}
upload_sysid() {
  pg_controldata "$PG_DATA_DIR" | grep 'Database system identifier'
  mkdir -p /tmp/sysids
  pg_controldata "$PG_DATA_DIR" | sed -n 's/^Database system identifier: *//p' > /tmp/sysids/sysid
  aws s3 sync /tmp/sysids "s3://${WAL_S3_BUCKET}/backups/${PATRONI_SCOPE}/wal/sysids"
}
base_backup() {
  # Retention runs before the push: WAL older than the oldest base goes, from a copied archive too.
  ( as_postgres envdir "$ENV_DIR" wal-e delete --confirm retain 4 )
  echo "producing a new backup at $(date)"
  ( as_postgres envdir "$ENV_DIR" wal-e backup-push "$PG_DATA_DIR" )
}
publish_list() {
  wale backup-list 2>/dev/null | tee /tmp/backup-list
  curl -s -o /dev/null "$ETCD_SCOPE_URL/wale-backup-list" -XPUT --data-urlencode 'value@/tmp/backup-list'
}

waiting=
until [ -d "$PG_DATA_DIR/global" ] && ! in_recovery; do
  if [ -z "$waiting" ] && [ -f "$PG_DATA_DIR/recovery.conf" ]; then
    echo "Not uploading backup because I am currently in recovery"
    waiting=1
  fi
  sleep 1
done
# The original's first backup comes four seconds or more after the server's start (captured container logs). A hastier one
# is made before Patroni has put its copies of the configuration files beside them, and can never be started from.
sleep 3

while true; do
  now=$(date +%s)
  if in_recovery; then
    if [ "$initial" = 1 ]; then echo "Not uploading backup because I am currently in recovery"; fi
  else
    # "01" is never equal to "1": the nightly backup of the defaults does not happen.
    if [ "$initial" = 1 ] || { [ "$(date +%H)" = "$BACKUP_HOUR" ] && [ $((now - last_backup)) -ge "$BACKUP_INTERVAL" ]; }; then
      if [ "$initial" = 1 ]; then upload_sysid; fi
      initial=0
      last_backup=$now
      base_backup
    fi
    if is_leader && [ $((now - last_list)) -ge 30 ]; then
      last_list=$now
      publish_list
    fi
  fi
  sleep 2
done
