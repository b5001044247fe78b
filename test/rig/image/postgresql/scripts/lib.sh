# Shared by the scripts of the container. Written afresh to the documented behaviour of the Dingo PostgreSQL images
# of 2016 and 2017: same order, same log lines, same unkindness. No line comes from the originals.
# What it prints is held to the captured logs in fixtures/container-logs by test/real/container-lines.deep.test.ts.

# Which image this container plays: 0.9.1, 0.9.3 or 0.10.2.
RIG_IMAGE=${RIG_IMAGE:-0.10.2}
export DATA_VOLUME=/data PG_DATA_DIR=/data/postgres0 WALE_ENV_DIR=/data/wal-e/env
ETCD_KEYS="${ETCD_HOST_PORT}/v2/keys"
ETCD_SCOPE="${ETCD_KEYS}/service/${PATRONI_SCOPE}"
SHORT_SCOPE=${PATRONI_SCOPE:0:6}

# plays OLDEST: whether the image is that release or a later one.
plays() {
  [ "$(printf '%s\n%s\n' "$1" "$RIG_IMAGE" | sort -V | head -n 1)" = "$1" ]
}

# prefixed PART: every line that comes in goes out as "78218d-PART> line". The pipe's status is sed's, always 0:
# whatever fails before it is forgotten, as in the originals.
prefixed() {
  sed -u "s/^/${SHORT_SCOPE}-$1> /"
}

# etcd_value URL: the key's value, "null" when there is no such key, and nothing at all when etcd does not answer.
etcd_value() {
  curl -sL "$1" | jq -r .node.value
}

# synced FROM TO: aws s3 sync in the region of the bucket, which is asked for first.
synced() {
  local region options=()
  region=$(aws s3api get-bucket-location --bucket "$WAL_S3_BUCKET" | jq -r .LocationConstraint)
  if [ "$region" != null ]; then options=(--region "$region"); fi
  aws s3 "${options[@]}" sync "$1" "$2"
}
