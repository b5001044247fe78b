/** How a person sets a variable to a field of a service key's credentials: the answer of API v3 is one JSON object. */
import { quote } from "../../shell-quote.js";

export function setFromKey(variable: string, field: "uri", keyGuid: string): string {
  const curl = quote(["cf", "curl", `/v3/service_credential_bindings/${keyGuid}/details`]);
  return `${variable}=$(${curl} | sed -n 's/.*"${field}": *"\\([^"]*\\)".*/\\1/p')`;
}

/** psql by the URI in $URI, its password in the environment: arguments can be seen by everybody on that host. */
export function psqlByUri(sql: string): string {
  const password = `PGPASSWORD=$(printf %s "$URI" | sed 's|^[^:]*://[^:]*:\\([^@]*\\)@.*|\\1|')`;
  const without = `"$(printf %s "$URI" | sed 's|:[^:/@]*@|@|')"`;
  return `${password} psql -X ${without} -c ${quote([sql])}`;
}
