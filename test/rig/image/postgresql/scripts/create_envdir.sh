#!/bin/bash
# Writes the environment of wal-e, one file per variable, and lists it. A value is cut at its first "=".
# Written afresh to the documented behaviour of the Dingo PostgreSQL images; no line comes from the originals.
. /scripts/lib.sh

rm -rf "${WALE_ENV_DIR:?}"/*
families='WAL|AWS'
if plays 0.10.2; then
  families='WAL|AWS|SWIFT|WABS'
  # The region becomes an endpoint of AWS, whatever endpoint was said beside it.
  case ${AWS_REGION:-} in
    '') ;;
    us-east-1) export WALE_S3_ENDPOINT=https+path://s3.amazonaws.com:443 ;;
    *) export WALE_S3_ENDPOINT="https+path://s3-${AWS_REGION}.amazonaws.com:443" ;;
  esac
  unset AWS_REGION
fi
env | grep -E "^(${families})" | while IFS== read -r name value _; do
  echo "$value" > "$WALE_ENV_DIR/$name"
done
ls "$WALE_ENV_DIR"/*
