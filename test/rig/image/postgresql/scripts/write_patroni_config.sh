#!/bin/bash
# Writes /patroni/postgres.yml from the template beside it. PG_ADDRESS and API_ADDRESS are what registrator published.
# Written afresh to the documented behaviour of the Dingo PostgreSQL images; no line comes from the originals.
. /scripts/lib.sh

mode=off methods='[basebackup]' wale='/^<wal-e>/d'
command='mkdir -p ../wal_archive \&\& test ! -f ../wal_archive/%f \&\& cp %p ../wal_archive/%f'
if [ -n "${WAL_S3_BUCKET:-}" ]; then
  mode=on methods='[wal_e,basebackup]' wale='s/^<wal-e>//'
  command="envdir ${WALE_ENV_DIR} wal-e wal-push \"%p\" -p 1"
fi
initdb='/^<initdb>/d'
if plays 0.10.2; then initdb='s/^<initdb>//'; fi

sed -e '/^<about>/d' -e "$wale" -e "$initdb" \
  -e "s|@SCOPE@|${PATRONI_SCOPE}|" -e "s|@ETCD@|${ETCD_HOST_PORT}|" -e "s|@MEMBER@|${NODE_ID//./_}|" \
  -e "s|@PG_ADDRESS@|${PG_ADDRESS}|" -e "s|@API_ADDRESS@|${API_ADDRESS}|" \
  -e "s|@APPUSER@|${APPUSER_USERNAME}|" -e "s|@APPUSER_PASSWORD@|${APPUSER_PASSWORD}|" \
  -e "s|@SUPERUSER@|${SUPERUSER_USERNAME}|" -e "s|@SUPERUSER_PASSWORD@|${SUPERUSER_PASSWORD}|" \
  -e "s|@ADMIN@|${ADMIN_USERNAME}|" -e "s|@ADMIN_PASSWORD@|${ADMIN_PASSWORD}|" \
  -e "s|@DATA@|${PG_DATA_DIR}|" -e "s|@ENVDIR@|${WALE_ENV_DIR}|" \
  -e "s|@METHODS@|${methods}|" -e "s|@ARCHIVE_MODE@|${mode}|" -e "s|@ARCHIVE_COMMAND@|${command}|" \
  /scripts/postgres.yml.template > /patroni/postgres.yml
