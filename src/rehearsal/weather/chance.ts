/** Bad weather drawn from a seed: `--fault random`. */
import { AFTER, type Blow, type Kind, KINDS, type System } from "./blow.js";

/** About as many calls of each system as a whole recovery makes; the systems that every one of them calls. */
const CALLS: Readonly<Record<Exclude<System, "log-store">, number>> = {
  cf: 130,
  uaa: 8,
  director: 40,
  s3: 250,
  gateway: 8,
  ssh: 150,
  etcd: 15,
  patroni: 15,
  broker: 12,
};
const CALLED = Object.keys(CALLS) as (keyof typeof CALLS)[];
const MOST = 4;

export function randomBlows(seed: number): readonly Blow[] {
  const draw = drawer(seed);
  const one = (): Blow => {
    const system = CALLED[draw(CALLED.length)] ?? "cf";
    const kind = KINDS_DRAWN[draw(KINDS_DRAWN.length)] ?? "reset";
    const first = 1 + draw(CALLS[system]);
    return { system, operation: "*", first, last: first, kind, after: AFTER.includes(kind) && draw(2) === 1 };
  };
  return Array.from({ length: 1 + draw(MOST) }, one);
}

const KINDS_DRAWN = Object.keys(KINDS) as Kind[];

/** Mulberry32: whole numbers below a bound, the same for the same seed. */
function drawer(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
