/** The contract of cells on real parts: sshd behind a real gateway, sudo, Docker, etcd, PostgreSQL 9.6. */
import { randomBytes, randomUUID } from "node:crypto";
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createCells } from "../../../../src/foundation/adapters/cells/cells.ts";
import { directDialer } from "../../../../src/kit/network/dialer.ts";
import { createGateway } from "../../../../src/kit/ssh/gateway.ts";
import type { BoshInstance } from "../../../../src/ports/director.ts";
import { Secrets } from "../../../../src/kit/secrets/secrets.ts";
import { type CellsWorld, cellsContract } from "../../../contract/cells.ts";
import { ResourceLog } from "../../../contract/resource-log.ts";
import { images } from "../../../rig/cache.ts";
import { docker, tryDocker } from "../../../rig/docker.ts";
import { EtcdServer } from "../../../rig/foundation/etcd.ts";
import { Ledger } from "../../../rig/ledger.ts";
import { freePort } from "../../../rig/server.ts";
import { startCell, startGateway } from "../../../rig/ssh-hosts.ts";
import { until } from "../../../rig/until.ts";
import { AgentDirector } from "./agent-director.ts";

const STORE = "/var/vcap/store";
const POSTGRES_ID = 2016;

/** Starts PostgreSQL as the broker's container would, without Patroni around it. */
const START = `
set -e
if [ ! -d /data/postgres0/global ]; then
  initdb -D /data/postgres0 -U postgres -A trust
  printf 'local all all trust\\nhost all all all md5\\n' > /data/postgres0/pg_hba.conf
fi
exec postgres -D /data/postgres0 -c listen_addresses='*' -c unix_socket_directories=/var/run/postgresql
`;

cellsContract("real sshd, Docker, etcd and PostgreSQL", { anyProgram: true }, async () => {
  const id = randomBytes(3).toString("hex");
  const ledger = await Ledger.open(id);
  try {
    return await realWorld(ledger);
  } catch (error) {
    await ledger.removeAll();
    throw error;
  }
});

async function realWorld(ledger: Ledger): Promise<CellsWorld> {
  const network = `rig-${ledger.id}`;
  await ledger.network(network);
  await docker(["network", "create", "--label", `dingo-recover-rig=${ledger.id}`, network]);
  const address = await docker(["network", "inspect", "-f", "{{(index .IPAM.Config 0).Gateway}}", network]);
  await mkdir(STORE, { recursive: true });
  const jump = await startGateway(ledger, network);
  const cell = await startCell(ledger, address, STORE, jump.host);
  const etcd = await EtcdServer.start(ledger, address);
  const database = await startDatabase(ledger, address, etcd.hostPort);
  const secrets = new Secrets();
  const dialer = directDialer();
  const privateKey = await readFile(jump.privateKey, "utf8");
  const { host, port, user, hostPublicKey: hostKey } = jump;
  const gateway = createGateway({ host, port, user, privateKey, hostKey, knownHostsFiles: [] }, dialer, secrets);
  const recorder = new ResourceLog();
  const cells = createCells({
    director: new AgentDirector(cell.agent),
    dialer,
    gateway,
    recorder,
    secrets,
    knownHostsFiles: [],
  });
  return {
    cells,
    instance: instanceAt(address),
    recorder,
    secrets,
    users: () => cell.agent.users(),
    database,
    etcd: { hostPort: etcd.hostPort, nothing: `${address}:1`, directory: `/contract/${ledger.id}` },
    files: await workingFiles(ledger),
    json: { url: `http://${etcd.hostPort}/version`, key: "etcdserver" },
    stop: async () => {
      await cells.close();
      await gateway.close();
      await ledger.removeAll();
    },
  };
}

function instanceAt(address: string): BoshInstance {
  return {
    deployment: "dingo-postgresql-98b09c4b36af74181ee1",
    group: "cell_z1-partition-cac94a070a81fd8f3931",
    id: "0",
    index: 0,
    ips: [address],
    agentId: "14ddd22e-0000-4000-8000-000000000000",
    jobState: "running",
    processes: ["docker"],
  };
}

async function workingFiles(ledger: Ledger): Promise<CellsWorld["files"]> {
  const root = join(STORE, `contract-${ledger.id}`);
  await ledger.hostDirectory(root);
  const directory = join(root, "work");
  await mkdir(directory, { recursive: true, mode: 0o750 });
  await chown(directory, POSTGRES_ID, POSTGRES_ID);
  const file = join(root, "file");
  const text = "s3://bucket/backups/a's GUID/wal/";
  await writeFile(file, text);
  return { directory, file, text };
}

async function archiveOf(container: string): Promise<Uint8Array> {
  const psql = ["exec", container, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c"];
  await docker([...psql, "create table brought_along as select g as n from generate_series(1, 3) as g"]);
  const dump = "pg_dump -F c -t brought_along -d postgres | base64 -w 0";
  const archive = Buffer.from(await docker(["exec", container, "sh", "-c", dump]), "base64");
  await docker([...psql, "drop table brought_along"]);
  return archive;
}

async function startDatabase(ledger: Ledger, address: string, etcdAt: string): Promise<CellsWorld["database"]> {
  const container = `cf-${randomUUID()}`;
  const dataDirectory = join(STORE, "cf-containers-broker", container, "data");
  await ledger.hostDirectory(join(STORE, "cf-containers-broker", container));
  await mkdir(dataDirectory, { recursive: true });
  await chown(dataDirectory, POSTGRES_ID, POSTGRES_ID);
  const port = await freePort(address);
  const env = { NAME: container, PATRONI_SCOPE: randomUUID(), ETCD_HOST_PORT: etcdAt, WAL_S3_BUCKET: "our-backups" };
  const password = "p4=ss word's";
  const secret = { name: "AWS_SECRET_ACCESS_KEY", value: "kZ9+secret/key=with=equals" };
  const variables = Object.entries({ ...env, APPUSER_PASSWORD: password, [secret.name]: secret.value });
  await ledger.container(container);
  await docker([
    ...["run", "--detach", "--name", container, "--restart", "always", "--user", "postgres"],
    ...["--volume", `${dataDirectory}:/data`, "--publish", `${address}:${port}:5432`],
    ...variables.flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...[images.postgresql, "sh", "-c", START],
  ]);
  const answers = ["exec", container, "psql", "-X", "-h", "127.0.0.1", "-U", "nobody", "-c", "select 1"];
  const ready = (): Promise<void> =>
    until(`PostgreSQL in ${container}`, 300_000, async () =>
      /authentication failed|no password supplied/.test((await tryDocker(answers)).stderr),
    ).then(() => undefined);
  await ready();
  const role = `create role appuser login password 'p4=ss word''s'`;
  await docker(["exec", "-i", container, "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"], role);
  return {
    container,
    env,
    secret,
    dataDirectory,
    login: { host: address, port, user: "appuser", password, database: "postgres" },
    query: {
      sql: "select n, 'row ' || n, null from generate_series(1, 2) as n;\n",
      rows: [
        ["1", "row 1", ""],
        ["2", "row 2", ""],
      ],
    },
    brokenSql: "select * from no_such_table;",
    archive: await archiveOf(container),
    logged: "database system is ready to accept connections",
    ready,
  };
}
