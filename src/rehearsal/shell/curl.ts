/** curl on a cell: etcd's v2 API and Patroni's own. */
import { databaseOf } from "../world/data-directory.ts";
import { walPosition } from "../world/database/database.ts";
import { type EtcdRequest, etcdRead } from "../world/etcd.ts";
import type { Ended } from "../ended.ts";
import { allContainers, type Site } from "../world/world.ts";
import { after, type Call, ended, type Program } from "./command.ts";

const OPTIONS = ["-q", "-sS", "-g", "--noproxy", "*", "--max-time", "10", "-w", "\\n%{http_code}"] as const;
const COULD_NOT_CONNECT = 7;

interface Asked {
  readonly method: "GET" | "PUT" | "DELETE";
  readonly url: URL;
  /** `value@-`: the text on stdin. */
  readonly value?: string;
}

export const curl: Program = (call) => {
  const asked = parse(call);
  if (asked === undefined) return undefined;
  const { host } = asked.url;
  const { passage } = call;
  if (host === call.host.world().network.etcd) return passage.curl("etcd", asked.method, () => etcd(call, asked));
  const site = patroniAt(call, asked.url);
  if (site === undefined) return nobodyListens(asked.url);
  return passage.curl("patroni", asked.method, () => patroni(site, asked));
};

function patroni(site: Site, asked: Asked): Ended | undefined {
  const { container } = site;
  const known = asked.method === "GET" && asked.url.pathname === "/patroni";
  const status = container.process.postgres === "running" ? 200 : 503;
  return known ? answer(status, JSON.stringify(patroniStatus(site))) : undefined;
}

function nobodyListens({ hostname, port }: URL): Ended {
  return ended(
    COULD_NOT_CONNECT,
    "\n000",
    `curl: (7) Failed to connect to ${hostname} port ${port}: Connection refused\n`,
  );
}

function parse(call: Call): Asked | undefined {
  const rest = after(call.args, ...OPTIONS);
  const url = rest?.at(-1);
  if (rest === undefined || url === undefined || !URL.canParse(url)) return undefined;
  const options = rest.slice(0, -1).join(" ");
  if (options === "") return { method: "GET", url: new URL(url) };
  if (options === "-X PUT --data-urlencode value@-") return { method: "PUT", url: new URL(url), value: call.stdin };
  return options === "-X DELETE" ? { method: "DELETE", url: new URL(url) } : undefined;
}

const answer = (status: number, body: string): Ended => ended(0, `${body}\n${status}`);

function etcd(call: Call, { method, url, value }: Asked): Ended | undefined {
  const key = /^\/v2\/keys(\/.*)?$/.exec(url.pathname);
  if (key === null) return answer(404, "404 page not found\n");
  const { prevValue, quorum: _quorum, ...others } = Object.fromEntries(url.searchParams);
  if (Object.keys(others).length > 0) return undefined;
  const request: EtcdRequest = {
    method,
    key: decodeURIComponent(key[1] ?? "/"),
    ...(value === undefined ? {} : { value }),
    ...(prevValue === undefined ? {} : { prevValue }),
  };
  const world = call.host.world();
  const said = method === "GET" ? etcdRead(world.etcd, request, world.now) : call.host.apply({ is: "etcd", request });
  return answer(said.status, `${JSON.stringify(said.body)}\n`);
}

function patroniAt(call: Call, url: URL): Site | undefined {
  return allContainers(call.host.world()).find(
    ({ container }) =>
      container.process.patroni === "running" &&
      container.ports.some(
        (port) => port.container === 8008 && port.hostIp === url.hostname && String(port.host) === url.port,
      ),
  );
}

function patroniStatus(site: Site): Record<string, unknown> {
  const { container } = site;
  const database = databaseOf(site);
  const { postgres, role } = container.process;
  if (postgres !== "running" || database === undefined) return { state: postgres, role: "replica" };
  const [major = "9", minor = "5", patch = "0"] = database.version.split(".");
  const version = Number(major) * 10_000 + Number(minor) * 100 + Number(patch);
  const common = { state: "running", role: role === "master" ? "master" : "replica", server_version: version };
  if (role !== "master") return { ...common, xlog: { received_location: walPosition(database), paused: false } };
  // The identifier comes as text, and with the role master only.
  return {
    ...common,
    xlog: { location: walPosition(database) },
    database_system_identifier: database.sysid,
    replication: [],
  };
}
