/** How a person logs in by a service key's credentials: the answer of API v3 is one JSON object. */
import type { PrintedCommand } from "../../action.js";
import { quote } from "../../shell-quote.js";

/** psql by the key's URI, its password in the environment: arguments can be seen by everybody on that host. */
export function psqlByKey(keyGuid: string, sql: string): PrintedCommand {
  const curl = quote(["cf", "curl", `/v3/service_credential_bindings/${keyGuid}/details`]);
  const setWith = `URI=$(${curl} | sed -n 's/.*"uri": *"\\([^"]*\\)".*/\\1/p')`;
  const password = `PGPASSWORD=$(printf %s "$URI" | sed 's|^[^:]*://[^:]*:\\([^@]*\\)@.*|\\1|')`;
  const without = `"$(printf %s "$URI" | sed 's|:[^:/@]*@|@|')"`;
  return {
    on: "any host that reaches the router",
    line: `${password} psql -X ${without} -c ${quote([sql])}`,
    variables: [{ name: "URI", setWith }],
  };
}
