/**
 * The recovery as a person does it, command by command on the cell: the published page's way, and the way that works.
 * Tests use them as the yardstick: their end is the behaviour of the real parts, and no program's word.
 */
import type { Instance } from "./foundation/broker.ts";
import type { StoredObject } from "./object-store.ts";
import type { Rig } from "./rig.ts";
import { onlyNode, type Scene } from "./scene.ts";
import type { SshSession } from "./terminal/ssh-session.ts";
import { until } from "./until.ts";

const docker = ["sudo", "-n", "/var/vcap/packages/docker/bin/docker"];
const engine = [...docker, "--host", "unix:///var/vcap/sys/run/docker/docker.sock"];

/**
 * The page: stop, replace the archive, delete two etcd keys, flush the data directory, start.
 * `keysOf` is whose keys are deleted: the page says the deleted instance's, which is its first error.
 */
export async function followThePage(
  rig: Rig,
  cell: SshSession,
  scene: Scene,
  fresh: Instance,
  keysOf: string,
): Promise<readonly string[]> {
  const node = onlyNode(fresh);
  await cell.must([...engine, "stop", node.container]);
  for (const { key } of await rig.objects.list(`${fresh.archive}/`)) await rig.objects.remove(key);
  for (const object of scene.listing) await rig.objects.copy(object.key, moved(object, scene.archive, fresh.archive));
  const answers: string[] = [];
  for (const key of ["initialize", "optime/leader"]) {
    const url = `http://${rig.etcd.hostPort}/v2/keys/service/${keysOf}/${key}`;
    answers.push(await cell.must(["curl", "-s", "-XDELETE", url]));
  }
  await cell.must(["sudo", "-n", "sh", "-c", 'rm -rf "$1"/*', "sh", node.dataDirectory]);
  await cell.must([...engine, "start", node.container]);
  return answers;
}

/** The way that works, up to the start of the container; nothing is deleted, all is moved aside. */
export async function recoverByHand(rig: Rig, cell: SshSession, scene: Scene, fresh: Instance): Promise<void> {
  const node = onlyNode(fresh);
  await cell.must([...engine, "update", "--restart=no", node.container]);
  await cell.must([...engine, "stop", node.container]);
  await until(`the leader key of ${fresh.guid} to be gone`, 180_000, async () => {
    return (await rig.etcd.get(`/service/${fresh.guid}/leader`)) === undefined;
  });

  for (const object of await rig.objects.list(`${fresh.archive}/`)) {
    await rig.objects.copy(object.key, moved(object, "backups", "moved-aside"));
    await rig.objects.remove(object.key);
  }
  const sentinel = ({ key }: StoredObject): boolean => key.endsWith("_backup_stop_sentinel.json");
  const sentinelsLast = [...scene.listing.filter((object) => !sentinel(object)), ...scene.listing.filter(sentinel)];
  for (const object of sentinelsLast) await rig.objects.copy(object.key, moved(object, scene.archive, fresh.archive));

  const initialize = `http://${rig.etcd.hostPort}/v2/keys/service/${fresh.guid}/initialize`;
  await cell.must(["curl", "-s", "--fail", "-XPUT", initialize, "-d", `value=${scene.sysid}`]);
  const optime = `http://${rig.etcd.hostPort}/v2/keys/service/${fresh.guid}/optime/leader`;
  await cell.must(["curl", "-s", "-XDELETE", optime]);

  await cell.must(["sudo", "-n", "mv", node.dataDirectory, `${node.dataDirectory}.aside`]);
  await cell.must(["sudo", "-n", "mkdir", node.dataDirectory]);
  await cell.must([...engine, "start", node.container]);
}

/** Gives the restored roles the passwords that state and bindings have; SQL on stdin, as secrets must go. */
export async function setRolePasswords(cell: SshSession, fresh: Instance): Promise<void> {
  const statements = [fresh.admin, fresh.superuser, fresh.app].map(
    ({ username, password }) => `alter role "${username}" password '${password}';\n`,
  );
  const psql = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "postgres"];
  await cell.must(
    [...engine, "exec", "-i", onlyNode(fresh).container, ...psql],
    `set log_statement = none;\n${statements.join("")}`,
  );
}

function moved(object: StoredObject, from: string, to: string): string {
  return `${to}${object.key.slice(from.length)}`;
}
