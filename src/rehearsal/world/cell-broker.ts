/** The cell's own broker (cf-containers-broker): makes a container with its volume, and removes both. */
import type { BrokerInstance, BrokerNode } from "./broker-state.ts";
import { drawId } from "./chance.ts";
import { makeVolume, removeTree } from "./data-directory.ts";
import { startContainer } from "./docker.ts";
import { ERAS } from "./eras.ts";
import { plays } from "./lines/release.ts";
import { type Cell, cellAt, type Container, note, type PublishedPort, type World } from "./world.ts";

const VOLUMES = "/var/vcap/store/cf-containers-broker";

export function makeNode(world: World, instance: BrokerInstance, node: BrokerNode): void {
  const cell = cellAt(world, node.cell);
  if (cell === undefined) return;
  const name = `cf-${node.nodeId}`;
  const container: Container = {
    id: drawId(world, name),
    name,
    image: imageOf(world),
    createdAt: world.now,
    env: environment({ world, instance, node, cell }),
    labels: { instance_id: node.nodeId, plan_id: instance.planId },
    dataDirectory: `${VOLUMES}/${name}/data`,
    ports: publish(world, cell),
    status: "created",
    exitCode: 0,
    startedAt: 0,
    finishedAt: 0,
    restartCount: 0,
    restartPolicy: "always",
    life: 0,
    stoppedByHand: false,
    backOff: 50,
    tmp: {},
    process: {
      prepared: false,
      patroni: "absent",
      postgres: "stopped",
      role: "none",
      busy: false,
      backedUp: false,
    },
    told: {},
    logs: [],
  };
  cell.containers[name] = container;
  makeVolume(cell, container.dataDirectory);
  note(world, { system: "docker", what: "create", subject: name });
  startContainer({ world, cell, container });
}

interface Placement {
  readonly world: World;
  readonly instance: BrokerInstance;
  readonly node: BrokerNode;
  readonly cell: Cell;
}

/** The first releases name the cell by its BOSH host name, the last ones by its address (dingo.md §2.5). */
function environment({ world, instance, node, cell }: Placement): Record<string, string> {
  const key = world.store.keys.find((each) => each.holder === "containers");
  const common = {
    NAME: `cf-${node.nodeId}`,
    PATRONI_SCOPE: instance.guid,
    ETCD_HOST_PORT: world.network.etcd,
    ...(world.faults.withoutArchive === true ? {} : { WAL_S3_BUCKET: world.network.bucket }),
    ...(world.network.gpgKey === undefined ? {} : { WALE_GPG_KEY_ID: world.network.gpgKey }),
    AWS_ACCESS_KEY_ID: key?.id ?? "",
    AWS_SECRET_ACCESS_KEY: key?.secret ?? "",
  };
  if (world.era === "a") {
    const host = `${cell.index}.${cell.group}.dingo-postgresql.${world.deployment}.bosh`;
    const endpoint = `https+path://s3-${world.network.region}.amazonaws.com`;
    return { ...common, DOCKER_HOSTNAME: host, NODE_GUID: cell.ip, NODE_NAME: node.nodeId, WALE_S3_ENDPOINT: endpoint };
  }
  const { superuser, app, admin } = instance.logins;
  return {
    ...common,
    DOCKER_HOSTNAME: cell.ip,
    CELL_GUID: cell.ip,
    NODE_ID: node.nodeId,
    ...regionOf(world),
    ADMIN_USERNAME: admin.username,
    ADMIN_PASSWORD: admin.password,
    SUPERUSER_USERNAME: superuser.username,
    SUPERUSER_PASSWORD: superuser.password,
    APPUSER_USERNAME: app.username,
    APPUSER_PASSWORD: app.password,
  };
}

/** Plans said an endpoint until the images learnt to make one of the region (dingo.md §3.2). */
function regionOf(world: World): Record<string, string> {
  const { region } = world.network;
  return plays({ image: imageOf(world) }, "0.10.0")
    ? { AWS_REGION: region }
    : { WALE_S3_ENDPOINT: `https+path://s3-${region}.amazonaws.com` };
}

const imageOf = (world: World): string => world.image ?? ERAS[world.era].image;

function publish(world: World, cell: Cell): PublishedPort[] {
  const host = world.broker.nextHostPort++;
  const database = { container: 5432, hostIp: cell.ip, host };
  // In the first releases Patroni's API is on the container's loopback only.
  return world.era === "a" ? [database] : [database, { container: 8008, hostIp: cell.ip, host: host + 10_000 }];
}

export function removeNode(world: World, node: BrokerNode): void {
  const cell = cellAt(world, node.cell);
  const name = `cf-${node.nodeId}`;
  if (cell?.containers[name] === undefined) return;
  delete cell.containers[name];
  removeTree(cell, `${VOLUMES}/${name}`);
  note(world, { system: "docker", what: "destroy", subject: name });
}
