#!/bin/bash
# Writes the environment of wal-e, one file per variable.
# Written afresh to the documented behaviour: a value is cut at its first "=", AWS_REGION becomes an AWS endpoint.
. /scripts/lib.sh

rm -rf "$ENV_DIR"
mkdir -p "$ENV_DIR"

if [ -n "${AWS_REGION:-}" ] && [ -z "${WALE_S3_ENDPOINT:-}" ]; then
  export WALE_S3_ENDPOINT="https+path://s3-${AWS_REGION}.amazonaws.com"
fi
export PG_DATA_DIR WALE_CMD="envdir ${ENV_DIR} wal-e"
export WALE_S3_PREFIX="s3://${WAL_S3_BUCKET}/backups/${PATRONI_SCOPE}/wal/"
# Without /dev/log each message of wal-e would come with 25 lines of "Logging error".
export WALE_LOG_DESTINATION=${WALE_LOG_DESTINATION:-stderr}

env | grep -E '^(WAL|AWS_|PG_DATA_DIR=|ETCD_|PATRONI_SCOPE=)' | while IFS= read -r line; do
  name=$(echo "$line" | cut -d= -f1)
  value=$(echo "$line" | cut -d= -f2)
  printf '%s' "$value" > "$ENV_DIR/$name"
done
printf '%s' "$PATH" > "$ENV_DIR/PATH"
chown -R postgres:postgres /data/wal-e
chmod -R go-rwx "$ENV_DIR"
