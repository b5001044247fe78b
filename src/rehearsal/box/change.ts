/** Which events and requests change something that somebody asked for: where a kill leaves an effect without an outcome. */
import type { CloudControllerState } from "../cloud-controller/state.ts";
import type { WorldEvent } from "../world/apply.ts";

/** The change of an event in a few words; undefined for an event that only looks. */
export function changeOf(event: WorldEvent): string | undefined {
  switch (event.is) {
    case "etcd":
      return event.request.method === "GET" ? undefined : `etcd ${event.request.method} ${event.request.key}`;
    case "docker-stop":
    case "docker-start":
      return `${event.is} ${event.name}`;
    case "docker-policy":
      return `docker-update --restart=${event.policy} ${event.name}`;
    case "rename":
      return `rename ${event.from}`;
    case "make-directory":
    case "change-like":
    case "remove-tree":
      return `${event.is} ${event.path}`;
    case "sql":
      return /\b(?:ALTER|CREATE|DROP|GRANT|INSERT|UPDATE|DELETE)\s/i.test(event.script)
        ? `sql in ${event.name}`
        : undefined;
    case "put-object":
    case "copy-object":
    case "delete-object":
      return `${event.is} ${event.key}`;
    case "ssh-user":
    case "no-ssh-user":
      return `${event.is} ${event.user}`;
    default:
      return undefined;
  }
}

/** The accepted request that is new in a Cloud Controller's record; log-ins change nothing. */
export function changeAsked(before: CloudControllerState, after: CloudControllerState): string | undefined {
  if (after.requests.length <= before.requests.length) return undefined;
  const request = after.requests.at(-1);
  if (request === undefined || request.method === "GET" || request.status >= 400) return undefined;
  return request.path === "/oauth/token" ? undefined : `${request.method} ${request.path}`;
}
