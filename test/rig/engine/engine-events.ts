/** The docker engine's own event log: the changes that it was made to do, by any caller, and no caller's word. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { docker, eventsFromNow } from "../docker.ts";
import { Feed } from "../foundation/feed.ts";

export interface EngineEvent {
  readonly action: string;
  readonly container: string;
  /** Of `kill`: the signal's number. */
  readonly signal: string | undefined;
}

interface Said {
  readonly Action: string;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

export class EngineEvents extends Feed<EngineEvent> {
  private readonly process: ChildProcess;

  private constructor(process: ChildProcess) {
    super();
    this.process = process;
  }

  /** Records from now on: the engine itself keeps no more than its last 256 events. */
  static async record(rigId: string): Promise<EngineEvents> {
    const kinds = ["start", "stop", "die", "kill", "update", "restart", "create", "destroy"];
    const filters = [...kinds.map((kind) => `event=${kind}`), "type=container", `label=dingo-recover-rig=${rigId}`];
    const child = spawn("docker", eventsFromNow(filters), { stdio: ["ignore", "pipe", "ignore"] });
    const events = new EngineEvents(child);
    createInterface({ input: child.stdout }).on("line", (line) => {
      const { Action: action, Actor: actor } = JSON.parse(line) as Said;
      events.push({ action, container: actor.Attributes["name"] ?? "", signal: actor.Attributes["signal"] });
    });
    await docker(["version", "--format", "{{.Server.Version}}"]);
    return events;
  }

  /** How often each thing was done to a container. */
  counts(container: string): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const event of this.all) {
      if (event.container !== container) continue;
      const name = event.signal === undefined ? event.action : `${event.action} ${event.signal}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  stop(): void {
    this.process.kill("SIGTERM");
  }
}
