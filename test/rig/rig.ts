/**
 * A foundation's worth of real parts on one machine: etcd, MinIO, a cell and a gateway with sshd, the router,
 * registrator and the broker. Each rig has a separate docker network; its gateway address is the address of everything
 * on it, so two rigs never meet and nothing listens anywhere else.
 */
import { randomBytes } from "node:crypto";
import { access, mkdir } from "node:fs/promises";
import { RigBroker } from "./foundation/broker.ts";
import { builtProgram, images } from "./cache.ts";
import { docker, tryDocker } from "./docker.ts";
import { EtcdServer } from "./foundation/etcd.ts";
import { Ledger } from "./ledger.ts";
import { ObjectStore } from "./object-store.ts";
import { Registrator } from "./foundation/registrator.ts";
import { Router } from "./foundation/router.ts";
import { type Cell, type Gateway, startCell, startGateway } from "./ssh-hosts.ts";
import type { S3Credentials } from "./sts.ts";

export interface RigOptions {
  /** Ephemeral keys are good only from the gateway. */
  readonly gatewayOnly?: boolean;
  readonly bucket?: string;
}

export interface Rig {
  readonly id: string;
  /** The cell's and the router's address, and that of etcd and the object store. */
  readonly address: string;
  /** Scratch folder with the servers' logs. */
  readonly directory: string;
  /** /var/vcap/store, on this machine and in the cell. */
  readonly store: string;
  readonly etcd: EtcdServer;
  readonly objects: ObjectStore;
  readonly cell: Cell;
  readonly gateway: Gateway;
  readonly router: Router;
  readonly broker: RigBroker;
  /** S3 credentials that get a 403 for each write below this prefix. */
  restrictedCredentials(sourcePrefix: string): Promise<S3Credentials>;
  /** Removes all that this rig made, and nothing else. */
  stop(): Promise<void>;
}

const store = "/var/vcap/store";

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  await installed();
  await Ledger.sweep();
  const id = randomBytes(3).toString("hex");
  const ledger = await Ledger.open(id);
  const label = `dingo-recover-rig=${id}`;
  const network = `rig-${id}`;
  try {
    await mkdir(store, { recursive: true });
    await ledger.network(network);
    await docker(["network", "create", "--label", label, network]);
    const address = await docker(["network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", network]);
    const gateway = await startGateway(ledger, network);
    const [etcd, objects, cell] = await Promise.all([
      EtcdServer.start(ledger, address),
      ObjectStore.start(ledger, address, options.bucket ?? "our-postgresql-backups"),
      startCell(ledger, address, store, options.gatewayOnly === true ? gateway.host : undefined),
    ]);
    const router = await Router.start(ledger, etcd, address);
    const registrator = await Registrator.start(etcd, address, label);
    const broker = new RigBroker(ledger, etcd, objects, { address, network, label, store, router });
    return {
      id,
      address,
      directory: ledger.directory,
      store,
      etcd,
      objects,
      cell,
      gateway,
      router,
      broker,
      restrictedCredentials: (prefix) => objects.restrictedCredentials(prefix),
      stop: async () => {
        await router.stop();
        await registrator.stop();
        await objects.close();
        await ledger.removeAll();
      },
    };
  } catch (error) {
    await ledger.removeAll();
    throw error;
  }
}

async function installed(): Promise<void> {
  const remedy = "run test/rig/install.sh first (as root)";
  await access(builtProgram("minio")).catch(() => {
    throw new Error(`the rig's programs are not built: ${remedy}`);
  });
  for (const image of Object.values(images)) {
    const found = await tryDocker(["image", "inspect", "-f", "{{.Id}}", image]);
    if (found.code !== 0) throw new Error(`no image ${image}, or no docker daemon: ${remedy}\n${found.stderr}`);
  }
}
