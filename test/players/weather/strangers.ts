/** In every weather: only the new instance is written to, and there is at most one. */
import type { BoxState } from "../../../src/rehearsal/box/box-state.ts";
import { allContainers } from "../../../src/rehearsal/world/world.ts";

export interface Span {
  readonly before: BoxState;
  readonly after: BoxState;
  readonly run: string;
}

export function strangersTouched(span: Span): readonly string[] {
  return [...tooManyServices(span), ...foreignObjects(span), ...foreignContainers(span), ...foreignKeys(span)];
}

function created({ before, after }: Span) {
  const known = new Set(before.cloudController.instances.map(({ guid }) => guid));
  return after.cloudController.instances.filter(({ guid }) => !known.has(guid));
}

function tooManyServices(span: Span): readonly string[] {
  const services = created(span);
  const asked = span.after.cloudController.requests
    .slice(span.before.cloudController.requests.length)
    .filter(({ method, path, status }) => method === "POST" && path === "/v3/service_instances" && status < 300);
  return [
    ...(services.length > 1
      ? [`${services.length} services were created: ${services.map(({ name }) => name).join(", ")}`]
      : []),
    ...(asked.length > 1 ? [`a service was created ${asked.length} times`] : []),
  ];
}

/** Of the operator's key. */
function foreignObjects(span: Span): readonly string[] {
  const own = created(span).map(({ guid }) => guid);
  const { store } = span.after.world;
  const operator = store.keys.find(({ holder }) => holder === "operator")?.id;
  return store.requests
    .slice(span.before.world.store.requests.length)
    .filter(({ by, operation }) => by === operator && ["put", "copy", "delete"].includes(operation))
    .filter(({ key }) => !own.some((guid) => key.includes(guid)) && !key.includes(span.run))
    .map(({ operation, key }) => `${operation} of ${key}, which is not the new instance's`);
}

function foreignContainers({ before, after }: Span): readonly string[] {
  const now = new Map(allContainers(after.world).map(({ container }) => [container.name, container]));
  return allContainers(before.world).flatMap(({ container }) => {
    const { name, status, restartPolicy, dataDirectory } = container;
    const left = now.get(name);
    if (left === undefined) return [`the container ${name} of another instance is gone`];
    const same = left.status === status && left.restartPolicy === restartPolicy && left.dataDirectory === dataDirectory;
    return same ? [] : [`the container ${name} of another instance is ${left.status}, and was ${status}`];
  });
}

/** Patroni keeps its own keys alive; only their presence counts. */
function foreignKeys({ before, after }: Span): readonly string[] {
  const lasting = Object.keys(before.world.etcd.entries).filter((key) => key.endsWith("/initialize"));
  return lasting
    .filter((key) => after.world.etcd.entries[key]?.value !== before.world.etcd.entries[key]?.value)
    .map((key) => `the etcd key ${key} of another instance was changed`);
}
