/**
 * The service broker's part, by the keys and commands that the real one leaves behind: state with random credentials,
 * a port of the router, containers on the cell. It talks to etcd and docker only; a Cloud Controller stands in front.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Release } from "../../container-lines/phases.ts";
import { CLUSTERDATA, clusterdataKey } from "../../../src/rehearsal/world/clone.ts";
import { images } from "../cache.ts";
import { docker, tryDocker } from "../docker.ts";
import type { EtcdServer } from "./etcd.ts";
import type { Ledger } from "../ledger.ts";
import type { ObjectStore } from "../object-store.ts";
import { logIn, PostgresNode } from "../postgres-node.ts";
import type { Router } from "./router.ts";
import { freePort } from "../server.ts";
import { variablesOf } from "../sts.ts";
import { until } from "../until.ts";

export interface ProvisionRequest {
  readonly nodeCount?: number;
  readonly serviceId?: string;
  readonly planId?: string;
  readonly organizationGuid?: string;
  readonly spaceGuid?: string;
  /** Containers that do not hear SIGTERM, as the images up to 0.8.0: each stop runs into the ten seconds. */
  readonly slowStop?: boolean;
  /** Containers of an image that nobody has seen: the tool knows none of their words. */
  readonly unknownWords?: boolean;
  /** The release whose image the containers play. Default: the newest. */
  readonly release?: Release;
  /** Name of the instance whose archive and accounts it takes over, as brokers from 0.10.0 on do it. */
  readonly cloneFrom?: string;
  /** Awaited between two nodes: the next one joins only then. */
  readonly between?: (node: PostgresNode) => Promise<void>;
}

export interface Account {
  readonly username: string;
  readonly password: string;
}

export interface Binding {
  readonly host: string;
  readonly hostname: string;
  readonly port: number;
  readonly name: string;
  readonly username: string;
  readonly password: string;
  readonly uri: string;
  readonly superuser_username: string;
  readonly superuser_password: string;
  readonly superuser_uri: string;
}

export interface Instance {
  readonly guid: string;
  readonly nodes: readonly PostgresNode[];
  readonly allocatedPort: number;
  readonly admin: Account;
  readonly superuser: Account;
  readonly app: Account;
  /** Keys of its archive begin with this: "backups/GUID/wal". */
  readonly archive: string;
}

/** How a deletion goes on the cell. The broker forgets the instance in each case. */
export type Deletion =
  /** `docker stop`, with all the time that it takes: by the trap the last segment reaches the archive. */
  | "clean"
  /** SIGKILL after ten seconds, as for every image up to 0.8.0: nothing more is archived. */
  | "kill"
  /** The cell did not answer: container and directory stay, and the container goes on archiving. */
  | "left-alive"
  /** It was dead already, so that no node advertised itself: the broker sees none, and removes none. */
  | "left-dead"
  /** The container is gone, its directory is not. */
  | "directory-left";

export interface BrokerCall {
  readonly time: string;
  readonly verb: "provision" | "bind" | "unbind" | "deprovision";
  readonly guid: string;
}

export interface Broker {
  /** Resolves when the instance can be used: its master answers and its app can log in through the router. */
  provision(guid: string, request?: ProvisionRequest): Promise<Instance>;
  /**
   * The credentials in the broker's state, whether or not the database agrees: the real broker changes nothing in the
   * database.
   */
  bind(guid: string): Promise<Binding>;
  unbind(guid: string): Promise<void>;
  deprovision(guid: string, how?: Deletion): Promise<void>;
  readonly calls: readonly BrokerCall[];
}

interface State {
  readonly instance_id: string;
  readonly service_id: string;
  readonly plan_id: string;
  readonly organization_guid: string;
  readonly space_guid: string;
  readonly service_instance_name: string;
  readonly admin_credentials: Account;
  readonly superuser_credentials: Account;
  readonly app_credentials: Account;
  readonly allocated_port: number;
  readonly nodes: readonly {
    readonly node_id: string;
    readonly cell_guid: string;
    readonly plan_id: string;
    readonly service_id: string;
  }[];
}

type Accounts = Pick<State, "admin_credentials" | "superuser_credentials" | "app_credentials">;

interface BrokerWorld {
  readonly address: string;
  readonly network: string;
  readonly label: string;
  /** Folder of the containers' data on the cell. */
  readonly store: string;
  readonly router: Router;
}

/** A cell gives ten: on a busy machine, an end that is meant to be clean would become a kill at times. */
const PATIENT_STOP_SECONDS = 120;

