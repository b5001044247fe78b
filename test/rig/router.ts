/**
 * The router: a real haproxy, fed from etcd as confd feeds it. For each allocated port it leads to the member whose role
 * is master; without one the port listens and refuses.
 */
import type { ChildProcess } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { EtcdServer } from "./etcd.js";
import type { Ledger } from "./ledger.js";
import { startServer } from "./server.js";
import { until } from "./until.js";

export class Router {
  private stopped = false;
  /** Which configuration this is: its number is in the name of a socket on which only it listens. */
  private generation = 0;
  private feeding: Promise<void> = Promise.resolve();

  private constructor(
    readonly address: string,
    private readonly haproxy: ChildProcess,
    private readonly directory: string,
    private readonly etcd: EtcdServer,
    private sections: string,
  ) {}

  static async start(ledger: Ledger, etcd: EtcdServer, address: string): Promise<Router> {
    const { directory } = ledger;
    const path = join(directory, "haproxy.cfg");
    await writeFile(path, configuration(socketOf(directory, 0), ""));
    const haproxy = await startServer(ledger, "haproxy", ["haproxy", "-W", "-f", path]);
    await until("haproxy", 120_000, () => listens(socketOf(directory, 0)), 50);
    const router = new Router(address, haproxy, directory, etcd, "");
    router.feeding = router.feed();
    return router;
  }

  private async feed(): Promise<void> {
    while (!this.stopped) {
      // A missed round is caught up by the next one; confd is no better.
      await this.refresh().catch(() => undefined);
      await pause(400);
    }
  }

  private async refresh(): Promise<void> {
    const ports = await this.etcd.tree("/routing/allocation");
    const members = await this.etcd.tree("/service");
    const next = sections(this.address, ports, members);
    if (next === this.sections) return;
    this.generation += 1;
    const socket = socketOf(this.directory, this.generation);
    await writeFile(join(this.directory, "haproxy.cfg"), configuration(socket, next));
    this.haproxy.kill("SIGUSR2");
    // A signal that comes while haproxy still obeys the one before is lost: the next round sends another.
    await until("haproxy to obey", 2_000, () => listens(socket), 50);
    this.sections = next;
    await rm(socketOf(this.directory, this.generation - 1), { force: true });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.feeding;
  }
}

function socketOf(directory: string, generation: number): string {
  return join(directory, `haproxy-${generation}.sock`);
}

async function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function configuration(socket: string, sectionsOfPorts: string): string {
  const lines = [
    "global",
    "  hard-stop-after 2s",
    "defaults",
    "  mode tcp",
    "  timeout connect 5s",
    "  timeout client 10m",
    "  timeout server 10m",
    // haproxy refuses to start without any listener; this one also shows which configuration is obeyed.
    "listen idle",
    `  bind unix@${socket}`,
  ];
  return `${lines.join("\n")}\n${sectionsOfPorts}`;
}

function sections(address: string, ports: ReadonlyMap<string, string>, service: ReadonlyMap<string, string>): string {
  const lines: string[] = [];
  for (const [key, port] of [...ports].sort()) {
    const guid = key.slice("/routing/allocation/".length);
    lines.push(`listen ${guid}`, `  bind ${address}:${port}`);
    const master = masterOf(guid, service);
    if (master !== undefined) lines.push(`  server leader ${master}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}

interface Member {
  readonly conn_url?: string;
  readonly role?: string;
}

function masterOf(guid: string, service: ReadonlyMap<string, string>): string | undefined {
  for (const [key, value] of service) {
    if (!key.startsWith(`/service/${guid}/members/`)) continue;
    const member = JSON.parse(value) as Member;
    if (member.role === "master" && member.conn_url !== undefined) return new URL(member.conn_url).host;
  }
  return undefined;
}
