#!/bin/bash
# Restore decision, Patroni, and the three loops beside it; ends when Patroni ends.
# Written afresh to the documented behaviour of the Dingo PostgreSQL image; no line comes from the originals.
. /scripts/lib.sh

# The pipe's status is sed's: a failed preparation does not stop the start.
/scripts/restore_leader_if_missing.sh 2>&1 | prefixed restore_leader_if_missing

( echo "$BASHPID" > /tmp/patroni.pid; cd /patroni; as_postgres python -u -m patroni /patroni/postgres.yml ) 2>&1 | prefixed patroni &
patroni=$!
/scripts/regular_backup.sh 2>&1 | prefixed backup &
/scripts/reinitialize_when_stalled.sh 2>&1 | prefixed reinitialize &
/scripts/self_advertize.sh >/dev/null 2>&1 &

shut_down() {
  {
    echo "SIGTERM received"
    # With one member nobody can take over; Patroni says so and is stopped all the same.
    curl -s -m 3 -XPOST "http://127.0.0.1:8008/failover" -d "{\"leader\":\"${NODE_ID//./_}\"}"
    echo
    kill -TERM "$(cat /tmp/patroni.pid)"
  } 2>&1 | prefixed shutdown
  # Patroni stops PostgreSQL (fast), which archives the open segment, and gives the leader key back.
  wait "$patroni"
  exit 143
}
if [ "${RIG_NO_TRAP:-}" = 1 ]; then
  # As a bash that is process 1 without a trap: the signal comes and nothing happens.
  trap ':' TERM
else
  trap shut_down TERM
fi

# A signal ends wait early, hence the loop. The status is sed's again: when Patroni dies, the container exits 0.
while kill -0 "$patroni" 2>/dev/null; do
  wait "$patroni"
  status=$?
done
exit "$status"
