/**
 * A service of several files, or of one that `extends` another: single values of the later one win, lists are joined;
 * of volumes the later one of a path in the container wins, of ports that of a container's port (compose 1.29
 * `merge_service_dicts`, compose-go `override/`). `!reset` and `!override` of compose-go empty or replace.
 */
import type { Mount } from "./mount.ts";
import { child, type ComposeMap } from "./node.ts";
import type { Service } from "./service.ts";

/** `node` is the later file's node, for its tags. */
export function mergeServices(base: Service, later: Service, node: ComposeMap): Service {
  const merged: Service = {
    ...base,
    ...later,
    definitions: [...base.definitions, ...later.definitions],
    mounts: joinedBy(base.mounts, later.mounts, targetOf),
    tmpfs: joinedBy(base.tmpfs, later.tmpfs, textKey),
    volumesFrom: joinedBy(base.volumesFrom, later.volumesFrom, textKey),
    ports: joinedBy(
      base.ports,
      later.ports,
      ({ hostIp, host, container, protocol }) => `${hostIp}:${host ?? ""}:${container}/${protocol}`,
    ),
    envFiles: joinedBy(base.envFiles, later.envFiles, textKey),
    environment: new Map([...base.environment, ...later.environment]),
    dependsOn: joinedBy(base.dependsOn, later.dependsOn, textKey),
    profiles: joinedBy(base.profiles, later.profiles, textKey),
    gaps: [...base.gaps, ...later.gaps],
  };
  return retagged(merged, later, node);
}

/**
 * The part of a base that an `extends` takes. v1 refuses a base with `volumes_from` or `depends_on`; v2 takes
 * `depends_on` over.
 */
export function asBase(base: Service): Service {
  const definitions = base.definitions.map((one) => ({ ...one, base: true }));
  return { ...base, definitions, volumesFrom: [] };
}

const TAGGED = {
  image: "image",
  build: "build",
  container_name: "containerName",
  restart: "restart",
  volumes: "mounts",
  tmpfs: "tmpfs",
  volumes_from: "volumesFrom",
  ports: "ports",
  env_file: "envFiles",
  environment: "environment",
  depends_on: "dependsOn",
  profiles: "profiles",
} as const satisfies Record<string, keyof Service>;

function retagged(merged: Service, later: Service, node: ComposeMap): Service {
  const changed: Partial<Record<keyof Service, unknown>> = {};
  const removed = new Set<keyof Service>();
  for (const [key, field] of Object.entries(TAGGED)) {
    const tag = child(node, key)?.tag;
    if (tag === "!override") changed[field] = later[field];
    if (tag === "!reset") removed.add(field);
  }
  if (removed.size === 0 && Object.keys(changed).length === 0) return merged;
  const kept = Object.entries({ ...merged, ...changed }).filter(([field]) => !removed.has(field as keyof Service));
  return { ...EMPTY, ...Object.fromEntries(kept), name: merged.name };
}

const EMPTY: Omit<Service, "name"> = {
  definitions: [],
  mounts: [],
  tmpfs: [],
  volumesFrom: [],
  ports: [],
  envFiles: [],
  environment: new Map(),
  dependsOn: [],
  profiles: [],
  gaps: [],
};

function targetOf({ target }: Mount): string {
  return textKey(target);
}

function textKey(text: { readonly known: boolean; readonly text?: string; readonly raw?: string }): string {
  return text.known ? (text.text ?? "") : `?${text.raw ?? ""}`;
}

/** A later item takes the place of an earlier one with the same key. */
function joinedBy<T>(base: readonly T[], later: readonly T[], key: (item: T) => string): readonly T[] {
  const joined = new Map<string, T>();
  for (const item of [...base, ...later]) joined.set(key(item), item);
  return [...joined.values()];
}
