#!/bin/bash
# Every half minute, on a server that is not in recovery: the list of base backups to the log and to etcd.
# Written afresh to the documented behaviour of the Dingo PostgreSQL images; no line comes from the originals.
. /scripts/lib.sh
wale=(envdir "$WALE_ENV_DIR" wal-e)

while true; do
  if [ "$(psql -tqAc 'select pg_is_in_recovery()')" = f ]; then
    "${wale[@]}" backup-list 2> /dev/null
    curl -s -o /dev/null "$ETCD_SCOPE/wale-backup-list" -XPUT -d "value=$("${wale[@]}" backup-list 2> /dev/null)"
  fi
  sleep 30
done
