/** Answers and lines as the real parts give them; fuzzing begins with these. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Json } from "./mutations.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const GUID = "0a12b3c4-1111-4222-8333-444455556666";

export const INSPECTED: Json = [
  {
    Id: "4f".repeat(32),
    Name: `/cf-${GUID}`,
    RestartCount: 0,
    Config: {
      Image: "dingotiles/dingo-postgresql95:0.10.2",
      Env: [`PATRONI_SCOPE=${GUID}`, "APPUSER_PASSWORD=geheim-9"],
    },
    State: { Running: true, Status: "running", ExitCode: 0, StartedAt: "2026-11-21T02:00:00.000000000Z" },
    HostConfig: {
      RestartPolicy: { Name: "always" },
      PortBindings: { "5432/tcp": [{ HostIp: "", HostPort: "40001" }] },
    },
    Mounts: [{ Source: `/var/vcap/store/cf-containers-broker/${GUID}`, Destination: "/data" }],
    NetworkSettings: { Ports: { "5432/tcp": [{ HostIp: "0.0.0.0", HostPort: "40001" }], "22/tcp": null } },
  },
];

export const ETCD: readonly Json[] = [
  { action: "get", node: { key: `/service/${GUID}/initialize`, value: "6355", modifiedIndex: 12, createdIndex: 12 } },
  {
    action: "get",
    node: {
      key: `/service/${GUID}`,
      dir: true,
      nodes: [
        { key: `/service/${GUID}/leader`, value: "n1", modifiedIndex: 3, ttl: 20 },
        { key: `/service/${GUID}/members`, dir: true, modifiedIndex: 3, nodes: [] },
      ],
      modifiedIndex: 3,
    },
  },
  { errorCode: 100, message: "Key not found", cause: `/service/${GUID}`, index: 7 },
];

const to = (guid: string): Json => ({ data: { guid } });
const paged = (resource: Json): Json => ({
  pagination: { total_results: 1, total_pages: 1, next: null },
  resources: [resource],
});
const SERVICE: Json = {
  guid: GUID,
  name: "orders-db",
  created_at: "2026-11-21T02:00:00Z",
  type: "managed",
  tags: ["dingo-recover-20261121-020000-abcd"],
  last_operation: { type: "create", state: "succeeded", description: "" },
  relationships: { space: to("s"), service_plan: to("p") },
};
const EVENT: Json = {
  guid: "e1",
  created_at: "2026-11-21T02:20:11Z",
  state: "DELETED",
  service_instance: { guid: GUID, name: "orders-db" },
  space: { guid: "s", name: "dev" },
  organization: { guid: "o" },
  service_plan: { name: "cluster" },
  service_offering: { name: "dingo-postgresql" },
};

export const CF_PAGES: readonly Json[] = [paged(SERVICE), paged(EVENT)];
export const CF_RESOURCES: readonly Json[] = [
  SERVICE,
  EVENT,
  { guid: "p", name: "cluster", available: true, relationships: { service_offering: to("f") } },
  { guid: "a", type: "web", instances: 2 },
  {
    guid: "b",
    type: "app",
    name: null,
    last_operation: { type: "create", state: "succeeded" },
    relationships: { app: to("a") },
  },
  { credentials: { host: "10.58.111.6", port: "40001", username: "u", password: "p", uri: "postgres://u:p@h:1/db" } },
];

export const DIRECTOR: readonly Json[] = [
  {
    name: "bosh",
    uuid: "u",
    version: "282.0.4",
    user_authentication: { type: "uaa", options: { url: "https://10.0.0.6:8443" } },
  },
  [{ name: "dingo-postgresql" }],
  [{ type: "deployment", resource: ["deployment", "dingo"], task_id: "5" }],
  [{ id: 7, state: "processing", description: "create", deployment: "dingo" }],
  {
    job_name: "cell_z1",
    index: 0,
    id: "i",
    ips: ["10.58.111.15"],
    agent_id: "a",
    job_state: "running",
    processes: [{ name: "docker" }],
  },
  [{ status: "success", job: "cell_z1", index: 0, id: "i", ip: "10.58.111.15", host_public_key: "ssh-rsa AAAA" }],
];

/** A sample of recorded lines of every era, one in so many. */
export function logLines(): readonly string[] {
  const folder = join(FIXTURES, "logs");
  return readdirSync(folder, { withFileTypes: true })
    .filter((each) => each.isDirectory())
    .flatMap(({ name }) => {
      const files = ["start.log.gz", "broker.stdout.log.gz"].map((file) => join(folder, name, file));
      const lines = gunzipSync(readFileSync(files.find((file) => existsSync(file)) ?? ""))
        .toString("utf8")
        .split("\n");
      const every = Math.max(1, Math.floor(lines.length / 40));
      return lines.filter((line, at) => at % every === 0 && line !== "");
    });
}

export function journals(): readonly (readonly string[])[] {
  const folder = join(FIXTURES, "journals/v1");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) =>
      readFileSync(join(folder, name), "utf8")
        .split("\n")
        .filter((line) => line !== ""),
    );
}

export function runbooks(): readonly string[] {
  const folder = join(FIXTURES, "runbooks");
  return readdirSync(folder).map(
    (name) => readFileSync(join(folder, name), "utf8").split("\n--- # expected\n")[0] ?? "",
  );
}
