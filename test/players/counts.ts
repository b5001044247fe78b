/** How often every system was made to change something: by its own record, never by our journal. */
import type { BoxState } from "../../src/rehearsal/box/box-state.ts";
import { doneOnce } from "./docker-aftermath.ts";
import { tally } from "../../src/rehearsal/supervisor/checks.ts";
import { isOfLease } from "./lease.ts";

export type Counts = Readonly<Record<string, number>>;

const GUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;
const RUN = /\d{8}-\d{6}-[a-z0-9]{4}/g;

/** Of every change since a time of the box; a refused call changed nothing. */
export function countsSince({ world, cloudController, docker }: BoxState, since: number): Counts {
  const counts: Record<string, number> = {};
  const count = (name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  const operator = world.store.keys.find(({ holder }) => holder === "operator")?.id;
  for (const { at, by, operation, key, status } of world.store.requests) {
    const changes = operation === "put" || operation === "copy" || operation === "delete";
    if (changes && at >= since && status < 300 && by === operator && !isOfLease(key))
      count(`S3 ${operation} ${key.replace(GUID, ":guid").replace(RUN, ":run")}`);
  }
  for (const { at, method, path, status } of cloudController.requests) {
    if (method === "GET" || path === "/oauth/token" || status >= 400 || Date.parse(at) < since - 1_000) continue;
    count(`Cloud Controller ${method} ${path.replace(GUID, ":guid")}`);
  }
  for (const what of doneOnce(docker, since)) count(`Docker host ${what.replace(RUN, ":run")}`);
  return { ...tally(world, since), ...counts };
}

/**
 * Every process that reaches a cell makes its own user there, and removes it. Owner and mode of a directory that was
 * made and not finished are set to the same again.
 */
const OWN_OF_EACH_PROCESS: ReadonlySet<string> = new Set(["agent setup", "agent cleanup", "host chown", "host chmod"]);

/**
 * The effects that happened more often than in the undisturbed run, each as a sentence. While nobody resumes, the new
 * instance goes on archiving: there may be more objects to move, but none is moved twice.
 */
export function doneTwice(undisturbed: Counts, now: Counts): readonly string[] {
  const allowed = (name: string): number => Math.max(undisturbed[name] ?? 0, name.startsWith("S3 ") ? 1 : 0);
  return Object.entries(now)
    .filter(([name, count]) => count > allowed(name) && !OWN_OF_EACH_PROCESS.has(name))
    .map(([name, count]) => `${name}: ${count} times instead of ${allowed(name)}`);
}
