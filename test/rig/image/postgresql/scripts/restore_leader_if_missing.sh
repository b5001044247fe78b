#!/bin/bash
# Decides, before Patroni starts, whether this container has to restore the cluster from its archive.
# Written afresh to the documented behaviour of the Dingo PostgreSQL image, its traps included, because they are what a
# recovery meets: a sysid file left over from the container's first life is believed, and "exit 1" ends only this script,
# whose status the caller's pipe throws away.
. /scripts/lib.sh

if [ -z "${WAL_S3_BUCKET:-}" ]; then
  exit 0
fi
if etcd_has "$ETCD_SCOPE_URL/leader"; then
  echo "leader exists, no additional preparation required for container to join cluster"
  exit 0
fi
if [ -d "$PG_DATA_DIR/global" ]; then
  echo "local database exists; no additional preparation required to restart container"
  exit 0
fi
if [ "$(wale backup-list 2>/dev/null | wc -l)" -lt 2 ]; then
  echo "new cluster, no existing backup to restore"
  exit 0
fi

if ! etcd_has "$ETCD_SCOPE_URL/initialize"; then
  sysids="s3://${WAL_S3_BUCKET}/backups/${PATRONI_SCOPE}/wal/sysids"
  echo "etcd missing /initialize system ID, fetching from ${sysids}"
  mkdir -p /tmp/sysids
  # From S3 to a file, sync keeps a local file of equal size that is newer: every sysid has 20 bytes.
  aws s3 sync "$sysids" /tmp/sysids
  if [ ! -f /tmp/sysids/sysid ]; then
    echo "Target ${sysids%/sysids} missing /sysids/sysid for original 'Database system identifier'"
    exit 1
  fi
  echo "Re-initializing /${PATRONI_SCOPE}/initialize with original 'Database system identifier'"
  curl -s "$ETCD_SCOPE_URL/initialize" -XPUT -d "value=$(cat /tmp/sysids/sysid)"
fi

echo "preparing patroni to restore this container from wal-e backups"
# Only now may Patroni use the archive while there is no leader.
sed -i 's/^    use_iam: 0$/    use_iam: 0\n    no_master: 1/' /patroni/postgres.yml
