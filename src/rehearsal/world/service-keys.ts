/** Patroni's and the broker's keys of one instance in etcd (dingo.md §4). */
import type { Login, Logins } from "./broker-state.ts";
import { etcdPut, etcdRequest, etcdValue } from "./etcd.ts";
import { FIXED_ROLES } from "./eras.ts";
import type { Container, World } from "./world.ts";

export const LEADER_TTL = 30;
export const NODE_TTL = 20;

export const scopeOf = (container: Container): string => container.env.PATRONI_SCOPE ?? "";
export const nodeOf = (container: Container): string => container.env.NODE_ID ?? container.env.NODE_NAME ?? "";
/** Replication slots allow no dots in names. */
export const memberOf = (container: Container): string => nodeOf(container).replaceAll(".", "_");
export const serviceKey = (scope: string, name: string): string => `/service/${scope}/${name}`;

/** Roles that initdb makes in this container: from its environment, in the first releases fixed in the image. */
export function loginsOf(container: Container): Logins {
  const of = (name: string, fixed: Login): Login => ({
    username: container.env[`${name}_USERNAME`] ?? fixed.username,
    password: container.env[`${name}_PASSWORD`] ?? fixed.password,
  });
  return {
    superuser: of("SUPERUSER", FIXED_ROLES.superuser),
    app: of("APPUSER", FIXED_ROLES.app),
    admin: of("ADMIN", FIXED_ROLES.admin),
  };
}

export function readKey(world: World, key: string): string | undefined {
  return etcdValue(world.etcd, key, world.now);
}

export function putKey(world: World, key: string, value: string): void {
  etcdPut(world.etcd, { key, value }, world.now);
}

/** A key that vanishes unless it is put again within `ttl` seconds. */
export function putLease(world: World, key: string, lease: { readonly value: string; readonly ttl: number }): void {
  etcdPut(world.etcd, { key, ...lease }, world.now);
}

export function dropKey(world: World, key: string, recursive = false): void {
  etcdRequest(world.etcd, { method: "DELETE", key, recursive }, world.now);
}
