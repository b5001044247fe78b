/**
 * A container's environment holds passwords and S3 keys beside the names that identify it (dingo.md §3.2): only names
 * on this list leave the adapter, and every value that looks like a secret is registered for masking (law 10).
 */
import type { Secrets } from "../../../kit/secrets/secrets.ts";

const PLAIN = new Set([
  "NAME",
  "DOCKER_HOSTNAME",
  "CELL_GUID",
  "NODE_GUID",
  "PATRONI_SCOPE",
  "NODE_ID",
  "NODE_NAME",
  "ETCD_HOST_PORT",
  "WAL_S3_BUCKET",
  "WALE_S3_PREFIX",
  "WALE_S3_ENDPOINT",
  "AWS_REGION",
  "AWS_DEFAULT_REGION",
  "AWS_ENDPOINT_URL",
  // Names a public key.
  "WALE_GPG_KEY_ID",
  "BACKUP_HOUR",
  "BACKUP_INTERVAL",
  "DISABLE_REGULAR_BACKUPS",
  "ADMIN_USERNAME",
  "SUPERUSER_USERNAME",
  "APPUSER_USERNAME",
  "POSTGRES_USERNAME",
]);

/** `NAME=value` entries, divided at the first "=": values may hold more of them. The last entry of a name counts. */
export function environmentOf(entries: readonly string[]): Map<string, string> {
  const variables = new Map<string, string>();
  for (const entry of entries) {
    const at = entry.indexOf("=");
    if (at > 0) variables.set(entry.slice(0, at), entry.slice(at + 1));
  }
  return variables;
}

/** The variables on the list; registers the secrets among the others. */
export function plainEnvironment(variables: ReadonlyMap<string, string>, secrets: Secrets): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of variables) {
    if (looksSecret(name, value)) secrets.register(value);
    for (const password of passwordsInUrls(value)) secrets.register(password);
    if (PLAIN.has(name)) plain[name] = value;
  }
  return plain;
}

/** Words and short numbers are left alone: masking "true" everywhere would hide more than it protects. */
function looksSecret(name: string, value: string): boolean {
  if (PLAIN.has(name) || /^(?:true|false|yes|no|none|null|\d{1,5})$/i.test(value)) return false;
  if (/PASS|PWD|SECRET/i.test(name)) return true;
  return value.length >= 8 && /KEY|TOKEN|CRED|PRIVATE|AUTH/i.test(name);
}

function passwordsInUrls(value: string): string[] {
  return [...value.matchAll(/:\/\/[^\s/:@]*:([^\s/@]+)@/g)].flatMap(([, password]) => password ?? []);
}
