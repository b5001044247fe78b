/**
 * The router: a real haproxy, fed from etcd as confd feeds it. For each allocated port it leads to the member whose role
 * is master; without one the port listens and refuses.
 */
import type { ChildProcess } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { EtcdServer } from "./etcd.ts";
import type { Ledger } from "../ledger.ts";
import { startServer } from "../server.ts";
import { until } from "../until.ts";

export class Router {
  private stopped = false;
  /** Which configuration this is: its number is in the name of a socket on which only it listens. */
  private generation = 0;
  private feeding: Promise<void> = Promise.resolve();
  private haproxy: ChildProcess | undefined;
  private sections = "";
  /** Why the last round did not come to its end; undefined after one that did. */
  private trouble: string | undefined;

  readonly address: string;
  private readonly ledger: Ledger;
  private readonly etcd: EtcdServer;

  private constructor(address: string, ledger: Ledger, etcd: EtcdServer) {
    this.address = address;
    this.ledger = ledger;
    this.etcd = etcd;
  }

  static async start(ledger: Ledger, etcd: EtcdServer, address: string): Promise<Router> {
    const router = new Router(address, ledger, etcd);
    await router.obey("");
    router.feeding = router.feed();
    return router;
  }

  private async feed(): Promise<void> {
    while (!this.stopped) {
      // A missed round is caught up by the next one; confd is no better.
      this.trouble = await this.refresh().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : "no reason"),
      );
      await pause(400);
    }
  }

  private async refresh(): Promise<void> {
    const ports = await this.etcd.tree("/routing/allocation");
    const members = await this.etcd.tree("/service");
    const next = sections(this.address, ports, members);
    if (next !== this.sections || this.haproxy?.exitCode !== null) await this.obey(next);
  }

  /**
   * A new haproxy takes the ports over and lets the one before finish (`-sf`). A signal to one master (`-W`, SIGUSR2)
   * would be shorter, but is lost on a busy machine: with six busy loops on two cores every second one was.
   */
  private async obey(next: string): Promise<void> {
    this.generation += 1;
    const { directory } = this.ledger;
    const [path, socket] = [join(directory, "haproxy.cfg"), socketOf(directory, this.generation)];
    await writeFile(path, configuration(socket, next));
    const before = this.haproxy?.exitCode === null ? ["-sf", String(this.haproxy.pid)] : [];
    const haproxy = await startServer(this.ledger, "haproxy", ["haproxy", "-db", "-f", path, ...before]);
    try {
      await until("haproxy to listen or to end", 120_000, async () => haproxy.exitCode !== null || listens(socket), 50);
      if (haproxy.exitCode !== null)
        throw new Error(`haproxy ended with ${haproxy.exitCode}: see ${directory}/haproxy.log`);
    } catch (error) {
      haproxy.kill("SIGKILL");
      throw error;
    }
    this.haproxy = haproxy;
    this.sections = next;
    await rm(socketOf(directory, this.generation - 1), { force: true });
  }

  /**
   * The state that the router obeys now, and why it may not obey etcd: for the message of a test that waits for it in
   * vain.
   */
  state(): string {
    const trouble = this.trouble === undefined ? "" : `\n${this.trouble}`;
    return `the router's configuration ${this.generation}:\n${this.sections}${trouble}`;
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