export class RigBroker implements Broker {
  private readonly log: BrokerCall[] = [];
  private readonly instances = new Map<string, Instance>();

  private readonly ledger: Ledger;
  private readonly etcd: EtcdServer;
  private readonly objects: ObjectStore;
  private readonly world: BrokerWorld;

  constructor(ledger: Ledger, etcd: EtcdServer, objects: ObjectStore, world: BrokerWorld) {
    this.ledger = ledger;
    this.etcd = etcd;
    this.objects = objects;
    this.world = world;
  }

  get calls(): readonly BrokerCall[] {
    return this.log;
  }

  /** An instance that was provisioned here and not yet forgotten. */
  instance(guid: string): Instance {
    const found = this.instances.get(guid);
    if (found === undefined) throw new Error(`the broker does not know ${guid}`);
    return found;
  }

  async provision(guid: string, request: ProvisionRequest = {}): Promise<Instance> {
    this.note("provision", guid);
    if ((await this.etcd.get(`/service/${guid}/state`)) !== undefined) throw new Error(`${guid} exists already`);
    const count = request.nodeCount ?? 1;
    const { address } = this.world;
    const state: State = {
      instance_id: guid,
      service_id: request.serviceId ?? "beb5973c-e1b2-11e5-a736-c7c0b526363d",
      plan_id: request.planId ?? "b96d0936-e423-11e5-accb-93d374e93368",
      organization_guid: request.organizationGuid ?? randomUUID(),
      space_guid: request.spaceGuid ?? randomUUID(),
      service_instance_name: "",
      admin_credentials: { username: "pgadmin", password: password() },
      superuser_credentials: { username: "postgres", password: password() },
      app_credentials: { username: "appuser", password: password() },
      allocated_port: await freePort(address),
      nodes: [],
    };
    const nodeIds = Array.from({ length: count }, () => randomUUID());
    const withNodes: State = {
      ...state,
      ...(request.cloneFrom === undefined ? {} : await this.#cloned(state, request.cloneFrom)),
      nodes: nodeIds.map((node_id) => ({
        node_id,
        cell_guid: address,
        plan_id: state.plan_id,
        service_id: state.service_id,
      })),
    };
    await this.etcd.put(`/service/${guid}/state`, JSON.stringify(withNodes));
    const nodes: PostgresNode[] = [];
    for (const nodeId of nodeIds) {
      for (const earlier of nodes.slice(-1)) await request.between?.(earlier);
      const node = await this.runContainer(withNodes, nodeId, request);
      nodes.push(node);
      // The next member joins a leader; two at once would race for the same new cluster.
      await until(`${node.container} to run`, 400_000, async () => (await node.patroni())?.state === "running");
    }
    const instance: Instance = {
      guid,
      nodes,
      allocatedPort: state.allocated_port,
      admin: withNodes.admin_credentials,
      superuser: withNodes.superuser_credentials,
      app: withNodes.app_credentials,
      archive: `backups/${guid}/wal`,
    };
    this.instances.set(guid, instance);
    await this.etcd.put(`/routing/allocation/${guid}`, String(state.allocated_port));
    // The role "master" can come before the roles have their passwords: only a log-in shows that all is there.
    const login = { host: address, port: state.allocated_port, ...instance.app };
    await until(`a log-in to ${guid} through the router`, 400_000, async () => {
      const result = await logIn(login);
      if (!result.ok) throw new Error(`${result.message}\n${this.world.router.state()}`);
      return true;
    });
    return instance;
  }

  /** Keeps a record of the instance that outlives it: clone-from goes by these. */
  async keepRecord(guid: string, name: string): Promise<void> {
    const state = JSON.parse((await this.etcd.get(`/service/${guid}/state`)) ?? "") as State;
    const record = JSON.stringify({ ...state, service_instance_name: name } satisfies State);
    await this.objects.put(clusterdataKey(guid), new TextEncoder().encode(record));
  }

  /** Copies the archive before any container is there, and checks nothing. */
  async #cloned({ instance_id: guid, space_guid: space }: State, name: string): Promise<Accounts> {
    const keys = (await this.objects.list(CLUSTERDATA)).map(({ key }) => key);
    const records = await Promise.all(keys.map(async (key) => JSON.parse(await this.objects.read(key)) as State));
    const old = records.find((each) => each.service_instance_name === name && each.space_guid === space);
    if (old === undefined) throw new Error(`there is no service instance "${name}" to clone from`);
    for (const { key } of await this.objects.list(`backups/${old.instance_id}/wal/`))
      await this.objects.copy(key, key.replace(old.instance_id, guid));
    const { admin_credentials, superuser_credentials, app_credentials } = old;
    return { admin_credentials, superuser_credentials, app_credentials };
  }

