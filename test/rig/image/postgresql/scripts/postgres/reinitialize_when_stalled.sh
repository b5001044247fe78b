#!/bin/bash
# Every two seconds: asks Patroni to reinitialize a member whose restart failed. A lone member has no leader to copy from,
# so there Patroni refuses. Its first line is printed by every start from 0.9.2 on, healthy ones too.
# Written afresh to the documented behaviour of the Dingo PostgreSQL images; no line comes from the originals.
. /scripts/lib.sh
if plays 0.9.2; then echo "Beginning restart-loop detection" | prefixed reinitialize; fi

while true; do
  if [ "$(curl -s http://localhost:8008/patroni | jq -r '.state | startswith("restart failed")')" = true ]; then
    echo "Identified restart loop, reinitializing" | prefixed reinitialize
    if plays 0.9.2; then
      # Patroni's answer ends without a line feed: the next line is printed right behind it.
      echo | prefixed reinitialize
      curl -fs http://localhost:8008/reinitialize -XPOST 2>&1 | prefixed reinitialize
    else
      curl -s http://localhost:8008/reinitialize -XPOST 2>&1 | prefixed reinitialize
      sleep 5
    fi
  fi
  sleep 2
done
