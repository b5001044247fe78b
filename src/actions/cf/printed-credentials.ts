/** How a person sets a variable to a field of a service key's credentials: the answer of API v3 is one JSON object. */
import { quote } from "../../shell-quote.js";

export function setFromKey(variable: string, field: "uri" | "password", keyGuid: string): string {
  const curl = quote(["cf", "curl", `/v3/service_credential_bindings/${keyGuid}/details`]);
  return `${variable}=$(${curl} | sed -n 's/.*"${field}": *"\\([^"]*\\)".*/\\1/p')`;
}
