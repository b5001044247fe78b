#!/bin/bash
# Asks Patroni to reinitialize a member whose restart failed. A lone member has no leader, so there Patroni refuses.
# Written afresh to the documented behaviour of the Dingo PostgreSQL image; no line comes from the originals.
while sleep 10; do
  state=$(curl -s -m 3 http://127.0.0.1:8008/patroni | jq -r '.state // empty' 2>/dev/null)
  if [[ $state == "restart failed"* ]]; then
    echo "member state is '${state}', reinitializing"
    curl -s -m 10 -XPOST http://127.0.0.1:8008/reinitialize
    echo
  fi
done
