/**
 * Copies that may be changed in place. Worlds are copied many times a second, so this does no more than it must:
 * `structuredClone`, which is ready for every kind of value, takes several times as long.
 */
import type { StoreState } from "./store-state.ts";
import type { Cell, Container, World } from "./world.ts";

/** A deep copy of a value that is made of nothing but objects, arrays and primitives. */
export function copyOf<T>(value: T): T;
export function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return (value as readonly unknown[]).map((each) => copyOf(each));
  const copy: Record<string, unknown> = {};
  for (const name in value) copy[name] = copyOf((value as Readonly<Record<string, unknown>>)[name]);
  return copy;
}

/**
 * A world to change. It shares the values that are only replaced or appended, never changed: stored objects, records,
 * log lines.
 */
export function draftOf({ store, record, strays, cells, ...rest }: World): World {
  return {
    ...copyOf(rest),
    cells: cells.map(draftOfCell),
    store: draftOfStore(store),
    record: [...record],
    strays: [...strays],
  };
}

function draftOfCell({ containers, daemonLog, ...rest }: Cell): Cell {
  const own = Object.entries(containers).map(([name, { logs, ...others }]): [string, Container] => [
    name,
    { ...copyOf(others), logs: [...logs] },
  ]);
  return { ...copyOf(rest), containers: Object.fromEntries(own), daemonLog: [...daemonLog] };
}

export function draftOfStore(store: StoreState): StoreState {
  const own = Object.entries(store.buckets).map(([name, objects]) => [name, { ...objects }] as const);
  return { ...store, buckets: Object.fromEntries(own), keys: [...store.keys], requests: [...store.requests] };
}
