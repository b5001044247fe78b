/** What a broker answers at its administrative addresses, with the statuses of its versions (dingo.md §2.10). Pure. */
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.js";

export interface BrokerRecordJson {
  readonly instance_id: string;
  readonly service_id: string;
  readonly plan_id: string;
  readonly organization_guid: string;
  readonly space_guid: string;
  readonly service_instance_name?: string;
  readonly admin_credentials: { readonly username: string; readonly password: string };
  readonly superuser_credentials: { readonly username: string; readonly password: string };
  readonly app_credentials: { readonly username: string; readonly password: string };
  readonly allocated_port: number;
  readonly nodes?: readonly { readonly node_id: string; readonly cell_guid: string; readonly state: string }[];
}

export interface BrokerAdminState {
  /** `0.10.2`: records came with 0.8.1, those by name with 0.10.0. */
  readonly version: string;
  /** As in an Authorization header. */
  readonly authorization: string;
  /** What it manages. */
  readonly managed: readonly BrokerRecordJson[];
  /** Its backup of records, which no deletion touches. */
  readonly kept: readonly BrokerRecordJson[];
}

/** Missing in its code is a `return`: the error and then an empty record follow one another. */
const TWO_DOCUMENTS = '{"description":"Service instance not found"}\n{"instance_id":"","nodes":null}\n';
const JSON_TYPE = { "content-type": "application/json" };

export function brokerAdminAnswer(state: BrokerAdminState, request: HttpRequest): HttpResponse {
  if (request.headers["authorization"] !== state.authorization)
    return {
      status: 401,
      headers: { "www-authenticate": 'Basic realm="Authorization Required"' },
      body: "Not Authorized\n",
    };
  const path = decodeURIComponent(request.path);
  const [, guid] = /^\/admin\/service_instances\/([^/]+)$/.exec(path) ?? [];
  if (request.method === "GET" && guid !== undefined && isSince(state, 0, 8, 1)) return current(state, guid);
  const [, space, name] = /^\/admin\/spaces\/([^/]+)\/clusterdata_backup_by_name\/(.+)$/.exec(path) ?? [];
  if (request.method === "GET" && name !== undefined && isSince(state, 0, 10, 0)) return byName(state, { space, name });
  return { status: 404, headers: { "content-type": "text/plain" }, body: "404 page not found\n" };
}

function current({ managed }: BrokerAdminState, guid: string): HttpResponse {
  const record = managed.find(({ instance_id }) => instance_id === guid);
  return record === undefined ? { status: 500, headers: JSON_TYPE, body: TWO_DOCUMENTS } : jsonResponse(200, record);
}

function byName(
  { kept }: BrokerAdminState,
  { space, name }: { readonly space: string | undefined; readonly name: string },
): HttpResponse {
  const record = kept.find((each) => each.space_guid === space && each.service_instance_name === name);
  return record === undefined ? jsonResponse(500, { description: "not found" }) : jsonResponse(404, record);
}

function isSince({ version }: BrokerAdminState, ...since: readonly number[]): boolean {
  const own = version.split(".").map(Number);
  const at = since.findIndex((part, index) => part !== own[index]);
  return at < 0 || (own[at] ?? 0) > (since[at] ?? 0);
}
