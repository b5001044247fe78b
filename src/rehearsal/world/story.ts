/**
 * The story before the operator was paged, told with the same events that a rehearsal uses: an instance is made, an
 * application writes, somebody deletes it. Nothing is put into the world by hand, so that the world is a possible one.
 */
import { advance } from "./advance.ts";
import { apply, type WorldEvent } from "./apply.ts";
import { ERAS } from "./eras.ts";
import type { Row } from "./database/database.ts";
import type { World } from "./world.ts";

export interface InstanceIdentity {
  readonly guid: string;
  readonly spaceGuid: string;
  readonly orgGuid: string;
  /** Default: one. */
  readonly nodes?: number;
}

const MINUTE = 60_000;

/** Lets one event happen `ms` after the world's own time. */
export function happen(world: World, ms: number, event: WorldEvent): World {
  return apply(world, event, world.now + ms).world;
}

export const pass = (world: World, ms: number): World => advance(world, world.now + ms);

export function createInstance(world: World, identity: InstanceIdentity): World {
  const request = {
    instanceGuid: identity.guid,
    planId: ERAS[world.era].planIdOfBroker,
    spaceGuid: identity.spaceGuid,
    orgGuid: identity.orgGuid,
    parameters: { "node-count": identity.nodes ?? 1 },
  };
  return pass(happen(world, 0, { is: "provision", request }), MINUTE);
}

export interface Orders {
  readonly scope: string;
  readonly owner: string;
  /** Batches of rows, each of which ends with its segment. */
  readonly batches: number;
  readonly perBatch: number;
  /** Rows in the segment that is open at the end. */
  readonly open: number;
  /** Milliseconds between batches. */
  readonly every: number;
}

/** An application keeps a table of orders. */
export function writeOrders(world: World, orders: Orders): World {
  const { scope, owner } = orders;
  const columns = ["id", "item", "created_at"];
  let now = happen(world, 1_000, {
    is: "write",
    scope,
    change: { is: "table", at: world.now + 1_000, name: "orders", owner, columns },
    thenSwitch: false,
  });
  let id = 0;
  const rows = (count: number, at: number): Row[] =>
    Array.from({ length: count }, () => {
      id += 1;
      return { at, values: { id, item: `item-${id}`, created_at: new Date(at).toISOString() } };
    });
  const write = (count: number, thenSwitch: boolean): WorldEvent => {
    const at = now.now + orders.every;
    return { is: "write", scope, change: { is: "rows", at, table: "orders", rows: rows(count, at) }, thenSwitch };
  };
  for (let batch = 0; batch < orders.batches; batch += 1) now = happen(now, orders.every, write(orders.perBatch, true));
  return orders.open === 0 ? now : happen(now, orders.every, write(orders.open, false));
}

/** The delete of the broker, to its end. */
export function deleteInstance(world: World, guid: string, pause = MINUTE): World {
  return pass(happen(world, pause, { is: "deprovision", guid }), MINUTE);
}