  private async runContainer(state: State, nodeId: string, request: ProvisionRequest): Promise<PostgresNode> {
    const { address, network, label, store } = this.world;
    const container = `cf-${nodeId}`;
    const home = join(store, "cf-containers-broker", container);
    const database = `${address}:${await freePort(address)}`;
    const api = `${address}:${await freePort(address)}`;
    const account = (name: string, { username, password: secret }: Account): Record<string, string> => ({
      [`${name}_USERNAME`]: username,
      [`${name}_PASSWORD`]: secret,
    });
    const env: Readonly<Record<string, string>> = {
      NAME: container,
      DOCKER_HOSTNAME: address,
      CELL_GUID: address,
      PATRONI_SCOPE: state.instance_id,
      NODE_ID: nodeId,
      ETCD_HOST_PORT: this.etcd.hostPort,
      ...account("ADMIN", state.admin_credentials),
      ...account("SUPERUSER", state.superuser_credentials),
      ...account("APPUSER", state.app_credentials),
      WAL_S3_BUCKET: this.objects.bucket,
      ...variablesOf(this.objects.credentials),
      // Not AWS_REGION: the container would turn that into an endpoint of AWS.
      AWS_DEFAULT_REGION: this.objects.region,
      WALE_S3_ENDPOINT: `http+path://${this.objects.hostPort}`,
      AWS_ENDPOINT_URL: this.objects.endpoint,
      ...(request.slowStop === true ? { RIG_NO_TRAP: "1" } : {}),
      ...(request.unknownWords === true ? { RIG_UNKNOWN_WORDS: "1" } : {}),
      ...(request.release === undefined ? {} : { RIG_IMAGE: request.release }),
    };
    await this.ledger.hostDirectory(home);
    await this.ledger.container(container);
    await docker([
      ...["run", "--detach", "--name", container, "--restart", "always", "--network", network],
      ...["--label", label, "--label", `instance_id=${nodeId}`, "--label", `plan_id=${state.plan_id}`],
      ...["--volume", `${home}/data:/data`, "--publish", `${database}:5432`, "--publish", `${api}:8008`],
      ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
      images.postgresql,
    ]);
    return new PostgresNode(nodeId, container, database, api, join(home, "data"));
  }

  async bind(guid: string): Promise<Binding> {
    this.note("bind", guid);
    const value = await this.etcd.get(`/service/${guid}/state`);
    if (value === undefined) throw new Error(`Service instance ${guid} doesn't exist`);
    const state = JSON.parse(value) as State;
    const host = this.world.address;
    const port = state.allocated_port;
    const uri = ({ username, password: secret }: Account): string =>
      `postgres://${username}:${secret}@${host}:${port}/postgres`;
    return {
      host,
      hostname: host,
      port,
      name: "postgres",
      ...state.app_credentials,
      uri: uri(state.app_credentials),
      superuser_username: state.superuser_credentials.username,
      superuser_password: state.superuser_credentials.password,
      superuser_uri: uri(state.superuser_credentials),
    };
  }

  async unbind(guid: string): Promise<void> {
    // Every binding shares the instance's passwords: nothing is taken back.
    this.note("unbind", guid);
  }

  async deprovision(guid: string, how: Deletion = "clean"): Promise<void> {
    this.note("deprovision", guid);
    const { nodes } = this.instance(guid);
    if (how === "left-dead") for (const node of nodes) await node.kill();
    if (how !== "left-alive" && how !== "left-dead") {
      for (const node of nodes) {
        if (how === "kill") await node.kill();
        else await node.stop(PATIENT_STOP_SECONDS);
        await tryDocker(["rm", "--force", "--volumes", node.container]);
        if (how !== "directory-left") {
          await rm(join(this.world.store, "cf-containers-broker", node.container), { recursive: true, force: true });
        }
      }
    }
    await this.etcd.remove(`/service/${guid}`);
    await this.etcd.remove(`/routing/allocation/${guid}`);
    this.instances.delete(guid);
  }

  private note(verb: BrokerCall["verb"], guid: string): void {
    this.log.push({ time: new Date().toISOString(), verb, guid });
  }
}

/**
 * 16 characters, none of them "=": the containers cut values there. The first is a letter: a password of digits alone
 * is a number in Patroni's YAML, and Patroni 0.90 then writes SQL that PostgreSQL refuses.
 */
function password(): string {
  return `p${randomBytes(8).toString("hex").slice(1)}`;
}
