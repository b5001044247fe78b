/** The director's agents on the machines of the world: they make and remove ephemeral users. */
import type { Agent } from "../director/agent.ts";
import type { DirectorInstance } from "../director/state.ts";
import type { KeyPair } from "../ssh/keys.ts";
import type { World } from "../world/world.ts";
import type { WorldHost } from "./world-host.ts";

const PARTITION = "partition-cac94a070a81fd8f3931";

export function worldAgent(host: WorldHost, keys: Readonly<Record<string, KeyPair>>): Agent {
  return {
    setupUser: async ({ ip }, user, publicKey) => {
      if (keys[ip] === undefined) throw new Error(`Timed out sending 'ssh' to instance: '${ip}', after 45 seconds`);
      host.apply({ is: "ssh-user", cell: ip, user, publicKey });
      return keys[ip].publicKey;
    },
    cleanupUsers: async ({ ip }, userRegex) => {
      const wanted = new RegExp(userRegex);
      const users = host.world().cells.find((cell) => cell.ip === ip)?.users ?? {};
      for (const user of Object.keys(users).filter((name) => wanted.test(name))) {
        host.apply({ is: "no-ssh-user", cell: ip, user });
      }
    },
  };
}

/** The machines of the deployment as the director knows them: cells, router, etcd. */
export function machines(world: World): DirectorInstance[] {
  const cells = world.cells.map(({ group, index, id, ip, agentId, az }) => ({
    group,
    index,
    id,
    ips: [ip],
    agentId,
    az,
    jobState: "running",
    processes: ["docker", "registrator", "cf-containers-broker"].map((name) => ({ name, state: "running" })),
    hasVm: true,
  }));
  const other = (name: string, ip: string, processes: readonly string[]): DirectorInstance => ({
    group: `${name}-${PARTITION}`,
    index: 0,
    id: `00000000-0000-4000-8000-${ip.replaceAll(".", "").padStart(12, "0")}`,
    ips: [ip],
    agentId: `00000000-0000-4000-9000-${ip.replaceAll(".", "").padStart(12, "0")}`,
    az: "z1",
    jobState: "running",
    processes: processes.map((process) => ({ name: process, state: "running" })),
    hasVm: true,
  });
  const etcd = world.network.etcd.replace(/:\d+$/, "");
  return [
    ...cells,
    other("router", world.network.routerHost, ["broker", "confd", "haproxy"]),
    other("etcd", etcd, ["etcd"]),
  ];
}
