#!/bin/bash
# Tells the broker, every six seconds and for 20 seconds, that this node exists: nothing while Patroni does not answer.
# Written afresh to the documented behaviour of the Dingo PostgreSQL images (from 0.9.3 on); no line comes from the originals.
. /scripts/lib.sh

while true; do
  node=$(curl -s http://localhost:8008 \
    | jq -c --arg cell "$CELL_GUID" --arg node "$NODE_ID" '{cell_guid: $cell, node_id: $node, state: .state, role: .role}')
  curl -sf -o /dev/null "$ETCD_SCOPE/nodes/${NODE_ID}?ttl=20" -XPUT -d "value=${node}"
  sleep 6
done
