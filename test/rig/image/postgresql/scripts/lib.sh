# Shared by the scripts of the container. Written afresh to the documented behaviour of the Dingo PostgreSQL image
# of 2017: same order, same log lines where a tool reads them, same unkindness. No line comes from the originals.

PG_DATA_DIR=/data/postgres0
ENV_DIR=/data/wal-e/env
ETCD_SCOPE_URL="http://${ETCD_HOST_PORT}/v2/keys/service/${PATRONI_SCOPE}"
SHORT_SCOPE=${PATRONI_SCOPE:0:6}

# prefixed PART: every line that comes in goes out as "78218d-PART> line".
prefixed() {
  sed -u "s/^/${SHORT_SCOPE}-$1> /"
}

# as_postgres COMMAND…: exec, not a child of sudo, so that a signal reaches the program itself.
as_postgres() {
  exec env HOME=/home/postgres USER=postgres setpriv --reuid=postgres --regid=postgres --init-groups "$@"
}

# etcd_has URL: true when the key exists. A failing etcd reads as "absent", as it does in the original.
etcd_has() {
  [ "$(curl -s -o /dev/null -w '%{http_code}' "$1")" = 200 ]
}

wale() {
  envdir "$ENV_DIR" wal-e "$@"
}
