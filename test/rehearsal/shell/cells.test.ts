import { archived } from "../../../src/rehearsal/box-archive.ts";
import { createCells } from "../../../src/foundation/adapters/cells/cells.ts";
import { directDialer, loopbackDialer } from "../../../src/kit/network/dialer.ts";
import { createGateway } from "../../../src/kit/ssh/gateway.ts";
import type { BoshInstance, Director } from "../../../src/ports/director.ts";
import { SavedWorld } from "../../../src/rehearsal/box/world-host.ts";
import { makeKeyPair } from "../../../src/rehearsal/ssh/keys.ts";
import { serveSsh } from "../../../src/rehearsal/ssh/server.ts";
import { loginsOf } from "../../../src/rehearsal/world/service-keys.ts";
import type { Site } from "../../../src/rehearsal/world/world.ts";
import { Secrets } from "../../../src/kit/secrets/secrets.ts";
import { cellsContract } from "../../contract/cells.ts";
import { ResourceLog } from "../../contract/resource-log.ts";
import { NEW, Scene } from "../world/scene.ts";

const TEXT = "s3://bucket/backups/a's GUID/wal/";

const HOUR = 3_600_000;

cellsContract("the box's by ssh2", { anyProgram: false }, async () => {
  const scene = Scene.deleted();
  const { world } = scene;
  const { cell, container } = scene.node();
  const work = "/var/vcap/store/suite";
  const database = scene.database;
  if (database === undefined) throw new Error("NEW has no database");
  database.tables.letters = {
    owner: "postgres",
    columns: ["id", "letter"],
    rows: [1, 2].map((id) => ({ at: world.now, values: { id, letter: "ab".charAt(id - 1) } })),
  };
  const entry = { owner: "0", group: "0", mode: "755" };
  cell.files[work] = { ...entry, kind: "directory" };
  cell.files["/var/vcap/store/file"] = { ...entry, kind: "file", text: TEXT };
  const host = new SavedWorld(world, { realMs: Date.now(), epochMs: world.now, rate: 60 }, () => undefined);
  const keys = Object.fromEntries(world.cells.map(({ ip }) => [ip, makeKeyPair(ip)]));
  const jumper = makeKeyPair("operator");
  const gatewayKey = makeKeyPair("gateway");
  const servers = await serveSsh({
    host,
    gateway: { user: "jumpbox", hostKey: gatewayKey, authorized: [jumper.publicKey] },
    cellKeys: keys,
    behind: {},
  });
  const secrets = new Secrets();
  const recorder = new ResourceLog();
  const gateway = createGateway(
    {
      host: "127.0.0.1",
      port: servers.port,
      user: "jumpbox",
      privateKey: jumper.privateKey,
      hostKey: gatewayKey.publicKey,
      knownHostsFiles: [],
    },
    loopbackDialer(directDialer()),
    secrets,
  );
  const director = agentOnly(host, (ip) => keys[ip]?.publicKey ?? "");
  const cells = createCells({ director, dialer: loopbackDialer(), gateway, recorder, secrets, knownHostsFiles: [] });
  const now = (): Site => ({
    world: host.world(),
    cell: host.world().cells.find((each) => each.ip === cell.ip) ?? cell,
    container: host.world().cells.find((each) => each.ip === cell.ip)?.containers[container.name] ?? container,
  });
  const [port, api] = container.ports;
  const { app } = loginsOf(container);
  return {
    cells,
    instance: instanceOf(world.deployment, cell),
    recorder,
    secrets,
    users: () => Promise.resolve(Object.keys(now().cell.users)),
    database: {
      container: container.name,
      env: { PATRONI_SCOPE: NEW, NAME: container.name, ETCD_HOST_PORT: world.network.etcd },
      secret: { name: "SUPERUSER_PASSWORD", value: loginsOf(container).superuser.password },
      dataDirectory: container.dataDirectory,
      login: {
        host: port?.hostIp ?? "",
        port: port?.host ?? 0,
        user: app.username,
        password: app.password,
        database: "postgres",
      },
      query: { sql: "SELECT schemaname, tablename FROM pg_tables;", rows: [["public", "letters"]] },
      brokenSql: "SELECT nothing FROM nowhere;",
      archive: Buffer.from(
        archived(
          "CREATE TABLE public.brought_along (\n    n integer\n);\nCOPY public.brought_along (n) FROM stdin;\n1\n2\n3\n\\.\n",
        ),
      ),
      logged: "scope: &scope",
      ready: async () => {
        await host.until(() => now().container.process.role === "master", HOUR);
      },
    },
    etcd: { hostPort: world.network.etcd, nothing: "10.58.111.99:4001", directory: "/suite" },
    files: { directory: work, file: "/var/vcap/store/file", text: TEXT },
    json: { url: `http://${api?.hostIp}:${api?.host}/patroni`, key: "state" },
    stop: async () => {
      await cells.close();
      await gateway.close();
      await servers.close();
    },
  };
});

function instanceOf(deployment: string, cell: Site["cell"]): BoshInstance {
  const { group, id, index, ip, agentId } = cell;
  return { deployment, group, id, index, ips: [ip], agentId, jobState: "running", processes: ["docker"] };
}

/** A director as far as the cells need one: users, by the agent of the machine. */
function agentOnly(host: SavedWorld, hostKey: (ip: string) => string): Director {
  const refuse = () => Promise.reject(new Error("not part of this suite"));
  return {
    info: refuse,
    deployments: refuse,
    instances: refuse,
    locks: refuse,
    runningTasks: refuse,
    setupSsh: ({ ips: [ip = ""] }, user, publicKey) => {
      host.apply({ is: "ssh-user", cell: ip, user, publicKey });
      return Promise.resolve({ address: ip, user, hostPublicKey: hostKey(ip) });
    },
    cleanupSsh: ({ ips: [ip = ""] }, user) => {
      host.apply({ is: "no-ssh-user", cell: ip, user });
      return Promise.resolve();
    },
  };
}
