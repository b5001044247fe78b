#!/bin/bash
# Tells the broker, every few seconds and for 20 seconds, that this node exists.
# Written afresh to the documented behaviour of the Dingo PostgreSQL image; no line comes from the originals.
. /scripts/lib.sh

while true; do
  member=$(curl -s -m 3 "$ETCD_SCOPE_URL/members/${NODE_ID//./_}" | jq -r '.node.value // "{}"')
  node=$(jq -nc --argjson member "$member" --arg cell "$CELL_GUID" --arg node "$NODE_ID" \
    '{cell_guid: $cell, node_id: $node, state: ($member.state // ""), role: ($member.role // "")}')
  curl -s -o /dev/null "$ETCD_SCOPE_URL/nodes/${NODE_ID}" -XPUT -d ttl=20 --data-urlencode "value=$node"
  sleep 5
done
