/**
 * The Dingo broker and its cell brokers: create, delete and bind as the releases of an era do them
 * (dingo.md §1.5, §1.10, §2.2, §3.6, §3.9, §4).
 */
import { after } from "./agenda.ts";
import { brokerSays, dumpsNode } from "./broker-log.ts";
import type { BrokerInstance, BrokerNode } from "./broker-state.ts";
import { drawGuid, drawPassword } from "./chance.ts";
import { cloneFrom } from "./clone.ts";
import { databaseOf, placeDatabase } from "./data-directory.ts";
import { makeNode, removeNode } from "./cell-broker.ts";
import { stopContainer } from "./docker.ts";
import { ERAS, FIXED_ROLES } from "./eras.ts";
import { dropKey, putKey, readKey, serviceKey } from "./service-keys.ts";
import type { Login, Logins } from "./broker-state.ts";
import { type Cell, cellAt, note, type World } from "./world.ts";

const GRACE = 10;
const POLL = 1_000;
const GIVES_UP = { a: 120_000, f: 300_000 } as const;

export interface ProvisionRequest {
  readonly instanceGuid: string;
  /** The plan's id in the broker's catalogue. */
  readonly planId: string;
  readonly spaceGuid: string;
  readonly orgGuid: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Begins a create; repeating it for the same GUID changes nothing. */
export function provision(world: World, request: ProvisionRequest): void {
  const guid = request.instanceGuid;
  if (world.broker.instances[guid] !== undefined) return;
  note(world, { system: "broker", what: "provision", subject: guid });
  const instance: BrokerInstance = {
    guid,
    planId: request.planId,
    orgGuid: request.orgGuid,
    spaceGuid: request.spaceGuid,
    nodes: [],
    port: world.broker.nextPort++,
    logins: drawLogins(world),
    operation: "create",
    state: "in progress",
    description: "Preparing...",
    deadline: world.now + GIVES_UP[world.era],
    bindings: [],
  };
  world.broker.instances[guid] = instance;
  const { "clone-from": source } = request.parameters;
  if (typeof source === "string" && world.era === "f") {
    const logins = cloneFrom(world, instance, source);
    if (logins === undefined) return refuseClone(instance, source);
    instance.logins = logins;
  }
  const wanted = request.parameters["node-count"];
  const count = typeof wanted === "number" ? wanted : ERAS[world.era].defaultNodes;
  announceCreate(world, instance, count);
  const cells = placesIn(request.parameters["cells"]);
  for (let made = 0; made < count; made += 1) addNode(world, instance, cells);
  saveState(world, instance);
  after(world, POLL, { kind: "broker", guid, step: "await-create" });
}

function refuseClone(instance: BrokerInstance, source: string): void {
  instance.state = "failed";
  instance.description = `no service instance "${source}" to clone from`;
}

/** `cells` limits the placement (dingo.md §6); the first releases do not look at it. */
const placesIn = (cells: unknown): readonly string[] => (Array.isArray(cells) ? cells.map(String) : []);

function drawLogins(world: World): Logins {
  if (!ERAS[world.era].randomPasswords) return FIXED_ROLES;
  return {
    admin: { username: "pgadmin", password: drawPassword(world, "admin") },
    superuser: { username: "postgres", password: drawPassword(world, "superuser") },
    app: { username: "appuser", password: drawPassword(world, "app") },
  };
}

function announceCreate(world: World, instance: BrokerInstance, count: number): void {
  const steps = Array.from({ length: count }, () => "AddNode");
  const data = { "instance-id": instance.guid, session: String(world.broker.nextSession++) };
  if (world.era === "f") {
    brokerSays(world, "provision.start", data);
    brokerSays(world, "scheduler.run-cluster", {
      "instance-id": instance.guid,
      plan: {},
      steps,
      "steps-count": count,
    });
    return;
  }
  const sizes = { "current-node-count": 0, "current-node-size": 0, "new-node-count": count, "new-node-size": 20 };
  brokerSays(world, "cluster.request", { ...sizes, ...data, steps });
  brokerSays(world, "cluster.request.perform", data);
}

function addNode(world: World, instance: BrokerInstance, cells: readonly string[] = []): void {
  const node: BrokerNode = { nodeId: drawGuid(world, "node"), cell: emptiestCell(world, instance, cells).ip };
  instance.nodes.push(node);
  const data = { "instance-id": instance.guid };
  if (world.era === "a") {
    brokerSays(world, "cluster.add-node.perform", { ...data, "node-uuid": node.nodeId, session: "2" });
    dumpsNode(world, instance, node.nodeId);
    putKey(world, `/serviceinstances/${instance.guid}/nodes/${node.nodeId}/backend`, node.cell);
  } else {
    brokerSays(world, "add-node.perform", data);
    const selected = { az: "z1", guid: node.cell, uri: `http://${node.cell}` };
    brokerSays(world, "add-node.perform.sorted-cells.selected", selected);
    brokerSays(world, "add-node.perform.wait-til-exists", { member: node.nodeId });
    brokerSays(world, "cluster-data.member-data.waiting", { ...data, member: node.nodeId });
  }
  makeNode(world, instance, node);
}

/** A cell without a node of this instance first, then the one with the fewest containers. */
function emptiestCell(world: World, instance: BrokerInstance, cells: readonly string[]): Cell {
  const load = (cell: Cell) =>
    Object.keys(cell.containers).length + (instance.nodes.some((node) => node.cell === cell.ip) ? 1000 : 0);
  const allowed = world.cells.filter(({ ip }) => world.era === "a" || cells.length === 0 || cells.includes(ip));
  const [first] = [...allowed].sort((a, b) => load(a) - load(b));
  if (first === undefined) throw new Error("a foundation needs a cell");
  return first;
}

/** `/service/ID/state`, with all three passwords; the first releases have no such key. */
function saveState(world: World, instance: BrokerInstance): void {
  if (!ERAS[world.era].brokerStateInEtcd) return;
  const state = clusterState(world, instance);
  putKey(world, serviceKey(instance.guid, "state"), JSON.stringify(state));
  brokerSays(world, "state.save-cluster", { cluster: state });
}

export function clusterState(world: World, instance: BrokerInstance): Record<string, unknown> {
  const { superuser, app, admin } = instance.logins;
  const status = instance.state === "in progress" ? "in-progress" : "success";
  return {
    instance_id: instance.guid,
    service_id: ERAS[world.era].serviceIdOfBroker,
    plan_id: instance.planId,
    organization_guid: instance.orgGuid,
    space_guid: instance.spaceGuid,
    admin_credentials: admin,
    superuser_credentials: superuser,
    app_credentials: app,
    allocated_port: instance.port,
    info: { status, steps: instance.nodes.length, completed_steps: 0, last_message: instance.description },
    service_instance_name: "",
    nodes: instance.nodes.map((node) => ({
      node_id: node.nodeId,
      cell_guid: node.cell,
      state: "running",
      role: "master",
    })),
  };
}

export function brokerStep(world: World, guid: string, step: string): void {
  const instance = world.broker.instances[guid];
  if (instance === undefined) return;
  if (step === "await-create") awaitCreate(world, instance);
  if (step === "await-delete") awaitDelete(world, instance);
}

function awaitCreate(world: World, instance: BrokerInstance): void {
  if (instance.operation !== "create") return;
  const leads = readKey(world, serviceKey(instance.guid, "leader")) !== undefined;
  const running = instance.nodes.every((node) => {
    const member = readKey(world, serviceKey(instance.guid, `members/${node.nodeId.replaceAll(".", "_")}`));
    return member?.includes('"state":"running"') === true;
  });
  const earliest = instance.deadline - GIVES_UP[world.era] + (world.faults.slowCreates ?? 0);
  if (world.now < earliest || (!(leads && running) && world.now < instance.deadline)) {
    return after(world, POLL, { kind: "broker", guid: instance.guid, step: "await-create" });
  }
  if (leads && running && meddle(world, instance)) {
    return after(world, POLL, { kind: "broker", guid: instance.guid, step: "await-create" });
  }
  putKey(world, `/routing/allocation/${instance.guid}`, String(instance.port));
  putKey(world, "/routing/nextport", String(world.broker.nextPort));
  // The first releases report success even if no member runs.
  const failed = world.era === "f" && !(leads && running);
  instance.state = failed ? "failed" : "succeeded";
  instance.description = failed ? "Timed out waiting for nodes" : "Scheduling Completed";
  saveState(world, instance);
  announceReady(world, instance);
}

/** Somebody does something to the first node before the create has ended. */
function meddle(world: World, { nodes }: BrokerInstance): boolean {
  const deed = world.faults.onceItLeads;
  const node = nodes[0];
  if (deed === undefined || node === undefined) return false;
  delete world.faults.onceItLeads;
  after(world, 0, { kind: "deed", cell: node.cell, name: `cf-${node.nodeId}`, deed });
  return true;
}

function announceReady(world: World, instance: BrokerInstance): void {
  const data = { "instance-id": instance.guid };
  if (world.era === "f") {
    brokerSays(world, "assign-port-to-cluster", { clusterID: instance.guid, port: instance.port });
    brokerSays(world, "provision.async-complete", { ...data, session: "2" });
  } else {
    const port = { "allocated-port": String(instance.port), ...data, session: "2" };
    brokerSays(world, "cluster.provision.routing", port);
  }
}

/** `cf update-service` to fewer nodes (captured at 0.10.2): the same line as in a deletion, in another company. */
export function scaleIn(world: World, guid: string): void {
  const instance = world.broker.instances[guid];
  const node = instance?.nodes.pop();
  if (instance === undefined || node === undefined) return;
  note(world, { system: "broker", what: "scale-in", subject: guid });
  const data = { "instance-id": guid, session: String(world.broker.nextSession++) };
  brokerSays(world, "update.start", data);
  const features = { NodeCount: instance.nodes.length, CellGUIDs: null, CloneFromServiceName: "" };
  const steps = ["RemoveRandomNode", "WaitForAllMembers", "WaitForLeader"];
  const plan = { "instance-id": guid, features, steps, "steps-count": steps.length };
  brokerSays(world, "scheduler.run-cluster", plan);
  brokerSays(world, "remove-random-node.perform", { cell: node.cell, "instance-id": guid, "node-uuid": node.nodeId });
  removeNode(world, node);
  saveState(world, instance);
  brokerSays(world, "update.done", data);
}

/** Moves a node: a new one on another cell takes its data and its place (captured at 0.10.2, `move`). */
export function moveNode(world: World, guid: string, nodeId: string): void {
  const instance = world.broker.instances[guid];
  const old = instance?.nodes.find((each) => each.nodeId === nodeId);
  const from = old === undefined ? undefined : cellAt(world, old.cell)?.containers[`cf-${nodeId}`];
  if (instance === undefined || old === undefined || from === undefined) return;
  const data = { "instance-id": guid };
  brokerSays(world, "failover-from.perform", data);
  addNode(world, instance);
  const cell = cellAt(world, old.cell);
  const added = instance.nodes.at(-1);
  const to = added === undefined ? undefined : cellAt(world, added.cell);
  const next = to?.containers[`cf-${added?.nodeId ?? ""}`];
  const database = cell === undefined ? undefined : databaseOf({ cell, container: from });
  if (to === undefined || next === undefined || database === undefined) return;
  placeDatabase({ cell: to, container: next }, structuredClone(database));
  brokerSays(world, "remove-node.perform", { ...data, cell: old.cell, "node-uuid": nodeId });
  removeNode(world, old);
  instance.nodes.splice(instance.nodes.indexOf(old), 1);
  dropKey(world, serviceKey(guid, "leader"));
  dropKey(world, serviceKey(guid, `members/${nodeId}`));
  saveState(world, instance);
}

/** Begins a delete. Errors of a cell are swallowed: the broker says done although a container may live. */
export function deprovision(world: World, guid: string): void {
  const instance = world.broker.instances[guid];
  if (instance === undefined || instance.operation === "delete") return;
  note(world, { system: "broker", what: "deprovision", subject: guid });
  instance.operation = "delete";
  instance.state = "in progress";
  announceDelete(world, instance);
  for (const node of instance.nodes) {
    const cell = cellAt(world, node.cell);
    const container = cell?.containers[`cf-${node.nodeId}`];
    if (world.faults.deafCells === true || cell === undefined || container === undefined) continue;
    stopContainer({ world, cell, container }, GRACE);
  }
  after(world, POLL, { kind: "broker", guid, step: "await-delete" });
}

function announceDelete(world: World, instance: BrokerInstance): void {
  const data = { "instance-id": instance.guid, session: String(world.broker.nextSession++) };
  const steps = instance.nodes.length;
  if (world.era === "f") {
    brokerSays(world, "deprovision.start", data);
    brokerSays(world, "scheduler.stop-cluster", {
      "instance-id": instance.guid,
      plan: {},
      steps: instance.nodes.map(() => "RemoveRandomNode"),
      "steps-count": steps,
    });
    saveState(world, instance);
  } else {
    const sizes = { "current-node-count": steps, "current-node-size": 20, "new-node-count": 0, "new-node-size": 20 };
    brokerSays(world, "cluster.request", { ...sizes, ...data, steps: instance.nodes.map(() => "RemoveNode") });
    brokerSays(world, "cluster.request.perform", data);
  }
  for (const node of instance.nodes) {
    const words = world.era === "f" ? "remove-random-node.perform" : "cluster.remove-node.perform";
    const where = world.era === "f" ? { cell: node.cell } : { backend: node.cell, session: data.session };
    brokerSays(world, words, { ...where, "instance-id": instance.guid, "node-uuid": node.nodeId });
  }
}

function awaitDelete(world: World, instance: BrokerInstance): void {
  const guid = instance.guid;
  const stillUp = instance.nodes.some((node) => {
    const container = cellAt(world, node.cell)?.containers[`cf-${node.nodeId}`];
    return container?.status === "stopping";
  });
  if (stillUp) return after(world, POLL, { kind: "broker", guid, step: "await-delete" });
  if (world.faults.deafCells !== true) for (const node of instance.nodes) removeNode(world, node);
  delete world.broker.instances[guid];
  world.broker.deleted.push(guid);
  dropKey(world, `/routing/allocation/${guid}`);
  if (world.era === "a") return dropKey(world, `/serviceinstances/${guid}`, true);
  dropKey(world, `/service/${guid}`, true);
  brokerSays(world, "state.delete-cluster", {});
  brokerSays(world, "remove-cluster-assignment", { clusterID: guid });
  brokerSays(world, "deprovision.done", { "instance-id": guid, session: String(world.broker.nextSession - 1) });
}

/** A binding hands out the credentials in the broker's state; nothing is changed in the database (dingo.md §3.6). */
export function bind(world: World, guid: string, binding: string): void {
  const instance = world.broker.instances[guid];
  if (instance === undefined) throw new Error(`service instance ${guid} doesn't exist`);
  if (instance.bindings.includes(binding)) return;
  note(world, { system: "broker", what: "bind", subject: guid });
  instance.bindings.push(binding);
}

export function unbind(world: World, guid: string, binding: string): void {
  const bindings = world.broker.instances[guid]?.bindings ?? [];
  const at = bindings.indexOf(binding);
  if (at < 0) return;
  note(world, { system: "broker", what: "unbind", subject: guid });
  bindings.splice(at, 1);
}

export function credentials(world: World, guid: string): Record<string, string | number> {
  const instance = world.broker.instances[guid];
  if (instance === undefined) throw new Error(`service instance ${guid} doesn't exist`);
  const { superuser, app } = instance.logins;
  const host = world.network.routerHost;
  const address = `${host}:${instance.port}/postgres`;
  const uri = ({ username, password }: Login) => `postgres://${username}:${password}@${address}`;
  const jdbc = ({ username, password }: Login) => `jdbc:postgresql://${address}?user=${username}&password=${password}`;
  return {
    host,
    port: instance.port,
    username: app.username,
    password: app.password,
    uri: uri(app),
    superuser_username: superuser.username,
    superuser_password: superuser.password,
    superuser_uri: uri(superuser),
    ...(world.era === "a" ? { jdbcUrl: jdbc(app), superuser_jdbcUrl: jdbc(superuser) } : {}),
  };
}
