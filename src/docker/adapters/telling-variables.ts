/**
 * Of a container's environment only those that tell the place of the data and the account to ask with: everything else
 * may be a secret.
 */
const TELLING =
  /^(?:PGDATA|PG_MAJOR|PG_VERSION|POSTGRES_(?:USER|DB|INITDB_ARGS|HOST_AUTH_METHOD)|MYSQL_(?:DATABASE|USER|MAJOR|VERSION)|MARIADB_(?:DATABASE|USER|VERSION)|MONGO_(?:MAJOR|VERSION)|REDIS_VERSION|RABBITMQ_(?:VERSION|NODENAME)|node\.name|discovery\.type|ES_SETTING_NODE_NAME|LANG|LC_[A-Z]+|TZ)$/;

export function tellingVariables(env: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    env.flatMap((line) => {
      const split = line.indexOf("=");
      const name = line.slice(0, split);
      return split > 0 && TELLING.test(name) ? [[name, line.slice(split + 1)]] : [];
    }),
  );
}
