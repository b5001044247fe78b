/**
 * Checks by the box's own record, not by the tool's words: nothing unknown was called, the source archive is as it was.
 */
import { archivePrefix, below } from "../world/store.ts";
import { allContainers, type World } from "../world/world.ts";

/** An archive's keys with their ETags. */
export type Inventory = Readonly<Record<string, string>>;

export function inventory(world: World, guid: string): Inventory {
  return Object.fromEntries(below(world, archivePrefix(guid)).map(([key, object]) => [key, object.etag]));
}

export interface Watched {
  readonly before: Inventory;
  /** How many requests the store had recorded when the tool was started. */
  readonly requestsBefore: number;
  readonly old: string;
}

export function worldComplaints(world: World, watched: Watched): string[] {
  return [...strayComplaints(world), ...sourceComplaints(world, watched)];
}

function strayComplaints(world: World): string[] {
  return world.strays.map(({ where, what }) => `unknown call to the ${where}: ${what}`);
}

/**
 * Refused attempts count as well: the adapter has to refuse them before they are sent. A container of the instance that
 * lives goes on writing there, as it must.
 */
function sourceComplaints(world: World, { before, requestsBefore, old }: Watched): string[] {
  const prefix = archivePrefix(old);
  const own = allContainers(world)
    .filter(({ container }) => container.env.PATRONI_SCOPE === old)
    .map(({ container }) => container.name);
  const written = world.store.requests.slice(requestsBefore).filter(({ by }) => own.includes(by));
  const writes = world.store.requests
    .slice(requestsBefore)
    .filter(({ by }) => !own.includes(by))
    .filter(({ operation, key }) => ["put", "copy", "delete"].includes(operation) && key.startsWith(prefix))
    .map(({ operation, key, by, status }) => `${operation} of ${key} in the source archive by ${by} (${status})`);
  const after = inventory(world, old);
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (key) => before[key] !== after[key] && !written.some((request) => request.key === key),
  );
  return [...writes, ...changed.map((key) => `the source archive's ${key} is not what it was`)];
}

/** The far side's counts of effects that must happen once. */
export function tally(world: World, since: number): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { at, system, what } of world.record) {
    if (at < since) continue;
    const name = `${system} ${what}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
