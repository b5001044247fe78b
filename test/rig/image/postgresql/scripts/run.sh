#!/bin/bash
# Finds the container's public address, writes the envdir and Patroni's configuration, starts the rest.
# Written afresh to the documented behaviour of the Dingo PostgreSQL images; no line comes from the originals.
# RIG_NO_TRAP=1 gives the behaviour of the images up to 0.8.0: SIGTERM is not heard, only the kill after it.
. /scripts/lib.sh

# Asks etcd for what registrator wrote: four tries, three seconds before each. An etcd that does not answer reads as an
# address of no letters. When nothing is registered the start-up part ends; the pipe forgets it, and the rest begins.
public_addresses() {
  local key try
  for try in 0 1 2 3; do
    sleep 3
    key="${ETCD_KEYS}/dingo-postgresql95-5432/${DOCKER_HOSTNAME}:${NAME}:5432"
    echo "looking up public host:5432 from etcd -> ${key} (${try})"
    PG_ADDRESS=$(etcd_value "$key")
    if [ "$PG_ADDRESS" != null ]; then break; fi
    echo "container not yet registered, waiting..."
  done
  if [ "$PG_ADDRESS" = null ]; then
    echo "failed to look up container in etcd"
    exit 1
  fi
  echo "public :5432 address ${PG_ADDRESS}"
  key="${ETCD_KEYS}/dingo-postgresql95-8008/${DOCKER_HOSTNAME}:${NAME}:8008"
  echo "looking up public host:8008 from etcd -> ${key}"
  API_ADDRESS=$(etcd_value "$key")
  echo "public :8008 address ${API_ADDRESS}"
}

archive_or_not() {
  if [ -z "${WAL_S3_BUCKET:-}" ]; then
    echo "Disabling wal-e archives"
    return
  fi
  if ! curl -s -o /dev/null "${AWS_ENDPOINT_URL:-https://s3.amazonaws.com}"; then
    echo "Cannot access AWS S3. Check DNS and Internet access."
    exit 1
  fi
  echo "Enabling wal-e archives to S3 bucket '${WAL_S3_BUCKET}'"
  echo "s3://${WAL_S3_BUCKET}/backups/${PATRONI_SCOPE}/wal/" > "$WALE_ENV_DIR/WALE_S3_PREFIX"
  echo "envdir ${WALE_ENV_DIR} wal-e" > "$WALE_ENV_DIR/WALE_CMD"
  if plays 0.10.2; then echo "$PG_DATA_DIR" > "$WALE_ENV_DIR/PG_DATA_DIR"; fi
}

start_up() {
  public_addresses
  /scripts/create_envdir.sh
  archive_or_not
  PG_ADDRESS=$PG_ADDRESS API_ADDRESS=$API_ADDRESS /scripts/write_patroni_config.sh
  chown -R postgres:postgres "$DATA_VOLUME" /patroni
  if [ -d "$PG_DATA_DIR" ]; then chmod 700 "$PG_DATA_DIR"; fi
  # The whole configuration, passwords and all, goes to the log: a parser of these logs has to expect that.
  cat /patroni/postgres.yml
  ls "$WALE_ENV_DIR"/*
}

mkdir -p "$WALE_ENV_DIR"
( start_up ) 2>&1 | prefixed startup
exec sudo PATH="$PATH" -E -u postgres /scripts/postgres/start_pg.sh
