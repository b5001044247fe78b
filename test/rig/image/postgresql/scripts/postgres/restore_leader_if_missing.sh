#!/bin/bash
# Decides, before Patroni starts, whether this container has to restore the cluster from its archive.
# Written afresh to the documented behaviour of the Dingo PostgreSQL images, their traps included, because they are what a
# recovery meets: a sysid file left over from the container's first life is believed, an etcd that does not answer reads
# as a leader, and "exit 1" ends only this script, whose status the caller's pipe throws away.
. /scripts/lib.sh
wale=(envdir "$WALE_ENV_DIR" wal-e)
prefix=$(cat "$WALE_ENV_DIR/WALE_S3_PREFIX")

if [ "$(etcd_value "$ETCD_SCOPE/leader")" != null ]; then
  echo "leader exists, no additional preparation required for container to join cluster"
  exit 0
fi
if [ -d "$PG_DATA_DIR/global" ]; then
  echo "local database exists; no additional preparation required to restart container"
  exit 0
fi
# The 9.5 image of the last release shows what it finds.
if plays 0.10.2; then
  echo "wal-e backup-list"
  "${wale[@]}" backup-list
fi
if [ "$("${wale[@]}" backup-list 2> /dev/null | wc -l)" -lt 2 ]; then
  echo "new cluster, no existing backup to restore"
  exit 0
fi

if [ "$(etcd_value "$ETCD_SCOPE/initialize")" = null ]; then
  echo "etcd missing /initialize system ID, fetching from ${prefix}sysids"
  # From S3 to a file, sync keeps a local file of equal size that is newer: every sysid has 20 bytes.
  synced "${prefix}sysids" /tmp/sysids
  if [ ! -f /tmp/sysids/sysid ]; then
    echo "Target ${prefix} missing /sysids/sysid for original 'Database system identifier'"
    exit 1
  fi
  echo "Re-initializing /${PATRONI_SCOPE}/initialize with original 'Database system identifier'"
  curl -s "$ETCD_SCOPE/initialize" -XPUT -d "value=$(cat /tmp/sysids/sysid)"
fi
echo "preparing patroni to restore this container from wal-e backups"
