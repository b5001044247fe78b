/**
 * What the published page has its reader type on a cell, beyond what our adapters send: Docker's short forms, `aws s3`,
 * `curl -XDELETE` and `rm -rf` (dingo.md §1.8–§1.12; the page at DOCS 7452d9f).
 */
import { BUCKET } from "../world/foundation.js";
import type { Ended } from "../world/events.js";
import { below } from "../world/store.js";
import { after, type Call, cellOf, ended, type Program } from "../shell/command.js";
import { DOCKER } from "../shell/docker.js";

const SOCKET = ["--host", "unix:///var/vcap/sys/run/docker/docker.sock"] as const;
/** Docker's own default. */
const GRACE = 10;

const docker: Program = async (call) => {
  const [verb, name, ...more] = after(call.args, ...SOCKET) ?? [];
  if (more.length > 0) return undefined;
  if (verb === "ps" && name === undefined) return ps(call);
  if (verb !== "stop" && verb !== "start") return undefined;
  if (name === undefined) return undefined;
  if (verb === "start") call.host.apply({ is: "docker-start", cell: call.ip, name });
  else call.host.apply({ is: "docker-stop", cell: call.ip, name, graceSeconds: GRACE });
  const settled = () => cellOf(call).containers[name]?.status !== "stopping";
  await call.host.until(settled, (GRACE + 5) * 1000);
  return ended(0, `${name}\n`);
};

function ps(call: Call): Ended {
  const rows = Object.values(cellOf(call).containers)
    .filter(({ status }) => status !== "exited")
    .map(({ id, image, status, name, exitCode }) => {
      const shown = status === "restarting" ? `Restarting (${exitCode}) 3 seconds ago` : "Up";
      return `${id.slice(0, 12)}  ${image}  ${shown}  ${name}\n`;
    });
  return ended(0, `CONTAINER ID  IMAGE  STATUS  NAMES\n${rows.join("")}`);
}

const PLACE = new RegExp(`^s3://${BUCKET}/(.+)$`);

const aws: Program = (call) => {
  const args = call.args.filter((word, at) => word !== "--region" && call.args[at - 1] !== "--region");
  const removed = after(args, "s3", "rm");
  if (removed !== undefined) return remove(call, removed);
  const synced = after(args, "s3", "sync");
  return synced === undefined ? undefined : sync(call, synced);
};

function remove(call: Call, [target = "", flag, ...more]: readonly string[]): Ended | undefined {
  const prefix = PLACE.exec(target)?.[1];
  if (prefix === undefined || flag !== "--recursive" || more.length > 0) return undefined;
  const keys = below(call.host.world(), `${prefix}/`).map(([key]) => key);
  for (const key of keys) call.host.apply({ is: "delete-object", bucket: BUCKET, key, by: "page" });
  return ended(0, keys.map((key) => `delete: s3://${BUCKET}/${key}\n`).join(""));
}

/** Objects of equal size that are newer at the target stay (dingo.md §1.9). */
function sync(call: Call, [source = "", target = "", ...more]: readonly string[]): Ended | undefined {
  const [from, to] = [PLACE.exec(source)?.[1], PLACE.exec(target)?.[1]];
  if (from === undefined || to === undefined || more.length > 0) return undefined;
  const world = call.host.world();
  const said = below(world, `${from}/`).flatMap(([key, object]) => {
    const name = to + key.slice(from.length);
    const there = world.store.buckets[BUCKET]?.[name];
    if (there?.size === object.size && there.lastModified >= object.lastModified) return [];
    call.host.apply({ is: "copy-object", bucket: BUCKET, key: name, from: { bucket: BUCKET, key }, by: "page" });
    return [`copy: s3://${BUCKET}/${key} to s3://${BUCKET}/${name}\n`];
  });
  return ended(0, said.join(""));
}

const curl: Program = (call) => {
  const [url = "", flag, ...more] = call.args;
  const { etcd } = call.host.world().network;
  if (flag !== "-XDELETE" || more.length > 0 || !url.startsWith(`${etcd}/v2/keys/`)) return undefined;
  const key = url.slice(`${etcd}/v2/keys`.length);
  const { body } = call.host.apply({ is: "etcd", request: { method: "DELETE", key } });
  return ended(0, `${JSON.stringify(body)}\n`);
};

/** `DIRECTORY/*`, as the shell has expanded it for one directory. */
const rm: Program = (call) => {
  const [flag, pattern = "", ...more] = call.args;
  if (flag !== "-rf" || more.length > 0 || !pattern.endsWith("/*")) return undefined;
  const directory = pattern.slice(0, -2);
  const inside = Object.keys(cellOf(call).files).filter((path) => path.startsWith(`${directory}/`));
  for (const path of inside) call.host.apply({ is: "remove-tree", cell: call.ip, path });
  return ended(0);
};

export const PAGE_PROGRAMS: Readonly<Record<string, Program>> = { [DOCKER]: docker, aws, curl, rm };
