/** Turns the answer of `docker inspect`, from 1.10 to today, into our Container. */
import { z } from "zod";
import type { Container } from "../../../ports/cells.ts";
import type { Secrets } from "../../../kit/secrets/secrets.ts";
import { answerError, parseJson } from "../../../kit/shell/json-answer.ts";

const bindings = z.record(
  z.string(),
  z.array(z.object({ HostIp: z.string().optional(), HostPort: z.string() })).nullable(),
);

const inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  RestartCount: z.number().int(),
  Config: z.object({ Image: z.string(), Env: z.array(z.string()).nullish() }),
  State: z.object({
    Running: z.boolean(),
    Status: z.string().optional(),
    ExitCode: z.number().int(),
    StartedAt: z.string(),
  }),
  HostConfig: z.object({ RestartPolicy: z.object({ Name: z.string() }).nullish(), PortBindings: bindings.nullish() }),
  Mounts: z.array(z.object({ Source: z.string(), Destination: z.string() })).nullish(),
  NetworkSettings: z.object({ Ports: bindings.nullish() }).nullish(),
});

export type Inspected = z.infer<typeof inspected>;

/** Errors: `answer-incomplete`, `answer-malformed`. */
export function parseInspected(stdout: string, place: string): Inspected[] {
  const parsed = z.array(inspected).safeParse(parseJson(stdout, "the answer of `docker inspect`", place));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw answerError("answer-malformed", `the answer of \`docker inspect\` lacks ${issue?.path.join(".") ?? ""}`, place);
}

/** Docker's name without its leading slash. */
export function nameOf(answer: Inspected): string {
  return answer.Name.replace(/^\//, "");
}

export function toContainer(answer: Inspected, secrets: Secrets): Container {
  const { State: state } = answer;
  return {
    id: answer.Id,
    name: nameOf(answer),
    image: answer.Config.Image,
    running: state.Running,
    status: state.Status ?? (state.Running ? "running" : "exited"),
    exitCode: state.ExitCode,
    startedAt: state.StartedAt,
    restartCount: answer.RestartCount,
    restartPolicy: answer.HostConfig.RestartPolicy?.Name || "no",
    env: plainEnvironment(environmentOf(answer.Config.Env ?? []), secrets),
    dataDirectory: answer.Mounts?.find((mount) => mount.Destination === "/data")?.Source,
    ports: portsOf(answer),
  };
}

/** A stopped container has no ports in the network's settings, only those that it asked for. */
function portsOf(answer: Inspected): Container["ports"] {
  const live = answer.NetworkSettings?.Ports ?? {};
  const chosen = Object.keys(live).length > 0 ? live : (answer.HostConfig.PortBindings ?? {});
  return Object.entries(chosen).flatMap(([port, hosts]) =>
    (hosts ?? [])
      .filter(({ HostPort }) => HostPort !== "")
      .map(({ HostIp, HostPort }) => ({
        container: Number.parseInt(port, 10),
        hostIp: HostIp ?? "",
        host: Number.parseInt(HostPort, 10),
      })),
  );
}

/**
 * A container's environment holds passwords and S3 keys beside the names that identify it (dingo.md §3.2): only names
 * on this list leave the adapter, and every value that looks like a secret is registered for masking (law 10).
 */
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
