/**
 * Registrator's part: docker's published ports are written to etcd when a container starts, and removed when it dies.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { containerState, docker, eventsFromNow } from "../docker.ts";
import type { EtcdServer } from "./etcd.ts";

interface DockerEvent {
  readonly Action?: string;
  readonly status?: string;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

export class Registrator {
  private queue: Promise<void> = Promise.resolve();
  private readonly failures: unknown[] = [];

  private readonly events: ChildProcess;
  private readonly etcd: EtcdServer;
  private readonly host: string;

  private constructor(events: ChildProcess, etcd: EtcdServer, host: string) {
    this.events = events;
    this.etcd = etcd;
    this.host = host;
  }

  /** Watches the containers that carry this label. */
  static async start(etcd: EtcdServer, host: string, label: string): Promise<Registrator> {
    const filters = ["type=container", "event=start", "event=die", `label=${label}`];
    const events = spawn("docker", eventsFromNow(filters), { stdio: ["ignore", "pipe", "ignore"] });
    const registrator = new Registrator(events, etcd, host);
    createInterface({ input: events.stdout }).on("line", (line) => {
      const event = JSON.parse(line) as DockerEvent;
      const name = event.Actor.Attributes["name"] ?? "";
      registrator.later(() => registrator.apply(event.Action ?? event.status ?? "", name));
    });
    // Any answer of the engine shows that it is there.
    await docker(["version", "--format", "{{.Server.Version}}"]);
    return registrator;
  }

  private later(work: () => Promise<void>): void {
    this.queue = this.queue.then(work).catch((error: unknown) => {
      this.failures.push(error);
    });
  }

  private async apply(action: string, name: string): Promise<void> {
    for (const port of [5432, 8008]) {
      const key = `/dingo-postgresql95-${port}/${this.host}:${name}:${port}`;
      if (action === "die") {
        await this.etcd.remove(key);
        continue;
      }
      const published = (await containerState(name))?.published[port];
      if (published !== undefined) await this.etcd.put(key, published);
    }
  }

  async stop(): Promise<readonly unknown[]> {
    this.events.kill("SIGTERM");
    await this.queue;
    return this.failures;
  }
}
