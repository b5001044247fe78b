/** The behaviour of the rig that the other suites rely on: refusals, slow stops, two nodes, nothing left behind. */
import { CopyObjectCommand, DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { randomUUID } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker } from "../rig/docker.ts";
import { logIn } from "../rig/postgres-node.ts";
import { type Rig, startRig } from "../rig/rig.ts";
import { makeScene, onlyNode } from "../rig/scene.ts";
import { SshSession } from "../rig/terminal/ssh-session.ts";
import { until } from "../rig/until.ts";

let rig: Rig;

beforeAll(async () => {
  rig = await startRig({ gatewayOnly: true });
});

afterAll(async () => {
  await rig.stop();
});

describe("the cell", () => {
  test("lets an ephemeral user in through the gateway, with docker and sudo, and forgets him", async () => {
    const cell = await SshSession.open(rig);
    expect(await cell.must(["id", "-un"])).toBe(cell.user);
    const client = "/var/vcap/packages/docker/bin/docker";
    const socket = "unix:///var/vcap/sys/run/docker/docker.sock";
    expect(await cell.must([client, "--host", socket, "version", "-f", "{{.Server.Os}}"])).toBe("linux");
    expect(await cell.must(["sudo", "-n", "id", "-u"])).toBe("0");
    expect(await cell.must(["sudo", "-n", "df", "--output=target", rig.store])).toContain("/");
    expect(await cell.run(["sh", "-c", "cat; echo err >&2; exit 3"], "$(id) 'x'")).toEqual({
      code: 3,
      stdout: "$(id) 'x'",
      stderr: "err",
    });
    await cell.close();
    expect(await rig.cell.agent.users()).toEqual([]);
    expect(rig.cell.agent.calls.map(({ verb }) => verb)).toEqual(["setup", "cleanup"]);
  });

  test("refuses the same key from anywhere but the gateway", async () => {
    const key = `${rig.directory}/direct-key`;
    await execa("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", key]);
    const { stdout: publicKey } = await execa("cat", [`${key}.pub`]);
    const { address } = await rig.cell.agent.setupSshUser("bosh_direct", publicKey);
    const options = ["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes"];
    const ssh = await execa(
      "ssh",
      ["-i", key, ...options.flatMap((o) => ["-o", o]), `bosh_direct@${address}`, "true"],
      {
        reject: false,
      },
    );
    expect(ssh.stderr).toContain("Permission denied");
    expect(await rig.cell.agent.cleanupSshUser("^bosh_direct$")).toEqual(["bosh_direct"]);
  });
});

describe("the object store", () => {
  test("refuses restricted credentials each write below the source, and records that it did", async () => {
    const source = `backups/${randomUUID()}/wal`;
    const { bucket: Bucket, client, requests } = rig.objects;
    await client.send(new PutObjectCommand({ Bucket, Key: `${source}/a`, Body: "a" }));
    const restricted = rig.objects.clientWith(await rig.restrictedCredentials(source));
    await requests.settled(`/${Bucket}/begun`, () => rig.objects.read("begun").catch(() => ""));
    const before = requests.all.length;
    const refused = { name: "AccessDenied" };
    await expect(
      restricted.send(new PutObjectCommand({ Bucket, Key: `${source}/a`, Body: "b" })),
    ).rejects.toMatchObject(refused);
    await expect(restricted.send(new DeleteObjectCommand({ Bucket, Key: `${source}/a` }))).rejects.toMatchObject(
      refused,
    );
    const read = await restricted.send(new GetObjectCommand({ Bucket, Key: `${source}/a` }));
    expect(await read.Body?.transformToString()).toBe("a");
    const copy = new CopyObjectCommand({ Bucket, Key: "backups/elsewhere/wal/a", CopySource: `${Bucket}/${source}/a` });
    await restricted.send(copy);
    await requests.settled(`/${Bucket}/settled`, () => rig.objects.read("settled").catch(() => ""));
    const writes = requests.all.slice(before).filter((request) => requests.writesBelow(source).includes(request));
    expect(writes.map(({ api, status }) => [api, status])).toEqual([
      ["PutObject", 403],
      ["DeleteObject", 403],
    ]);
    restricted.destroy();
  });
});

describe("the broker", () => {
  test("a two-node cluster streams, and its application logs in through the router", async () => {
    const { nodes, guid } = await rig.broker.provision(randomUUID(), { nodeCount: 2 });
    const [first, second] = nodes;
    expect((await second?.patroni())?.role).toBe("replica");
    await until("the replica to stream", 180_000, async () => {
      return (await first?.sql("select state from pg_stat_replication"))?.includes("streaming");
    });
    expect((await logIn(await rig.broker.bind(guid))).ok).toBe(true);
    await until("both nodes to advertise themselves", 180_000, async () => {
      return (await rig.etcd.tree(`/service/${guid}/nodes`)).size === 2;
    });
    await rig.broker.deprovision(guid, "kill");
    expect((await rig.etcd.tree(`/service/${guid}`)).size).toBe(0);
  });

  test("a container without the trap is killed after its ten seconds", async () => {
    const { guid, ...instance } = await rig.broker.provision(randomUUID(), { slowStop: true });
    const node = onlyNode({ guid, ...instance });
    const began = Date.now();
    await node.stop();
    expect(Date.now() - began).toBeGreaterThan(9_500);
    expect((await node.state()).exitCode).toBe(137);
    await rig.broker.deprovision(guid, "kill");
  });

  test("a cell that did not answer leaves the container alive and archiving", async () => {
    const scene = await makeScene(rig, { how: "left-alive" });
    const node = onlyNode(scene.old);
    expect((await node.state()).running).toBe(true);
    await node.sql("insert into visits (batch) values (9)", "select pg_switch_xlog()");
    await until("the archive to grow", 180_000, async () => {
      return (await rig.objects.list(`${scene.archive}/`)).length > scene.listing.length;
    });
    await docker(["rm", "--force", "--volumes", node.container]);
  });
});

test("a stopped rig leaves no container, network, process or directory behind", async () => {
  const other = await startRig();
  const scene = await makeScene(other, { how: "directory-left" });
  const left = onlyNode(scene.old).dataDirectory;
  expect((await stat(left)).isDirectory()).toBe(true);
  await other.stop();
  expect(await docker(["ps", "--all", "--format", "{{.Names}}", "--filter", `name=rig-${other.id}`])).toBe("");
  expect(await docker(["network", "ls", "--format", "{{.Name}}", "--filter", `name=rig-${other.id}`])).toBe("");
  await expect(stat(left)).rejects.toMatchObject({ code: "ENOENT" });
  await expect(readdir(other.directory)).rejects.toMatchObject({ code: "ENOENT" });
  expect(await commandLines()).not.toContain(other.directory);
});

/** Command lines of all processes of this machine. */
async function commandLines(): Promise<string> {
  return (await execa("ps", ["-eo", "args", "--no-headers", "-ww"])).stdout;
}
