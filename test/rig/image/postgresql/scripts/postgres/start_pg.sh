#!/bin/bash
# Restore decision, Patroni, and the loops beside it; runs as postgres, and ends when Patroni ends.
# Written afresh to the documented behaviour of the Dingo PostgreSQL images; no line comes from the originals.
. /scripts/lib.sh
cd /scripts/postgres || exit 1

shut_down() {
  {
    echo "SIGTERM received"
    echo "Attempting to failover from ${NODE_ID}"
    # With one member nobody can take over. With two, this waits for the other to lead.
    curl -s -XPOST http://localhost:8008/failover -d "{ \"leader\":\"${NODE_ID}\" }"
    echo
    echo "Shutting down patroni"
  } 2>&1 | prefixed shutdown
  # Patroni stops PostgreSQL (fast), which archives the open segment, and gives the leader key back.
  kill -TERM "$(cat /tmp/patroni.pid)"
  wait "$patroni"
  exit 143
}

if [ "${RIG_NO_TRAP:-}" = 1 ]; then
  # As a bash that is process 1 without a trap: the signal comes and nothing happens.
  trap ':' TERM
else
  trap shut_down TERM
fi

if [ -f "$WALE_ENV_DIR/WALE_CMD" ]; then /scripts/postgres/restore_leader_if_missing.sh 2>&1 | prefixed restore_leader_if_missing; fi

echo "Starting Patroni..."
cd /
( echo "$BASHPID" > /tmp/patroni.pid; exec python /patroni.py /patroni/postgres.yml ) 2>&1 | prefixed patroni &
patroni=$!

if [ -f "$WALE_ENV_DIR/WALE_CMD" ]; then
  echo "Starting base backups..."
  /scripts/postgres/publish_list.sh 2>&1 | prefixed backup &
  /scripts/postgres/regular_backup.sh 2>&1 | prefixed backup &
else
  echo "WARNING: wal-e not configured, cannot start uploading base backups"
fi
/scripts/postgres/reinitialize_when_stalled.sh &
if plays 0.9.3; then /scripts/postgres/self_advertize.sh & fi

# A signal ends wait early, hence the loop. The status is sed's: when Patroni dies, the container exits 0.
while kill -0 "$patroni" 2> /dev/null; do
  wait "$patroni"
  status=$?
done
exit "$status"
