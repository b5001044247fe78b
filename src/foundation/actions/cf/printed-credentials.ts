/** How a person logs in by a service key's credentials: the answer of API v3 is one JSON object. */
import type { PrintedCommand } from "../../../action.ts";
import { RESTORE_OPTIONS } from "../../../kit/commands/host-commands.ts";
import { quote } from "../../../kit/commands/shell-quote.ts";

/** A query that is not the tool's own can change nothing. */
const READ_ONLY = "PGOPTIONS='-c default_transaction_read_only=on' ";

/**
 * Ends the line if the URI is empty: psql would log in to the database that the host's settings name. It stands before
 * the command, since a failure within `$( … )` does not stop the command around it.
 */
const HAS_URI = ': "${URI:?cannot be told}" && ';

/** psql by the key's URI, its password in the environment: arguments can be seen by everybody on that host. */
export function psqlByKey(
  keyGuid: string,
  sql: string,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): PrintedCommand {
  return byKey(keyGuid, `${HAS_URI}${readOnly ? READ_ONLY : ""}${PASSWORD} psql -X ${WITHOUT} -c ${quote([sql])}`);
}

/** An archive of pg_dump likewise: all of it or nothing, and nothing if the file is not there. */
export const restoreByKey = (keyGuid: string, file: string): PrintedCommand =>
  byKey(keyGuid, `${HAS_URI}${PASSWORD} pg_restore ${quote(RESTORE_OPTIONS)} -d ${WITHOUT} ${quote([file])}`);

const PASSWORD = `PGPASSWORD=$(printf %s "$URI" | sed 's|^[^:]*://[^:]*:\\([^@]*\\)@.*|\\1|')`;
/** The URI without its password. */
const WITHOUT = `"$(printf %s "$URI" | sed 's|:[^:/@]*@|@|')"`;

function byKey(keyGuid: string, line: string): PrintedCommand {
  const curl = quote(["cf", "curl", `/v3/service_credential_bindings/${keyGuid}/details`]);
  const setWith = `URI=$(${curl} | sed -n 's/.*"uri": *"\\([^"]*\\)".*/\\1/p')`;
  return { on: "any host that reaches the router", line, variables: [{ name: "URI", setWith }] };
}
