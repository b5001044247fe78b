/** The first value of a world: cells, a router, etcd, a bucket, nothing deployed to them yet. */
import { emptyBroker } from "./broker-state.ts";
import { drawGuid, drawPassword } from "./chance.ts";
import { makeVolume } from "./data-directory.ts";
import { ERAS } from "./eras.ts";
import { emptyEtcd } from "./etcd.ts";
import { emptyStore } from "./store-state.ts";
import type { Cell, Era, World } from "./world.ts";

const PARTITION = "partition-cac94a070a81fd8f3931";
const GIB = 1024 ** 3;
/** Two addresses where one begins with the other (dingo.md §1.7). */
const PLACES = [
  { ip: "10.58.111.15", group: `cell_z1-${PARTITION}`, index: 0, az: "z1" },
  { ip: "10.58.111.150", group: `cell_z1-${PARTITION}`, index: 1, az: "z1" },
  { ip: "10.58.112.20", group: `cell_z2-${PARTITION}`, index: 0, az: "z2" },
] as const;

export const BUCKET = "our-postgresql-backups";

export function foundation(era: Era, seed: number, now: number): World {
  const world: World = {
    version: 1,
    era,
    seed,
    now,
    drawn: 0,
    deployment: "dingo-postgresql-98b09c4b36af74181ee1",
    network: { routerHost: "10.58.111.10", etcd: "10.58.111.11:4001", bucket: BUCKET, region: "us-east-1" },
    cells: [],
    etcd: emptyEtcd(),
    store: emptyStore(BUCKET),
    broker: emptyBroker(ERAS[era].firstPort),
    agenda: [],
    syslog: [],
    record: [],
    strays: [],
    faults: { slowStops: 0 },
  };
  for (const place of PLACES) world.cells.push(emptyCell(world, place));
  const id = (label: string) => `AKIA${drawPassword(world, label).toUpperCase()}`;
  for (const holder of ["containers", "operator"]) {
    const secret = drawPassword(world, holder) + drawPassword(world, holder);
    world.store.keys.push({ id: id(holder), secret, denyWrites: [], holder });
  }
  return world;
}

function emptyCell(world: World, place: (typeof PLACES)[number]): Cell {
  const cell: Cell = {
    ...place,
    id: drawGuid(world, place.ip),
    agentId: drawGuid(world, "agent"),
    dockerVersion: world.era === "a" ? "1.10.2" : "1.11.0",
    freeBytes: 40 * GIB,
    files: {},
    containers: {},
    users: {},
    daemonLog: [],
  };
  makeVolume(cell, "/var/vcap/store/cf-containers-broker");
  return cell;
}

/** Nobody but the deleted instance's own containers ever wrote below its archive: the tool's key may not. */
export function protectArchive(world: World, scope: string): World {
  const prefix = `${world.network.bucket}/backups/${scope}/`;
  const keys = world.store.keys.map((key) =>
    key.holder === "operator" ? { ...key, denyWrites: [...key.denyWrites, prefix] } : key,
  );
  return { ...world, store: { ...world.store, keys } };
}
