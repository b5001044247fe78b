#!/bin/bash
# Every five seconds: says that the server is in recovery, or else uploads the system identifier once and makes a base
# backup once per start. Written afresh to the documented behaviour of the Dingo PostgreSQL images, whose check for a
# backup that is there already never holds, and whose hour "01" is never equal to "1". No line comes from the originals.
. /scripts/lib.sh
wale=(envdir "$WALE_ENV_DIR" wal-e)
BACKUP_HOUR=${BACKUP_HOUR:-1}
BACKUP_INTERVAL=${BACKUP_INTERVAL:-3600}
done_once= uploaded= last=0

upload_sysid() {
  pg_controldata "$PG_DATA_DIR"
  mkdir -p /tmp/sysids
  pg_controldata "$PG_DATA_DIR" | sed -n 's/^Database system identifier: *//p' > /tmp/sysids/sysid
  synced /tmp/sysids "$(cat "$WALE_ENV_DIR/WALE_S3_PREFIX")sysids"
}

recovery() {
  echo "Not uploading backup because I am currently in recovery"
  if [ "$(du -s "$PG_DATA_DIR/pg_xlog" | cut -f1)" -gt 1000000 ]; then
    echo "WARNING pg_xlog dir is getting large (> 1GB)."
  fi
}

# due: whether the hour is that of the backups, and the last one long enough ago.
due() {
  [ "$BACKUP_HOUR" = '*' ] || [ "$(date +%H)" = "$BACKUP_HOUR" ] || return 1
  if [ "$last" = 0 ]; then
    last=$("${wale[@]}" backup-list LATEST 2> /dev/null | tail -n 1 | cut -f2)
    last=$(date +%s --date "$last") || { echo "could not obtain latest backup timestamp"; last=0; }
  fi
  [ $(($(date +%s) - last)) -ge "$BACKUP_INTERVAL" ]
}

while true; do
  sleep 5
  pg_isready > /dev/null || continue
  if [ "$(psql -tqAc 'select pg_is_in_recovery()')" != f ]; then
    recovery
    continue
  fi
  if [ -z "$done_once" ]; then "${wale[@]}" backup-list > /dev/null 2>&1; fi
  if [ -z "$uploaded" ]; then
    upload_sysid
    uploaded=yes
  fi
  if [ -n "$done_once" ] && ! due; then continue; fi
  # Retention runs before the push: WAL older than the oldest base goes, from a copied archive too.
  "${wale[@]}" delete --confirm retain 4
  echo "producing a new backup at $(date)"
  # One that fails is tried again at once.
  if "${wale[@]}" backup-push "$PG_DATA_DIR"; then done_once=yes last=0; else done_once=; fi
done
