/**
 * The router: a real haproxy, fed from etcd as confd feeds it. For each allocated port it leads to the member whose role
 * is master; without one the port listens and refuses.
 */
import type { ChildProcess } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { EtcdServer } from "./etcd.js";
import type { Ledger } from "./ledger.js";
import { startServer } from "./server.js";

export class Router {
  private stopped = false;
  private feeding: Promise<void> = Promise.resolve();

  private constructor(
    readonly address: string,
    private readonly haproxy: ChildProcess,
    private readonly configPath: string,
    private readonly etcd: EtcdServer,
    private config: string,
  ) {}

  static async start(ledger: Ledger, etcd: EtcdServer, address: string): Promise<Router> {
    const path = join(ledger.directory, "haproxy.cfg");
    const config = configuration(ledger.directory, address, new Map(), new Map());
    await writeFile(path, config);
    const haproxy = await startServer(ledger, "haproxy", ["haproxy", "-W", "-f", path]);
    const router = new Router(address, haproxy, path, etcd, config);
    router.feeding = router.feed(ledger.directory);
    return router;
  }

  private async feed(directory: string): Promise<void> {
    while (!this.stopped) {
      // A missed round is caught up by the next one; confd is no better.
      await this.refresh(directory).catch(() => undefined);
      await pause(400);
    }
  }

  private async refresh(directory: string): Promise<void> {
    const ports = await this.etcd.tree("/routing/allocation");
    const members = await this.etcd.tree("/service");
    const next = configuration(directory, this.address, ports, members);
    if (next === this.config) return;
    await writeFile(this.configPath, next);
    this.config = next;
    this.haproxy.kill("SIGUSR2");
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.feeding;
  }
}

function configuration(
  directory: string,
  address: string,
  ports: ReadonlyMap<string, string>,
  service: ReadonlyMap<string, string>,
): string {
  const lines = [
    "global",
    "  hard-stop-after 2s",
    "defaults",
    "  mode tcp",
    "  timeout connect 5s",
    "  timeout client 10m",
    "  timeout server 10m",
    // haproxy refuses to start without any listener.
    "listen idle",
    `  bind unix@${join(directory, "idle.sock")}`,
  ];
  for (const [key, port] of [...ports].sort()) {
    const guid = key.slice("/routing/allocation/".length);
    lines.push(`listen ${guid}`, `  bind ${address}:${port}`);
    const master = masterOf(guid, service);
    if (master !== undefined) lines.push(`  server leader ${master}`);
  }
  return `${lines.join("\n")}\n`;
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
