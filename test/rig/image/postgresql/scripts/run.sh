#!/bin/bash
# First program of the container: finds its public address, writes the envdir and Patroni's configuration, starts the rest.
# Written afresh to the documented behaviour of the Dingo PostgreSQL image; no line comes from the originals.
# RIG_NO_TRAP=1 gives the behaviour of the images up to 0.8.0: SIGTERM is not heard, only the kill after it.
. /scripts/lib.sh

# public_address PORT: asks etcd for what registrator wrote. Four tries, three seconds before each.
# When it finds nothing it says so and fails, but the pipe around the caller swallows that: start-up goes on.
public_address() {
  local port=$1 key="http://${ETCD_HOST_PORT}/v2/keys/dingo-postgresql95-$1/${DOCKER_HOSTNAME}:${NAME}:$1" answer try
  for try in 1 2 3 4; do
    sleep 3
    echo "looking up public host:${port} from etcd -> ${key#http://} (${try})" >&2
    answer=$(curl -s "$key" | jq -r '.node.value // empty')
    if [ -n "$answer" ]; then
      echo "public :${port} address ${answer}" >&2
      echo "$answer"
      return 0
    fi
    echo "container not yet registered, waiting..." >&2
  done
  echo "failed to look up container in etcd" >&2
  exit 1
}

start_up() {
  local pg_address api_address
  pg_address=$(public_address 5432)
  api_address=$(public_address 8008)
  if [ -n "${WAL_S3_BUCKET:-}" ]; then
    if ! curl -s -o /dev/null "${AWS_ENDPOINT_URL:-https://s3.amazonaws.com}"; then
      echo "Cannot access AWS S3. Check DNS and Internet access."
      exit 1
    fi
    echo "Enabling wal-e archives to S3 bucket '${WAL_S3_BUCKET}'"
    /scripts/create_envdir.sh
  else
    echo "Disabling wal-e archives"
  fi
  PG_ADDRESS=$pg_address API_ADDRESS=$api_address /scripts/write_patroni_config.sh
  # The whole configuration, passwords and all, goes to the log: a parser of these logs has to expect that.
  cat /patroni/postgres.yml
}

mkdir -p /data
chown postgres:postgres /data
( start_up ) 2>&1 | prefixed startup
exec /scripts/start_pg.sh
